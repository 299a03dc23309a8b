package markdown

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

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
	if strings.ContainsFunc(out, hidden) {
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

// TestComment_hostile_size: the largest body of the worst kind is rendered while
// nobody notices.
func TestComment_hostile_size(t *testing.T) {
	slowest := time.Duration(0)
	defer func() { t.Log("slowest:", slowest) }()
	for _, unit := range []string{">", "[", "![", "*", "_", "**a", "`", "- ", "<", "](", "[a](", "&", "\\", "~~", "1. ", "> - ", "[a]: b\n", "a@", "http://", "*a_", "`a``", "<!--", "<a "} {
		src := strings.Repeat(unit, 16<<10/len(unit))
		for _, form := range []string{src, strings.Repeat(unit+"\n", 16<<10/(len(unit)+1))} {
			begin := time.Now()
			Comment(form)
			limit := 400 * time.Millisecond
			if raceDetector {
				limit = 20 * time.Second // it slows this down tenfold, beside other packages
			}
			if took := time.Since(begin); took > limit {
				t.Errorf("%d bytes of %q take %v", len(form), unit, took)
			}
			slowest = max(slowest, time.Since(begin))
		}
	}
}
