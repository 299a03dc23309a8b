package markdown

import (
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/site"

	"golang.org/x/net/html"
)

// TestComment_payloads renders everything that an attacker is known to try, and
// allows only what a comment may have.
func TestComment_payloads(t *testing.T) {
	corpus, err := os.ReadFile("testdata/payloads.txt")
	if err != nil {
		t.Fatal(err)
	}
	payloads := strings.Split(string(corpus), "\n")
	if len(payloads) < 60 {
		t.Fatalf("only %d payloads", len(payloads))
	}
	for _, payload := range payloads {
		for _, form := range []string{payload, "> " + payload, "- " + payload, "text\n" + payload + "\ntext", "[x](" + payload + ")", "[" + payload + "](https://a.example)", "<" + payload + ">"} {
			inert(t, form)
		}
	}
}

func FuzzComment(f *testing.F) {
	corpus, _ := os.ReadFile("testdata/payloads.txt")
	for payload := range strings.Lines(string(corpus)) {
		f.Add(payload)
	}
	f.Fuzz(inert)
}

// inert parses what a browser would and judges every node.
func inert(t *testing.T, src string) {
	t.Helper()
	out := string(Comment(src))
	node, err := html.Parse(strings.NewReader("<!DOCTYPE html><body>" + out))
	if err != nil {
		t.Fatalf("%q: %v", src, err)
	}
	elements := []string{"html", "head", "body", "p", "br", "em", "strong", "del", "code", "pre", "blockquote", "ul", "ol", "li", "hr", "a"}
	for n := range node.Descendants() {
		if n.Type == html.CommentNode {
			t.Errorf("%q has an HTML comment: %s", src, out)
		}
		if n.Type != html.ElementNode {
			continue
		}
		if !slices.Contains(elements, n.Data) || n.Namespace != "" {
			t.Errorf("%q gives a %s: %s", src, n.Data, out)
		}
		for _, a := range n.Attr {
			switch {
			case n.Data == "a" && a.Key == "rel", n.Data == "ol" && a.Key == "start":
			case n.Data == "a" && a.Key == "href":
				if !strings.HasPrefix(a.Val, "http://") && !strings.HasPrefix(a.Val, "https://") && !strings.HasPrefix(a.Val, "mailto:") {
					t.Errorf("%q links to %q", src, a.Val)
				}
			default:
				t.Errorf("%q gives the attribute %s=%q", src, a.Key, a.Val)
			}
		}
	}
	if site.Visible(out) != out {
		t.Errorf("%q keeps a hidden character: %q", src, out)
	}
}

func TestComment(t *testing.T) {
	for _, tt := range []struct{ name, src, want string }{
		{"emphasis", "*a* **b** ~~c~~ `d`", "<p><em>a</em> <strong>b</strong> <del>c</del> <code>d</code></p>"},
		{"link", "[a](https://b.example/?q=1&r=2)", `<p><a href="https://b.example/?q=1&amp;r=2" rel="nofollow noreferrer">a</a></p>`},
		{"bare address", "see https://b.example.", `<p>see <a href="https://b.example" rel="nofollow noreferrer">https://b.example</a>.</p>`},
		{"script link keeps its text", "[a](javascript:alert(1))", "<p>a (javascript:alert(1))</p>"},
		{"relative link keeps its text", "[a](/x)", "<p>a (/x)</p>"},
		{"markup is shown", "a <b>c</b>", "<p>a &lt;b&gt;c&lt;/b&gt;</p>"},
		{"block of markup is shown", "<div>\nx\n</div>", "<p>&lt;div&gt;\nx\n&lt;/div&gt;</p>"},
		{"picture is named, not fetched", "![a](https://b.example/x.png)", "<p>[picture: https://b.example/x.png]</p>"},
		{"heading", "# A", "<p><strong>A</strong></p>"},
		{"code", "```go\n<b>\n```", "<pre><code>&lt;b&gt;\n</code></pre>"},
		{"list", "3. a\n4. b", "<ol start=\"3\">\n<li>a</li>\n<li>b</li>\n</ol>"},
		{"direction mark is shown", "a\u202eb", "<p>a⟦U+202E⟧b</p>"},
		{"joiner stays", "👩\u200d🚀", "<p>👩\u200d🚀</p>"},
	} {
		if got := strings.TrimSpace(string(Comment(tt.src))); got != tt.want {
			t.Errorf("%s:\n%s\nwant\n%s", tt.name, got, tt.want)
		}
	}
}

// TestComment_hostile_size renders the largest bodies of the worst kinds. None takes
// more than some times as long as as much prose does on the same machine.
func TestComment_hostile_size(t *testing.T) {
	const size, limit = 16 << 10, 40
	quickest := func(src string) time.Duration {
		best := time.Hour
		for range 4 {
			begin := time.Now()
			Comment(src)
			best = min(best, time.Since(begin))
		}
		return best
	}
	prose := quickest(strings.Repeat("Every member sees the *same* messages in the `same` order, says [the text](https://a.example/b).\n", size/98))
	slowest, worst := time.Duration(0), ""
	measure := func(unit, src string) {
		took := quickest(src)
		for range 3 { // what else the machine does comes and goes
			if took > limit*prose {
				took = min(took, quickest(src))
			}
		}
		if took > limit*prose {
			t.Errorf("%d bytes of %q take %v, and as much prose %v", len(src), unit, took, prose)
		}
		if took > slowest {
			slowest, worst = took, unit
		}
	}
	for _, unit := range []string{">", "[", "![", "*", "_", "**a", "`", "- ", "-\t", "<", "](", "[a](", "[a](a", "&", "\\", "~~", "1. ", "1)\t", "> - ", "1. - ", "- 1. > ", "[a]: b\n", "a@", "a@b.c ", "a@b.c ~", "http://",
		"http://a.b/ ", "www.a.b ", "*a_", "_*", "`a``", "<!--", "<a ", "***<a ", "]~~", "\n\n<", "&\n\n'", "[a]: b[  *"} {
		measure(unit, strings.Repeat(unit, size/len(unit)))
		measure(unit+" on lines", strings.Repeat(unit+"\n", size/(len(unit)+1)))
		measure("many "+unit+" on lines", strings.Repeat(strings.Repeat(unit, 30)+"\n", size/(30*len(unit)+1)))
		var deep strings.Builder
		for i := 0; deep.Len() < size; i++ {
			deep.WriteString(strings.Repeat(" ", min(i*len(unit), 200)) + unit + "a\n")
		}
		measure("deeper and deeper "+unit, deep.String()[:size])
	}
	tokens := []string{"[", "]", "(", ")", "*", "_", "`", "<", ">", "!", "a", " ", "\n", "\n\n", "1. ", "- ", "> ", "~~", "http://a.b/", "&", "\\", "# ", "---", "www.a.b ", "a@b.c ", "\"", "[a]: b", "](", "<a ", "<!--", "``", "    ", "\t", "=", "'"}
	r := rand.New(rand.NewPCG(15, 14))
	for range 150 {
		var unit strings.Builder
		for range 1 + r.IntN(5) {
			unit.WriteString(tokens[r.IntN(len(tokens))])
		}
		measure(unit.String(), strings.Repeat(unit.String(), size/unit.Len()))
	}
	t.Logf("prose takes %v, the slowest is %q with %v", prose, worst, slowest)
}

// TestComment_deep: what stands too deep is text, and nothing of it is lost.
func TestComment_deep(t *testing.T) {
	for _, mark := range []string{"> ", "- ", "1. ", "1)\t", "-\t"} {
		out := string(Comment(strings.Repeat(mark, 40) + "the end"))
		if n := strings.Count(out, "<blockquote>") + strings.Count(out, "<li>"); n != maxNesting {
			t.Errorf("%q nests %d deep, want %d", mark, n, maxNesting)
		}
		if !strings.Contains(out, "the end") {
			t.Errorf("%q: the text is lost: %s", mark, out)
		}
	}
}

// TestComment_work: a comment that uses up what it may take keeps its words.
func TestComment_work(t *testing.T) {
	src := "*before*\n\n" + strings.Repeat("[a](", 3000) + "\n\n*after*"
	out := string(Comment(src))
	if !strings.Contains(out, "<em>before</em>") || !strings.Contains(out, "*after*") || strings.Count(out, "[a](") != 3000 {
		t.Errorf("%.200s … %s", out, out[len(out)-100:])
	}
	full := strings.Repeat("Some *words* and `code`, [a link](https://a.example/), and **more** of them.\n\n", (16<<10)/79)
	if out := string(Comment(full)); strings.Count(out, "<em>") != strings.Count(out, "<p>") || strings.Count(out, "<a ") != strings.Count(out, "<p>") {
		t.Errorf("a full comment of prose is cut short: %d paragraphs, %d emphasised, %d links", strings.Count(out, "<p>"), strings.Count(out, "<em>"), strings.Count(out, "<a "))
	}
}
