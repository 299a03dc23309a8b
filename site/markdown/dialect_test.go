package markdown

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lockstep/site"
)

// TestDialects: each text is written in a dialect; beside it is what a page says, and
// the findings and dialects behind it.
func TestDialects(t *testing.T) {
	files, err := filepath.Glob("testdata/dialects/*.md*")
	if err != nil || len(files) < 14 {
		t.Fatalf("%d texts, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			d := New(Options{}).Parse(filepath.Base(file), src, site.KindDocument)
			body, more := d.Render(everywhere{})
			safe(t, string(body))
			wellFormed(t, string(src), string(body))
			var b strings.Builder
			b.WriteString(blockMarks.ReplaceAllString(string(body), ""))
			for _, f := range append(d.Findings, more...) {
				head, _, _ := strings.Cut(f.String(), "\n")
				b.WriteString("finding: " + head + "\n")
			}
			b.WriteString("title: " + d.Title + "\ndialects: " + strings.Join(d.Dialects, ", ") + "\n")
			golden := strings.TrimSuffix(file, filepath.Ext(file)) + ".html"
			if *update {
				if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), b.String()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if got := d.Extract().Dialects; len(got) != len(d.Dialects) {
				t.Errorf("the extract has the dialects %v", got)
			}
		})
	}
}

// TestDialects_work: texts that never end what they begin are read in time that grows
// with their length. Eight times the text may take some 16 times as long, and not 64.
func TestDialects_work(t *testing.T) {
	for name, piece := range map[string]string{
		"colons": ":::a\n", "indented": "!!! a\n", "tabs": "=== \"a\"\n", "dollars": "$x ", "dollars and ticks": "$`x ", "fences of dollars": "$$x\n\n", "names": ":a", "links": "[[x ", "embeds": "![[x.png| ", "shortcodes": "{{< x ",
		"tags of Jekyll": "{% x ", "attributes": "{: .x\n\n", "alerts": "> [!x\n", "braces": "{", "shifted": "<p>\n\n        > - x\n\n", "comments": "{/* ", "components": "<A ", "quotes": "<A \"", "expressions": "<A a={ ", "imports": "import {\n",
	} {
		source := "x.md"
		if strings.ContainsAny(piece, "{<") && !strings.Contains(piece, "%") {
			source = "x.mdx"
		}
		took := func(n int) time.Duration {
			best := time.Hour
			for range 3 {
				begun := time.Now()
				New(Options{}).Parse(source, []byte(strings.Repeat(piece, n/len(piece))), site.KindDocument)
				best = min(best, time.Since(begun))
			}
			return best
		}
		// What else the machine does can only make a text take longer.
		small, large := took(4<<10), took(32<<10)
		for again := 0; again < 4 && large > 32*small && large > 100*time.Millisecond; again++ {
			large = min(large, took(32<<10))
		}
		if large > 32*small && large > 100*time.Millisecond {
			t.Errorf("%s: 4 KiB take %v, and 32 KiB %v", name, small, large)
		}
	}
}
