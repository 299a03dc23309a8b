package markdown

import (
	"errors"
	"html"
	"regexp"
	"slices"
	"strings"
	"testing"

	"lockstep/site"
	"lockstep/site/run"
)

// everywhere is a resolver for which every file exists and ADR-0007 is defined.
type everywhere struct{ terms *Terms }

func (everywhere) Link(dest string) (string, bool) { return "to/" + dest, true }
func (everywhere) Reference(id string) (string, string, bool) {
	return "../adr/7/", "Fixed & slots", id == "ADR-0007"
}
func (e everywhere) Terms() *Terms         { return e.terms }
func (everywhere) Term(t site.Term) string { return "../glossary/#" + t.Anchor }
func (everywhere) Name(span string) (string, string, bool) {
	if span == "unshown" {
		return "", "a.go:7", true
	}
	return "https://h.example/a.go?x&y", "a.go:7", span == "TestA"
}
func (everywhere) Age(dest string) string {
	if dest == "evidence:old#n" {
		return `since "x" changed`
	}
	return ""
}
func (everywhere) Value(string) (string, bool) { return "../model/#x", true }
func (e everywhere) Chart(source, title, alt string) (site.HTML, error) {
	return e.Diagram(source, title, alt)
}
func (everywhere) Play(string, string, string) (site.HTML, error) {
	return "", errors.New("there is no model")
}
func (everywhere) Run(f run.Fence) (site.HTML, bool) {
	return site.HTML("<figure>" + html.EscapeString(f.Words()) + "</figure>"), len(f.Wrong) == 0
}
func (everywhere) Diagram(source, _, _ string) (site.HTML, error) {
	if strings.Contains(source, "{") {
		return "", errors.New("line 1: unclosed")
	}
	return "<figure>drawn</figure>", nil
}

func render(t *testing.T, src string) string {
	t.Helper()
	out, _ := New(Options{Strict: true}).Parse("x.md", []byte(src), site.KindDocument).Render(everywhere{})
	return string(out)
}

func TestRender(t *testing.T) {
	for _, tt := range []struct{ name, src, want string }{
		{"id keeps letters of every script", "## Über — données 世界", `<h2 id="über--données-世界">`},
		{"id of a heading with a link", "## See [ADR 3](../adr/0003.md)", `<h2 id="see-adr-3">`},
		{"id given by the author", "## Title {#own-id}", `<h2 id="own-id">`},
		{"the title is the layout's", "# Title\n\ntext", "<p>text</p>"},
		{"a second h1 becomes h2", "# A\n\n# B", `<h2 id="b">`},
		{"callout", "> [!WARNING]\n> Mind *this*.", `<div class="callout warning" role="note" aria-label="Warning">`},
		{"callout keeps its text", "> [!NOTE]\n> Mind *this*.", `<p>Mind <em>this</em>.</p>`},
		{"plain quote", "> quoted", "<blockquote>"},
		{"figure", `![A cat](cat.png "The cat")`, "<figcaption>The cat</figcaption>"},
		{"picture elsewhere is a link", "![badge](https://img.example/x.svg)", `<a class="external remote-image" rel="noopener" href="https://img.example/x.svg">badge</a>`},
		{"reference", "see ADR-7.", `<a class="ref" href="../adr/7/" title="Fixed &amp; slots">ADR-7</a>.`},
		{"not a reference", "use SHA-256 and `ADR-7` and [ADR-7](x.md)", `SHA-256 and <code>ADR-7</code> and <a href="to/x.md">ADR-7</a>`},
		{"name in the code", "see `TestA`", `<a class="name" rel="noopener" href="https://h.example/a.go?x&amp;y" title="a.go:7"><code>TestA</code></a>`},
		{"name that cannot be shown", "see `unshown`", `<code title="a.go:7">unshown</code>`},
		{"no name", "see `TestB<`", `<code>TestB&lt;</code>`},
		{"name within a link", "[`TestA`](x.md)", `<a href="to/x.md"><code>TestA</code></a>`},
		{"name in a heading", "## Of `TestA`", `Of <code>TestA</code> <a class="permalink"`},
		{"aged number", "[3](evidence:old#n)", `<a class="number evidence aged" title="Aged: since &#34;x&#34; changed" href="../model/#x">3</a>`},
		{"number", "[694 k](model:sends.peak)", `<a class="number model" data-value="sends.peak" href="../model/#x">694 k</a>`},
		{"an empty corner heads nothing", "| | b |\n|---|--:|\n| 1 | 2 |", "<td></td>\n<th scope=\"col\" data-align=\"right\">b</th>"},
		{"table scrolls by itself", "| a | b |\n|---|--:|\n| 1 | 2 |", `<div class="table-scroll" tabindex="0" role="region" aria-label="Table 1: a, b">`},
		{"table aligns without style", "| a | b |\n|---|--:|\n| 1 | 2 |", `<td data-align="right">2</td>`},
		{"task list", "- [x] done\n- [ ] open", `<input type="checkbox" disabled checked aria-label="done">`},
		{"footnote ids have no colon", "a[^1]\n\n[^1]: note", `id="note-1"`},
		{"link within a footnote reference", "[a[^1]](x.md)\n\n[^1]: b", `<a href="to/x.md">a<sup id="noteref-1">1</sup></a>`},
		{"footnote twice", "a[^1] b[^1]\n\n[^1]: c", `<sup id="noteref-1-2">`},
		{"definition list", "Term\n: meaning", "<dt>Term</dt>"},
		{"code by class", "```go\nfunc f() {}\n```", `<span class="k">func</span> <span class="nf">f</span>`},
		{"unknown language", "```nonsense\n<b>\n```", "&lt;b&gt;"},
		{"code title", "```go title=\"main.go\"\nx\n```", "<figcaption>main.go</figcaption>"},
		{"diagram", "```d2 title=\"t\" alt=\"a\"\na -> b\n```", "<figure>drawn</figure>"},
		{"diagram that cannot be drawn shows its text", "```d2 title=\"t\" alt=\"a\"\na -> {\n```", "a -&gt; {"},
		{"raw keyboard key", "press <kbd>Ctrl</kbd>", "<kbd>Ctrl</kbd>"},
		{"unclosed raw element is closed", "<details><summary>a</summary>\n\ntext", "</details>"},
		{"stray end tag", "text </div></main> more", "text  more"},
		{"comment vanishes", "a <!-- secret --> b", "a  b"},
		{"entity", "a &amp; b &copy;", "a &amp; b ©"},
		{"external", "[x](https://example.com)", `class="external" rel="noopener"`},
		{"table row that defines", "| Id | What |\n|---|---|\n| SLO-2 | lost |", `<tr id="slo-2">`},
	} {
		got := render(t, tt.src)
		if got := blockMarks.ReplaceAllString(got, ""); !strings.Contains(got, tt.want) {
			t.Errorf("%s:\n%s\ndoes not contain\n%s", tt.name, got, tt.want)
		}
		wellFormed(t, tt.src, got)
	}
}

// blockMarks are what every block carries; see TestBlocks.
var blockMarks = regexp.MustCompile(`( id="b-[0-9a-f]{8}(-\d+)?")? data-b="\d+"`)

func TestRender_terms_once(t *testing.T) {
	terms := NewTerms([]site.Term{{Name: "leader", Anchor: "leader", Text: "Decides."}, {Name: "leader lease", Anchor: "leader-lease"}})
	d := New(Options{Strict: true}).Parse("x.md", []byte("## leader\n\nA Leader lease, two leaders, a leader and `leader`; [leader](x.md).\n\nleader"), site.KindDocument)
	out, _ := d.Render(everywhere{terms})
	if got := strings.Count(string(out), `class="term"`); got != 2 {
		t.Errorf("%d terms linked, want 2 (the lease and the first leader):\n%s", got, out)
	}
	if !strings.Contains(string(out), `">Leader lease</a>`) || !strings.Contains(string(out), `">leaders</a>`) {
		t.Errorf("longest first, plurals too:\n%s", out)
	}
}

func TestParse_findings(t *testing.T) {
	for _, tt := range []struct {
		name, src, rule string
		line            int
	}{
		{"script link", "\n[x](javascript:alert(1))", "unsafe-url", 2},
		{"script link, encoded", "[x](javascript&colon;alert(1))", "unsafe-url", 1},
		{"script link, in capitals with a tab", "[x](<java\tscript:alert(1)>)", "unsafe-url", 1},
		{"data link", "[x](data:text/html;base64,PHNjcmlwdD4=)", "unsafe-url", 1},
		{"data picture that can run", "![x](data:image/svg+xml;base64,AA==)", "unsafe-url", 1},
		{"raw HTML", "---\ntitle: x\n---\n\n<iframe src=x></iframe>", "raw-html", 5},
		{"raw HTML inline", "a <blink>b</blink>", "raw-html", 1},
		{"duplicate heading", "## A\n\n## A", "duplicate-id", 3},
		{"picture without text", "![](x.png)", "missing-alt", 1},
		{"empty link", "[](x.md)", "empty-link", 1},
		{"link to nothing", "[x]()", "empty-link", 1},
		{"unknown key", "---\ntitle: x\nsumary: y\n---\n", "unknown-front-matter", 3},
		{"invalid YAML", "---\ntitle: a: b\n---\n\ntext", "front-matter", 2},
		{"unknown callout", "> [!HINT]\n> x", "unknown-callout", 1},
		{"diagram without words", "```d2\na -> b\n```", "diagram-text", 1},
		{"footnote that nothing refers to", "a\n\n[^1]: b", "unused-footnote", 3},
		{"footnote that is defined twice", "a[^1]\n\n[^1]: b\n[^1]: c", "unused-footnote", 4},
		{"not UTF-8", "a \xff b", "encoding", 0},
	} {
		d := New(Options{Strict: true}).Parse("x.md", []byte(tt.src), site.KindDocument)
		found := false
		for _, f := range d.Findings {
			if f.Rule == tt.rule && f.Line == tt.line && f.Mend != "" {
				found = true
			}
		}
		if !found {
			t.Errorf("%s: findings %v, want %s on line %d with a mend", tt.name, d.Findings, tt.rule, tt.line)
		}
	}
}

// TestFootnotes_again: of two definitions the first is shown, and the other is reported.
func TestFootnotes_again(t *testing.T) {
	const said = `the footnote "1" is already defined on line 3, so what line 4 says of it would not be shown`
	for name, tt := range map[string]struct {
		src  string
		want []string
	}{
		"twice":              {"a[^1] and[^1].\n\n[^1]: First\n[^1]: Second", []string{said}},
		"two notes":          {"a[^1] and[^2].\n\n[^1]: First\n[^2]: Second", nil},
		"the other is code":  {"a[^1]\n\n[^1]: First\n\n```\n[^1]: Second\n```", nil},
		"the other is HTML":  {"a[^1]\n\n<!--\n[^1]: Old\n-->\n\n<pre>\n[^1]: Second\n</pre>\n\n[^1]: First", nil},
		"nothing refers":     {"a\n\n[^1]: First", []string{`nothing refers to the footnote "1", so it would not be shown`}},
		"below front matter": {"---\ntitle: x\n---\na[^1]\n\n[^1]: First\n\n[^1]: Second", []string{`the footnote "1" is already defined on line 6, so what line 8 says of it would not be shown`}},
	} {
		d := New(Options{}).Parse("x.md", []byte(tt.src), site.KindDocument)
		var got []string
		for _, f := range d.Findings {
			got = append(got, f.Message)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
		if body, _ := d.Render(everywhere{}); strings.Contains(tt.src, "a[^1]") && !strings.Contains(string(body), "First") {
			t.Errorf("%s: the first is not shown: %s", name, body)
		}
	}
}

func TestParse_did_you_mean(t *testing.T) {
	d := New(Options{Strict: true}).Parse("x.md", []byte("---\nsumary: y\n---\n"), site.KindDocument)
	if len(d.Findings) != 1 || !strings.Contains(d.Findings[0].Mend, `"summary"`) {
		t.Errorf("findings %v", d.Findings)
	}
	if d := New(Options{}).Parse("x.md", []byte("---\nsidebar_position: 1\n---\n## A\n## A"), site.KindDocument); len(d.Findings) != 0 {
		t.Errorf("a foreign repository's own keys and headings: %v", d.Findings)
	}
}

// asWritten gives addresses as they are, which is what dead links get.
type asWritten struct{ everywhere }

func (asWritten) Link(string) (string, bool) { return "", false }

func FuzzRender(f *testing.F) {
	for _, seed := range []string{
		"# a\n\n[x](javascript:alert(1)) ![y](data:text/html,x) <script>alert(1)</script>",
		"<img src=x onerror=alert(1)><a href=\"javascript:x\">y</a><svg><script>",
		"<details open ontoggle=alert(1)><p style=x>", "[a]: javascript&#58;alert(1)\n\n[a]", "<https://x> <javascript:alert(1)>",
		"> [!NOTE]\n", "| a |\n|-|\n| ADR-1 |", "---\na: [\n---\n", "```d2 title=\"\"\n```", "a[^1]\n\n[^1]: b", "Term\n: x\n\n# {#\"><script>}", "[](){ #a }*b*{.x}\n{ .y }\n\n[:simple-git:{ #z }](x)",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, src string) {
		for _, foreign := range []bool{false, true} {
			for _, kind := range []site.Kind{site.KindDocument, site.KindDecision, site.KindGlossary} {
				d := New(Options{Strict: !foreign, MkDocs: func(string) bool { return foreign }}).Parse("0001-x.md", []byte(src), kind)
				out, _ := d.Render(asWritten{})
				safe(t, string(out))
				wellFormed(t, src, string(out))
			}
		}
	})
}

func BenchmarkParseRender(b *testing.B) {
	src := []byte("# Title\n\n" + strings.Repeat("Text with *emphasis*, `code` and [a link](x.md), about ADR-7.\n\n```go\nfunc f(n int) error {\n\treturn fmt.Errorf(\"no %d\", n) // why\n}\n```\n\n", 80))
	p := New(Options{Strict: true})
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		p.Parse("x.md", src, site.KindDocument).Render(everywhere{})
	}
}
