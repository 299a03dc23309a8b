package code

import (
	"encoding/json"
	"go/build"
	"go/scanner"
	"go/token"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var tag = regexp.MustCompile(`</?span[^>]*>`)

// painted lists what is in a class: "k:func", "s:`a`".
func painted(t *testing.T, language, source string) (spans []string) {
	t.Helper()
	out, ok := Append(nil, language, []byte(source))
	if !ok {
		t.Fatalf("%s is not known", language)
	}
	if got := html.UnescapeString(tag.ReplaceAllString(string(out), "")); got != source {
		t.Fatalf("%s: the text changed:\n%s", language, cmp.Diff(source, got))
	}
	for _, m := range regexp.MustCompile(`(?s)<span class="(\w+)">(.*?)</span>`).FindAllStringSubmatch(string(out), -1) {
		spans = append(spans, m[1]+":"+html.UnescapeString(m[2]))
	}
	return spans
}

func TestAppend(t *testing.T) {
	for _, tt := range []struct{ name, language, source, want string }{
		{"keyword, function, type", "go", "func f[T any](n int) error { return nil }", "k:func|nf:f|kt:any|kt:int|kt:error|k:return|nb:nil"},
		{"a comment in a string is none", "go", `x := "// no" // yes`, `s:"// no"|c:// yes`},
		{"a quote in a comment is none", "go", "// don't\nx := 1", "c:// don't|m:1"},
		{"raw string over lines", "go", "x := `a\n\\`\ny := 2", "s:`a\n\\`|m:2"},
		{"an open quote ends with its line", "go", "x := \"oops\ny := 1", "s:\"oops|m:1"},
		{"a member named like a keyword", "go", "x.type", ""},
		{"json key and value", "json", `{"a": "b", "c": [1, true, -2.5e-3]}`, `nt:"a"|s:"b"|nt:"c"|m:1|k:true|m:2.5e-3`},
		{"division is no pattern", "js", "a / b / c", ""},
		{"pattern", "js", "x.match(/a\\/[/]\"/g)", `nf:match|s:/a\/[/]"/g`},
		{"template in template", "js", "`a${f(`b`)}c` + 1", "s:`a${f(`b`)}c`|m:1"},
		{"triple quotes and prefixes", "python", "x = rb'a'\n\"\"\"doc 'x' \"\"\"\n@dec\ndef f(): pass", `s:rb'a'
"""doc 'x' """|na:@dec|k:def|nf:f|k:pass`},
		{"lifetime and character", "rust", "fn f<'a>(c: &'a str) { 'x'; '\\n'; r#\"a\"b\"# }", `k:fn|nf:f|kt:str|s:'x'|s:'\n'|s:r#"a"b"#`},
		{"nested comment", "rust", "/* a /* b */ c */ 1", "c:/* a /* b */ c */|m:1"},
		{"sql in any case", "sql", "SELECT 'it''s' -- c\nfrom t", "k:SELECT|s:'it''s'|c:-- c|k:from"},
		{"directive", "c", "#include <x.h>\nint a = 'b';", "k:#include|kt:int|s:'b'"},
		{"toml", "toml", "[a.b] # c\nkey-1 = \"v\"\nd = 1979-05-27", `nc:[a.b]|c:# c|nt:key-1|s:"v"|nt:d|m:1979-05-27`},
		{"comparison is no key", "hcl", "a = b == c ? 1 : 2", "nt:a|m:1|m:2"},
		{"command, option, variable", "bash", `FOO=1 curl -s "$url/x" | jq '.a' # why`, `nv:FOO|nf:curl|na:-s|s:"|nv:$url|s:/x"|nf:jq|s:'.a'|c:# why`},
		{"# within a word", "bash", "echo a#b ${#x} $#", "nb:echo|nv:${#x} $#"},
		{"loop", "bash", "for n in 1 2; do ./run --id \"$n\" & done", `k:for|k:in|k:do|nf:./run|na:--id|s:"|nv:$n|s:"|k:done`},
		{"here document", "bash", "cat <<'EOF' | wc\n$x # no\nEOF\nls", "nf:cat|nf:wc|s:$x # no\nEOF|nf:ls"},
		{"prompt in a script", "sh", "$ make run", "gp:$|nf:make"},
		{"transcript", "console", "$ ls -l \\\n  x\ntotal 0 # no\nme@host:~/a$ id", "gp:$|nf:ls|na:-l|gp:me@host:~/a$|nf:id"},
		{"yaml", "yaml", "a: 1 # c\n- b-c: \"d: e\"\n  f: {g: h, \"i\": true}\n  url: http://x:1/#y", `nt:a|m:1|c:# c|nt:b-c|s:"d: e"|nt:f|nt:g|nt:"i"|k:true|nt:url`},
		{"block scalar", "yaml", "run: |\n  a: b # no\n\n  c\nnext: &x !t y", "nt:run|s:a: b # no\n\n  c|nt:next|nv:&x|kt:!t"},
		{"block scalar in a list", "yaml", "- run: >-\n    a\n  b: c", "nt:run|s:a|nt:b"},
		{"quoted over lines", "yaml", "a: \"b\n  c: d\"\ne: 1", "nt:a|s:\"b\n  c: d\"|nt:e|m:1"},
		{"diff", "diff", "--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y\n z", "gh:--- a\n+++ b\n@@ -1 +1 @@|gd:-x|gi:+y"},
		{"markup is escaped", "go", "a <b> & \"<script>\"", `s:"<script>"`},
	} {
		if got := strings.Join(painted(t, tt.language, tt.source), "|"); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, got, tt.want)
		}
	}
	if _, ok := Append(nil, "brainfuck", nil); ok {
		t.Error("claims to know what it does not")
	}
}

// TestAppend_agrees_with_the_compiler: on the standard library, comments,
// strings, numbers and keywords are those of Go's own scanner.
func TestAppend_agrees_with_the_compiler(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(build.Default.GOROOT, "src", "net", "http", "*.go"))
	if err != nil || len(files) == 0 {
		t.Skip("the standard library's sources are not installed")
	}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		var s scanner.Scanner
		fset := token.NewFileSet()
		s.Init(fset.AddFile(file, -1, len(src)), src, nil, scanner.ScanComments)
		for previous := token.EOF; ; {
			_, tok, literal := s.Scan()
			switch {
			case tok == token.COMMENT:
				want = append(want, "c:"+literal)
			case tok == token.STRING || tok == token.CHAR:
				want = append(want, "s:"+literal)
			case tok == token.INT || tok == token.FLOAT || tok == token.IMAG:
				want = append(want, "m:"+literal)
			case tok.IsKeyword() && previous != token.PERIOD:
				want = append(want, "k:"+literal)
			}
			if previous = tok; tok == token.EOF {
				break
			}
		}
		if diff := cmp.Diff(want, tokens(src)); diff != "" {
			t.Errorf("%s (-compiler +this):\n%.2000s", filepath.Base(file), diff)
		}
	}
}

// tokens lists what the scanner sees, before neighbours are joined.
func tokens(src []byte) (all []string) {
	g := goGrammar
	var before []byte
	for i := 0; i < len(src); {
		if isSpace(src[i]) {
			i++
			continue
		}
		class, n := g.token(src[i:], before, false)
		if strings.Contains("csmk", class) && class != "" {
			all = append(all, class+":"+strings.ReplaceAll(string(src[i:i+n]), "\r", ""))
		}
		if class != "c" {
			before = src[i : i+n]
		}
		i += n
	}
	return all
}

// TestAppend_agrees_with_the_decoder: the strings of a JSON text are its keys
// and values.
func TestAppend_agrees_with_the_decoder(t *testing.T) {
	source := `{"a": ["b\"c", "d:\\", {"e" : "f"}], "g\u0041": "", "h": "/* no */ // no"}`
	var want []string
	decoder := json.NewDecoder(strings.NewReader(source))
	for {
		tok, err := decoder.Token()
		if err != nil {
			break
		}
		if s, ok := tok.(string); ok {
			want = append(want, s)
		}
	}
	var got []string
	for _, span := range painted(t, "json", source) {
		var s string
		if err := json.Unmarshal([]byte(span[strings.Index(span, ":")+1:]), &s); err != nil {
			t.Fatalf("%s: %v", span, err)
		}
		got = append(got, s)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-decoder +this):\n%s", diff)
	}
}

// FuzzAppend: whatever the text, nothing of it is lost and nothing of it is
// markup.
func FuzzAppend(f *testing.F) {
	for _, seed := range []string{"", "a", "\"", "'", "`${`", "/*", "<<A\n", "$", "${", "$(", "\\", "- |\n  x", "a: \"b", "r#\"", "'\\", "1e+", ".5", "#", "@", "&", "{a: [", "x\x00\r\n\t<>", "\"\\", "$'", "\"$(\""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, source string) {
		for language := range scanners {
			out, _ := Append([]byte("before"), language, []byte(source))
			bare := strings.TrimPrefix(tag.ReplaceAllString(string(out), ""), "before")
			want := strings.NewReplacer("<", "&lt;", ">", "&gt;", "&", "&amp;", `"`, "&#34;", "\x00", "\uFFFD").Replace(source)
			if bare != want {
				t.Fatalf("%s: %q became %q", language, source, bare)
			}
			if strings.Count(string(out), "<span") != strings.Count(string(out), "</span>") {
				t.Fatalf("%s: unbalanced: %q", language, out)
			}
		}
	})
}

func BenchmarkAppend(b *testing.B) {
	src, err := os.ReadFile("grammar.go")
	if err != nil {
		b.Fatal(err)
	}
	var out []byte
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		out, _ = Append(out[:0], "go", src)
	}
}
