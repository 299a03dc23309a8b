package markdown

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"lockstep/site"
)

// TestRender_raw_HTML: what READMEs are made of.
func TestRender_raw_HTML(t *testing.T) {
	for _, tt := range []struct{ name, src, want string }{
		{"logo and title", "<h1 align=\"center\">\n  <img src=\"logo.png\" alt=\"\" width=\"100\"><br>\n  Name\n</h1>\n\ntext", `<p><img src="to/logo.png" alt="" width="100" loading="lazy" decoding="async"></p>`},
		{"centred badges", "<p align=\"center\">\n<a href=\"x.md\"><img src=\"https://img.example/b.svg\" alt=\"build\"></a>\n</p>", `<a href="to/x.md"><span class="remote-image">build</span></a>`},
		{"paragraph around blocks", "<p align=\"center\">\n\n## A\n\ntext\n\n</p>", "<p>text</p>"},
		{"unwrapped", "<div align=\"center\">\n\ntext\n\n</div>", "<p>text</p>\n"},
		{"details around Markdown", "<details><summary>More</summary>\n\n- a\n\n</details>\n\nafter", "</ul>\n</details>\n<p>after</p>"},
		{"details without summary", "<details>\n\ntext\n\n</details>", "<details><summary>Details</summary>"},
		{"element left open in a paragraph", "a <kbd>b\n\nc", "<p>a <kbd>b</kbd></p>\n<p>c</p>"},
		{"anchor left open", "<a name=\"x\">\n\n## Y\n\ntext", "<a id=\"x\"></a>\n<h2"},
		{"anchor within a link", "<a href=\"a.md\"><a name=\"x\"></a>text</a> y", `<a href="to/a.md"><span id="x"></span>text</a> y`},
		{"anchor without an end, before a link", "<a name=\"x\"> <a href=\"a.md\">text</a> y", `<a href="to/a.md">text</a> y`},
		{"name and id", "<code name=\"x\" id=\"y\">t</code>", `<a id="y"></a><code>t</code>`},
		{"details that open one at a time", "<details name=\"x\" id=\"y\">\n<summary>s</summary>\nt\n</details>", `<a id="y"></a>`},
		{"anchor around a link", "<a name=\"x\">a [y](b.md)</a>", `<a id="x"></a>a <a href="to/b.md">y</a>`},
		{"anchor beside a heading of that id", "<a name=\"y\"></a>\n\n## Y", `<h2 id="y">`},
		{"link within a link", "<a href=\"a.md\">x [y](b.md) ADR-7</a>", `<p><a href="to/a.md">x y ADR-7</a></p>`},
		{"table of people", "<table><tr><td align=\"center\"><a href=\"x.md\"><img src=\"p.png\" alt=\"Ann\"></a></td><td>B</table>", "<td>B</td></tr></table></div>"},
		{"list without end tags", "<ul><li>a<li>b</ul>", "<ul><li>a</li><li>b</li></ul>"},
		{"script", "a <script>alert(1)</script> b", "<p>a  b</p>"},
		{"script block", "<script>\nalert(1)\n</script>\n\nb", "<p>b</p>\n"},
		{"entities in text", "<kbd>&lt;b&gt;</kbd>", "<kbd>&lt;b&gt;</kbd>"},
		{"raw text is escaped", "<p>a &lt;script&gt;</p>", "<p>a &lt;script&gt;</p>"},
		{"event handler", "<img src=x.png alt=a onerror=alert(1)>", `<img src="to/x.png" alt="a" loading="lazy" decoding="async">`},
		{"markup in a summary", "<details>\n<summary>a <b>c</b></summary>\n\nx\n\n</details>", "<summary>a <b>c</b></summary>"},
		{"raw heading has an id", "<h3>Über uns</h3>", `<h3 id="über-uns">Über uns`},
	} {
		d := New(Options{}).Parse("x.md", []byte(tt.src), site.KindDocument)
		out, _ := d.Render(everywhere{})
		if !strings.Contains(blockMarks.ReplaceAllString(string(out), ""), tt.want) {
			t.Errorf("%s:\n%s\ndoes not contain\n%s", tt.name, out, tt.want)
		}
		wellFormed(t, tt.src, string(out))
		safe(t, string(out))
	}
	d := New(Options{}).Parse("x.md", []byte("<h1 align=center>The <b>name</b></h1>\n\n<h2>Usage</h2>"), site.KindDocument)
	if d.Title != "The name" || d.TitleID != "the-name" || len(d.Outline) != 1 || d.Outline[0].ID != "usage" {
		t.Errorf("title %q, outline %v", d.Title, d.Outline)
	}
}

// TestRender_any_order_of_tags: whatever authors open, close and forget, pages
// are well formed and safe.
func TestRender_any_order_of_tags(t *testing.T) {
	pieces := []string{"\n", "\n\n", "text ", "ADR-7 ", "- ", "> ", "## ", "| a |\n|---|\n| b |\n", "[x](y.md) ", "![x](y.png) ", "`c` ", "**", "    ", "1. ", "https://example.com ", "[^1]", "\n\n[^1]: n\n",
		"<script>", "</script>", "<!-- ", " -->", "<img src=x.png alt=y>", "<img src=https://example.com/x>", "<br>", "<hr>", "<a name=n>", "<a href=x.md>", "</a>"}
	for name := range maps.Keys(harmless) {
		if !slices.Contains(void, name) && name != "a" {
			pieces = append(pieces, "<"+name+">", "</"+name+">")
		}
	}
	slices.Sort(pieces)
	for seed := range uint64(2000) {
		random := rand.New(rand.NewPCG(seed, 0))
		var src strings.Builder
		for range 1 + random.IntN(12) {
			src.WriteString(pieces[random.IntN(len(pieces))])
		}
		d := New(Options{}).Parse("x.md", []byte(src.String()), site.KindDocument)
		out, _ := d.Render(everywhere{})
		wellFormed(t, src.String(), string(out))
		safe(t, string(out))
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

// ours are the elements that are written for Markdown, beside the harmless ones.
var ours = strings.Fields("div input nav section span math mrow mi mn mo mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover mtable mtr mtd mphantom menclose")

// safe fails the test if markup could run anything, or load anything from
// another host.
func safe(t *testing.T, out string) {
	t.Helper()
	z := html.NewTokenizer(strings.NewReader(out))
	for z.Next() != html.ErrorToken {
		token := z.Token()
		if token.Type != html.StartTagToken && token.Type != html.SelfClosingTagToken {
			continue
		}
		if _, ok := harmless[token.Data]; !ok && !slices.Contains(ours, token.Data) {
			t.Errorf("element <%s> in %q", token.Data, out)
		}
		for _, a := range token.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "srcdoc" || a.Key == "formaction" {
				t.Errorf("attribute %s in %q", a.Key, out)
			}
			if (a.Key == "href" || a.Key == "src") && !safeURL(a.Val, a.Key == "src") {
				t.Errorf("%s=%q in %q", a.Key, a.Val, out)
			}
			if a.Key == "src" && site.External(a.Val) {
				t.Errorf("a request to another host in %q", out)
			}
		}
	}
}

// wellFormed fails the test if a browser has to repair the markup, since then
// what it shows is not what was written, or if an id is there twice.
func wellFormed(t *testing.T, src, out string) {
	t.Helper()
	nodes, err := html.ParseFragment(strings.NewReader(out), &html.Node{Type: html.ElementNode, Data: "main", DataAtom: atom.Main})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, n := range nodes {
		if err := html.Render(&b, n); err != nil {
			t.Fatal(err)
		}
	}
	if written, read := tags(out), tags(b.String()); written != read {
		t.Errorf("%q\nis written as %q\nand repaired as %q", src, written, read)
	}
	ids := map[string]bool{}
	z := html.NewTokenizer(strings.NewReader(out))
	for z.Next() != html.ErrorToken {
		for _, a := range z.Token().Attr {
			if a.Key == "id" {
				if ids[a.Val] || a.Val == "" {
					t.Errorf("%q: id %q twice, or empty, in %q", src, a.Val, out)
				}
				ids[a.Val] = true
			}
		}
	}
}

// tags lists the tags of markup. HTML implies tbody.
func tags(out string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(out))
	for z.Next() != html.ErrorToken {
		token := z.Token()
		switch {
		case token.Data == "tbody":
		case token.Type == html.EndTagToken:
			b.WriteString("</" + token.Data + ">")
		case token.Type != html.TextToken:
			b.WriteString("<" + token.Data + ">")
		}
	}
	return b.String()
}

// TestRawHTML_mend: the advice names the elements that are kept where only a few are.
func TestRawHTML_mend(t *testing.T) {
	const text = "# T\n\n<Own-Part>x</Own-Part>\n"
	for _, strict := range []bool{true, false} {
		d := New(Options{Strict: strict}).Parse("t.md", []byte(text), site.KindDocument)
		if len(d.Findings) != 1 || !strings.Contains(d.Findings[0].Message, "<Own-Part>") || strings.Contains(d.Findings[0].Mend, "only br, kbd") != strict {
			t.Errorf("strict %v: %v", strict, d.Findings)
		}
	}
}
