package markdown

import (
	"html"
	"math/rand/v2"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"lockstep/site"
)

// drawing is everywhere with diagrams and charts that show their text.
type drawing struct{ everywhere }

func (drawing) Diagram(source, title, alt string) (site.HTML, error) {
	return site.HTML("<pre>" + html.EscapeString(strings.TrimRight(source, "\n \t")+"\n"+title+"\n"+alt) + "</pre>"), nil
}

func (d drawing) Chart(source, title, alt string) (site.HTML, error) {
	return d.Diagram(source, title, alt)
}

var (
	derivedID = regexp.MustCompile(` id="b-[0-9a-f-]+"`) // hashes of what stands there
	edges     = regexp.MustCompile(` *(</?(?:p|li|ul|ol|h[1-6]|div|table|thead|tbody|tr|td|th|blockquote|figure|figcaption|hr|br|dl|dt|dd|pre|section|details|summary)\b[^>]*>) *`)
	doubled   = regexp.MustCompile(` (<[^>]*>) `)
	spaces    = regexp.MustCompile(`[ \t\n\r\f]+`)
	codeHTML  = regexp.MustCompile(`(?s)<(code|pre)[ >].*?</(?:code|pre)>`)
)

// seen is what a reader has before them, worked out in another way than by package
// markdown: the HTML of the page without the white space that a browser drops.
func seen(d *Document) string {
	out, _ := d.Render(drawing{})
	text := codeHTML.ReplaceAllStringFunc(derivedID.ReplaceAllString(string(out), ""), func(code string) string {
		code = strings.NewReplacer("</span>", "").Replace(regexp.MustCompile(`<span[^>]*>`).ReplaceAllString(code, ""))
		if strings.HasPrefix(code, "<pre") {
			code = regexp.MustCompile(`[ \t]+(\n|</)`).ReplaceAllString(code, "$1")
			code = strings.ReplaceAll(regexp.MustCompile(`\n+</`).ReplaceAllString(code, "</"), "\n", "\u2424")
		}
		return strings.NewReplacer(" ", "\u2420", "\t", "\u2409").Replace(code)
	})
	text = spaces.ReplaceAllString(text, " ")
	for before := ""; before != text; {
		before, text = text, doubled.ReplaceAllString(text, " $1")
	}
	return d.Title + "\n" + edges.ReplaceAllString(text, "$1")
}

// edits are changes that people make to a text. Each gives the text as it was if
// there is nothing for it to change.
var edits = []struct {
	name string
	edit func(r *rand.Rand, text string) string
}{
	{"strike out", wrapWord("~~")}, {"emphasise", wrapWord("*")}, {"make strong", wrapWord("**")}, {"set as code", wrapWord("`")}, {"mark", wrapTag("mark")}, {"key", wrapTag("kbd")},
	{"tick a box", swap("[ ]", "[x]")}, {"clear a box", swap("[x]", "[ ]")},
	{"number a list", onLines(regexp.MustCompile(`^(\s*)[-*] `), "${1}1. ")}, {"unnumber a list", onLines(regexp.MustCompile(`^(\s*)\d+\. `), "${1}- ")},
	{"count from elsewhere", onLines(regexp.MustCompile(`^1\. `), "7. ")}, {"other bullets", onLines(regexp.MustCompile(`^- `), "* ")},
	{"lower a heading", onLines(regexp.MustCompile(`^#`), "##")}, {"raise a heading", onLines(regexp.MustCompile(`^##(#*) `), "#$1 ")},
	{"no heading", onLines(regexp.MustCompile(`^#+ `), "")}, {"quote", onLines(regexp.MustCompile(`^`), "> ")}, {"indent", onLines(regexp.MustCompile(`^`), "    ")},
	{"align a column", swap("|---", "|:--")}, {"align to the right", swap("--:", "---")}, {"another callout", swap("[!NOTE]", "[!WARNING]")}, {"no callout", swap("[!NOTE]", "")},
	{"another target", swap("](", "](x/")}, {"a fragment", swap(".md)", ".md#there)")}, {"another picture", swap("cat.png", "dog.png")}, {"a caption", swap(`"The cat"`, `"A dog"`)},
	{"another language", swap("```go", "```rust")}, {"another name of code", swap("main.go", "other.go")}, {"code", swap("return", "panic(1)")}, {"a diagram", swap("a -> b", "b -> a")},
	{"what a diagram shows", swap("a to b", "b to a")}, {"break a line", swap("\n", "\\\n")}, {"open a paragraph", swap("\n", "\n\n")}, {"close a paragraph", swap("\n\n", "\n")},
	{"details", swap("<summary>", "<summary>Even ")}, {"raw cell", swap("raw cell", "cooked cell")}, {"escape", swap("*", `\*`)}, {"entity", swap("&copy;", "&reg;")},
	{"a note", swap("[^1]", "")}, {"no definition", swap("\n: ", "\n")}, {"re-wrap", swap(" ", "\n")}, {"join lines", swap("\n", " ")}, {"trailing blanks", onLines(regexp.MustCompile(`$`), "  \t")},
	{"a comment", swap("\n", "\n<!-- hidden -->\n")}, {"a letter", letter}, {"lose a letter", loseLetter}, {"swap lines", swapLines}, {"lose a line", loseLine}, {"double a line", doubleLine},
}

// layout are the edits that arrange lines: where the page stays, the revision stays.
var layout = map[string]bool{"re-wrap": true, "join lines": true, "trailing blanks": true, "a comment": true, "other bullets": true}

func wrapWord(mark string) func(*rand.Rand, string) string { return wrap(mark, mark) }

func wrapTag(name string) func(*rand.Rand, string) string {
	return wrap("<"+name+">", "</"+name+">")
}

func wrap(before, after string) func(*rand.Rand, string) string {
	word := regexp.MustCompile(`\pL{2,}`)
	return func(r *rand.Rand, text string) string {
		all := word.FindAllStringIndex(text, -1)
		at := all[r.IntN(len(all))]
		return text[:at[0]] + before + text[at[0]:at[1]] + after + text[at[1]:]
	}
}

func swap(old, new string) func(*rand.Rand, string) string {
	return func(r *rand.Rand, text string) string {
		n := strings.Count(text, old)
		if n == 0 {
			return text
		}
		parts := strings.SplitN(text, old, r.IntN(n)+2)
		last := len(parts) - 1
		return strings.Join(parts[:last], old) + new + parts[last]
	}
}

func onLines(pattern *regexp.Regexp, with string) func(*rand.Rand, string) string {
	return func(r *rand.Rand, text string) string {
		lines := strings.Split(text, "\n")
		var fit []int
		for i, line := range lines {
			if pattern.MatchString(line) {
				fit = append(fit, i)
			}
		}
		if len(fit) == 0 {
			return text
		}
		i := fit[r.IntN(len(fit))]
		lines[i] = pattern.ReplaceAllString(lines[i], with)
		return strings.Join(lines, "\n")
	}
}

func letter(r *rand.Rand, text string) string {
	runes := []rune(text)
	i := r.IntN(len(runes))
	return string(runes[:i]) + string([]rune("aé中 *_`|-#[]()<>~&\\\n")[r.IntN(20)]) + string(runes[i:])
}

func loseLetter(r *rand.Rand, text string) string {
	runes := []rune(text)
	i := r.IntN(len(runes))
	return string(runes[:i]) + string(runes[i+1:])
}

func swapLines(r *rand.Rand, text string) string {
	lines := strings.Split(text, "\n")
	i, k := r.IntN(len(lines)), r.IntN(len(lines))
	lines[i], lines[k] = lines[k], lines[i]
	return strings.Join(lines, "\n")
}

func loseLine(r *rand.Rand, text string) string {
	lines := strings.Split(text, "\n")
	i := r.IntN(len(lines))
	return strings.Join(append(lines[:i:i], lines[i+1:]...), "\n")
}

func doubleLine(r *rand.Rand, text string) string {
	lines := strings.Split(text, "\n")
	i := r.IntN(len(lines))
	return strings.Join(append(lines[:i+1:i+1], lines[i:]...), "\n")
}

// TestRevision_edits makes random edits, as many as EDITS says. One that changes what
// a reader has before them changes the revision.
func TestRevision_edits(t *testing.T) {
	text, err := os.ReadFile("testdata/blocks.md")
	if err != nil {
		t.Fatal(err)
	}
	more := "\n- [ ] sign-off by legal\n\n```d2 title=\"Path\" alt=\"a to b\"\na -> b\n```\n\n1. one\n2. two\n"
	whole := strings.Replace(string(text), "[^1]: ", more+"\n[^1]: ", 1)
	parser := New(Options{})
	parse := func(text string) *Document { return parser.Parse("docs/x.md", []byte(text), site.KindDocument) }
	rounds := 1500
	if n, err := strconv.Atoi(os.Getenv("EDITS")); err == nil {
		rounds = n
	}
	r := rand.New(rand.NewPCG(15, 1))
	changed, moved := 0, make(map[string]int)
	for round := range rounds {
		before := whole
		for range r.IntN(3) {
			before = edits[r.IntN(len(edits))].edit(r, before)
		}
		e := edits[r.IntN(len(edits))]
		after := e.edit(r, before)
		a, b := parse(before), parse(after)
		same := a.Revision() == b.Revision()
		if seen(a) == seen(b) {
			if !same {
				moved[e.name]++
				if layout[e.name] {
					t.Fatalf("round %d: %s: the revision changed and the page did not\n--- before\n%s\n--- after\n%s", round, e.name, before, after)
				}
			}
			continue
		}
		changed++
		if same {
			t.Fatalf("round %d: %s: the page changed and its revision did not\n--- before\n%s\n--- after\n%s", round, e.name, seen(a), seen(b))
		}
	}
	if changed < rounds/3 {
		t.Errorf("only %d of %d edits changed the page", changed, rounds)
	}
	t.Logf("%d of %d edits changed the page; revisions that moved without it: %v", changed, rounds, moved)
}
