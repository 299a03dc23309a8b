package code

var (
	slashes = []string{"//"}
	stars   = [2]string{"/*", "*/"}
	double  = quote{mark: `"`}
	single  = quote{mark: `'`}
	triple  = quote{mark: `"""`, lines: true}
)

// goGrammar has a name so that it can be held against Go's own scanner.
var goGrammar = &grammar{
	words: words([2]string{"k", `break case chan const continue default defer else fallthrough for func go goto if import interface map package range return select struct switch type var`},
		[2]string{"kt", `any bool byte comparable complex64 complex128 error float32 float64 int int8 int16 int32 int64 rune string uint uint8 uint16 uint32 uint64 uintptr`},
		[2]string{"nb", `append cap clear close complex copy delete false imag iota len make max min new nil panic print println real recover true`}),
	lineComments: slashes, blockComment: stars, calls: true,
	quotes: []quote{double, single, {mark: "`", raw: true, lines: true}},
}

func init() {
	register(goGrammar.scan, "go", "golang")

	register((&grammar{
		words:        words([2]string{"k", "true false null"}),
		lineComments: slashes, blockComment: stars, key: ':', quotes: []quote{double},
	}).scan, "json", "jsonc", "json5", "jsonl", "ndjson")

	script := `async await break case catch class const continue debugger default delete do else export extends finally for from function get if import in instanceof let new of return set static super switch this throw try typeof var void while with yield`
	scriptValues := [2]string{"nb", `true false null undefined NaN Infinity console document window globalThis Promise Object Array Map Set JSON Math Error`}
	register((&grammar{
		words: words([2]string{"k", script}, scriptValues), wordChars: "$",
		lineComments: slashes, blockComment: stars, quotes: []quote{double, single}, templates: true, regexps: true, calls: true, decorators: true,
	}).scan, "javascript", "js", "mjs", "cjs")
	register((&grammar{
		words: words([2]string{"k", script + ` abstract as asserts declare enum implements interface is keyof namespace override private protected public readonly satisfies type`}, scriptValues,
			[2]string{"kt", `any bigint boolean never number object string symbol unknown Record Partial Readonly`}), wordChars: "$",
		lineComments: slashes, blockComment: stars, quotes: []quote{double, single}, templates: true, regexps: true, calls: true, decorators: true,
	}).scan, "typescript", "ts", "mts")

	register((&grammar{
		words: words([2]string{"k", `and as assert async await break case class continue def del elif else except finally for from global if import in is lambda match nonlocal not or pass raise return try while with yield`},
			[2]string{"kt", `bool bytes dict float frozenset int list object set str tuple type`},
			[2]string{"nb", `True False None self cls print len range enumerate zip open isinstance sorted super Exception ValueError KeyError TypeError RuntimeError`}),
		lineComments: []string{"#"}, calls: true, decorators: true, prefixes: "rRbBfFuU",
		quotes: []quote{triple, {mark: "'''", lines: true}, double, single},
	}).scan, "python", "py", "python3")

	register((&grammar{
		words: words([2]string{"k", `abstract assert break case catch class const continue default do else enum extends final finally for goto if implements import instanceof interface native new package permits private protected public record return sealed static strictfp super switch synchronized this throw throws transient try var volatile while yield`},
			[2]string{"kt", `boolean byte char double float int long short void String Integer Long Object List Map Set Optional`},
			[2]string{"nb", `true false null`}),
		lineComments: slashes, blockComment: stars, calls: true, decorators: true, quotes: []quote{triple, double, single},
	}).scan, "java")
	register((&grammar{
		words: words([2]string{"k", `abstract as break by catch class companion const constructor continue crossinline data do else enum expect external final finally for fun get if import in infix init inline inner interface internal is lateinit noinline object open operator out override package private protected public reified return sealed set super suspend tailrec this throw try typealias val var vararg when where while`},
			[2]string{"kt", `Any Boolean Byte Char Double Float Int List Long Map Nothing Set Short String Unit`},
			[2]string{"nb", `true false null it`}),
		lineComments: slashes, blockComment: stars, nested: true, calls: true, decorators: true,
		quotes: []quote{{mark: `"""`, raw: true, lines: true}, double, single},
	}).scan, "kotlin", "kt", "kts")

	c := `break case const continue default do else enum extern for goto if inline register return sizeof static struct switch typedef union volatile while`
	cTypes := `bool char double float int int8_t int16_t int32_t int64_t long short signed size_t uint8_t uint16_t uint32_t uint64_t unsigned void`
	register((&grammar{
		words:        words([2]string{"k", c}, [2]string{"kt", cTypes}, [2]string{"nb", "NULL true false"}),
		lineComments: slashes, blockComment: stars, calls: true, directives: true, quotes: []quote{double, single},
	}).scan, "c", "h")
	register((&grammar{
		words: words([2]string{"k", c + ` alignas auto catch class co_await co_return concept consteval constexpr decltype delete explicit export final friend mutable namespace new noexcept operator override private protected public requires static_assert template this throw try typename using virtual`},
			[2]string{"kt", cTypes + " string vector map"}, [2]string{"nb", "NULL nullptr true false std"}),
		lineComments: slashes, blockComment: stars, calls: true, directives: true, quotes: []quote{double, single},
	}).scan, "cpp", "c++", "cc", "hpp")
	register((&grammar{
		words: words([2]string{"k", `as async await break const continue crate dyn else enum extern fn for if impl in let loop match mod move mut pub ref return self Self static struct super trait type unsafe use where while`},
			[2]string{"kt", `bool char f32 f64 i8 i16 i32 i64 i128 isize str u8 u16 u32 u64 u128 usize String Vec Option Result Box Arc Rc HashMap`},
			[2]string{"nb", `true false None Some Ok Err`}),
		lineComments: slashes, blockComment: stars, nested: true, calls: true, lifetimes: true, prefixes: "br", hashes: true,
		quotes: []quote{{mark: `"`, lines: true}, single},
	}).scan, "rust", "rs")

	register((&grammar{
		words: words([2]string{"k", `add all alter and as asc begin between by case check column commit conflict constraint create cross database default delete desc distinct do drop else end except exists explain foreign from full function grant group having if in index inner insert intersect into is join key left like limit lock materialized not null nothing offset on or order outer partition primary references returning revoke right rollback schema select set table then to transaction trigger truncate union unique update using values view when where with`},
			[2]string{"kt", `bigint bigserial blob boolean bytea char date decimal double float int integer interval json jsonb numeric real serial smallint text time timestamp timestamptz uuid varchar`},
			[2]string{"nb", `true false`}), ignoreCase: true,
		lineComments: []string{"--"}, blockComment: stars, calls: true,
		quotes: []quote{{mark: "'", raw: true, lines: true}, {mark: `"`, raw: true}},
	}).scan, "sql", "postgresql", "postgres", "pgsql", "mysql", "sqlite")

	register((&grammar{
		words: words([2]string{"k", `enum extend extensions import map message oneof option optional package public repeated required reserved returns rpc service stream syntax to weak`},
			[2]string{"kt", `bool bytes double fixed32 fixed64 float int32 int64 sfixed32 sfixed64 sint32 sint64 string uint32 uint64`},
			[2]string{"nb", "true false"}),
		lineComments: slashes, blockComment: stars, calls: true, quotes: []quote{double, single},
	}).scan, "proto", "protobuf")

	register((&grammar{
		words: words([2]string{"k", "true false null for in if resource variable output module provider data locals terraform"}), wordChars: "-",
		lineComments: []string{"#", "//"}, blockComment: stars, key: '=', calls: true, quotes: []quote{double},
	}).scan, "hcl", "terraform", "tf")
	register((&grammar{
		words: words([2]string{"k", "true false inf nan"}), wordChars: "-.",
		lineComments: []string{"#"}, key: '=', sections: true,
		quotes: []quote{triple, {mark: "'''", raw: true, lines: true}, double, {mark: "'", raw: true}},
	}).scan, "toml")
	register((&grammar{
		words: words([2]string{"k", "true false yes no on off"}), wordChars: "-.",
		lineComments: []string{"#", ";"}, key: '=', sections: true, quotes: []quote{double},
	}).scan, "ini", "properties", "conf", "editorconfig", "dotenv", "env")

	register(shell, "bash", "sh", "shell", "zsh")
	register(console, "console", "shell-session", "shellsession", "sh-session", "terminal")
	register(yaml, "yaml", "yml")
	register(diff, "diff", "patch")
}
