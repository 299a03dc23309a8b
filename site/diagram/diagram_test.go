package diagram

import (
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

const source = `device: Device
shard: Shard {
  leader: Leader\nzone a
  f1: Follower
  leader -> f1: entries
}
device <-> shard.leader: send
`

func draws(t *testing.T, d *Drawer) string {
	t.Helper()
	drawn, err := d.Draw(source, `A "title" & more`, "What <it> shows.")
	if err != nil {
		t.Fatal(err)
	}
	return string(drawn)
}

func TestDraw_is_the_same_every_time(t *testing.T) {
	first, second := draws(t, New("")), draws(t, New(""))
	if first != second {
		t.Error("two drawings of one text differ")
	}
}

// TestDraw_obeys_the_policy: no style, no font, no link, and a name for those
// who cannot see.
func TestDraw_obeys_the_policy(t *testing.T) {
	drawn := draws(t, New(""))
	for _, bad := range []string{"<style", " style=", "base64", "font-face", "http://www.w3.org/1999/xhtml", "<a "} {
		if strings.Contains(drawn, bad) {
			t.Errorf("the drawing holds %q", bad)
		}
	}
	for _, want := range []string{`role="img"`, "<title ", "A &#34;title&#34; &amp; more", "What &lt;it&gt; shows.", "<li>Leader, zone a to Follower: entries</li>", "<li>Device to and from Leader, zone a: send</li>"} {
		if !strings.Contains(drawn, want) {
			t.Errorf("the drawing lacks %q", want)
		}
	}
	ids := map[string]bool{}
	z := html.NewTokenizer(strings.NewReader(drawn))
	for z.Next() != html.ErrorToken {
		for _, a := range z.Token().Attr {
			if a.Key == "id" {
				if ids[a.Val] {
					t.Errorf("id %s twice", a.Val)
				}
				ids[a.Val] = true
			}
		}
	}
}

// TestDraw_narrow: what goes to the right is drawn downward as well, narrower and
// with names of its own.
func TestDraw_narrow(t *testing.T) {
	drawn, err := New("").Draw("direction: right\na: One\nb: Two\nc: Three\na -> b: first -> c: second", "t", "a")
	if err != nil {
		t.Fatal(err)
	}
	size := regexp.MustCompile(`<svg class="d2 (wide|narrow)".*? width="(\d+)"`).FindAllStringSubmatch(string(drawn), -1)
	if len(size) != 2 || size[0][1] != "wide" || size[1][1] != "narrow" {
		t.Fatalf("drawn as %q", size)
	}
	wide, _ := strconv.Atoi(size[0][2])
	narrow, _ := strconv.Atoi(size[1][2])
	if narrow*3 >= wide*2 {
		t.Errorf("%d wide, and %d for a narrow screen", wide, narrow)
	}
	ids := map[string]bool{}
	for _, id := range regexp.MustCompile(` id="([^"]+)"`).FindAllStringSubmatch(string(drawn), -1) {
		if ids[id[1]] {
			t.Errorf("id %s twice", id[1])
		}
		ids[id[1]] = true
	}
	if strings.Contains(draws(t, New("")), "narrow") {
		t.Error("a drawing without a direction is drawn twice")
	}
}

// TestDraw_sequence: plain sequences fit into the room that there is; what has more
// in it than actors and messages is D2's.
func TestDraw_sequence(t *testing.T) {
	const text = "shape: sequence_diagram\na: <Ada>\nb: Ben\nc: Cem\na -> b: one & two\nb -> b: thinks\na <- c: a text that is longer than it has room\nc -> b\n"
	drawn, err := New("").Draw(text, "t", "What <it> shows.")
	if err != nil {
		t.Fatal(err)
	}
	out := string(drawn)
	for _, want := range []string{
		`<div class="sequence of-3">`, "<span>&lt;Ada&gt;</span>", `<line class="life" x1="16.67%" x2="16.67%" y1="0" y2="180">`,
		`<line class="message" x1="16.67%" x2="50%" y1="34" y2="34"></line><svg x="50%" y="34"><path class="head" d="M0 0l-8 -4v8z">`, ">one &amp; two</text>",
		`<path class="message" d="M0 -14h18v14h-16">`, `<line class="message" x1="83.33%" x2="16.67%" y1="118"`, `M0 0l8 -4v8z`,
		"<li>Ben to Ben: thinks</li>", "<li>Cem to &lt;Ada&gt;: a text", "<li>Cem to Ben</li>", "What &lt;it&gt; shows.</desc>",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %s in\n%s", want, out)
		}
	}
	if strings.Contains(out, "style=") || strings.Contains(out, "<Ada>") {
		t.Error("the drawing has a style, or text that is not escaped")
	}
	for name, more := range map[string]string{
		"a note": "a.\"a note\"\n", "a group": "later: {\n  a -> b: x\n}\n", "a style": "a -> b: x {style.stroke-dash: 4}\n",
		"a link": "a.link: https://example.com\n", "two heads": "a <-> b\n", "an icon": "a.icon: https://example.com/x.png\n", "another shape": "a.shape: person\n",
		"Markdown": "a: |md\n  *x*\n|\n", "no actors": "shape: rectangle\n", "a mistake": "a -> {",
	} {
		if s, ok := readSequence(text + more); ok {
			t.Errorf("%s is left out of the drawing: %v", name, s)
		}
	}
}

// TestLabel: the text of a message stays in the room of a phone.
func TestLabel(t *testing.T) {
	for _, tt := range []struct {
		from, to, long, x float64
		anchor            string
	}{{0.2, 0.6, 0.3, 0.4, "middle"}, {0.2, 0.4, 0.8, 0.2, "start"}, {0.1, 0.2, 0.95, 0, "start"}, {0.9, 0.7, 0.5, 0.9, "end"}, {0.9, 0.7, 0.95, 1, "end"}} {
		if x, anchor := label(tt.from, tt.to, tt.long); math.Abs(x-tt.x) > 1e-9 || anchor != tt.anchor {
			t.Errorf("label(%v, %v, %v) = %v %s, want %v %s", tt.from, tt.to, tt.long, x, anchor, tt.x, tt.anchor)
		}
	}
}

func TestDraw_refuses(t *testing.T) {
	for name, bad := range map[string]string{
		"a syntax error":   "a -> {",
		"a Markdown label": "a: |md\n  <script>alert(1)</script>\n|",
		"a link":           "a: {link: https://example.com}",
		"an icon":          "a: {icon: https://example.com/x.png}",
	} {
		if drawn, err := New("").Draw(bad, "t", "a"); err == nil {
			t.Errorf("%s was drawn: %.200s", name, drawn)
		}
	}
}

// TestDraw_cache: a stored drawing is used, a damaged one is drawn again.
func TestDraw_cache(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cache")
	want := draws(t, New(dir))
	files, err := filepath.Glob(filepath.Join(dir, "*.html"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%d files in the cache, %v", len(files), err)
	}
	if got := draws(t, New(dir)); got != want {
		t.Error("the stored drawing differs")
	}
	data, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(files[0], append([]byte("<script>"), data...), 0o644); err != nil {
		t.Fatal(err)
	}
	if got := draws(t, New(dir)); got != want {
		t.Error("a damaged drawing was used")
	}
}
