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
			options := Options{MkDocs: func(source string) bool { return source == "mkdocs-icons.md" }}
			d := New(options).Parse(filepath.Base(file), src, site.KindDocument)
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

// TestMkDocs: lists of attributes and icons are read where MkDocs reads the text, and
// nowhere else.
func TestMkDocs(t *testing.T) {
	for _, tt := range []struct{ name, src, want string }{
		{"link", "[b](b.md){ .md-button .md-button--primary }.", `<p><a href="to/b.md">b</a>.</p>`},
		{"link, as kramdown has it", `[b](b.md){:target="_blank"}`, `<p><a href="to/b.md">b</a></p>`},
		{"picture", "![b](b.png){ width=300 align=left }", `<p><img src="to/b.png" alt="b" loading="lazy" decoding="async"></p>`},
		{"code", "`b`{ .x } c", "<p><code>b</code> c</p>"},
		{"code with an id", "`b`{ #c }", `<p><a id="c"></a><code>b</code></p>`},
		{"emphasis", "**b**{ .x } c", "<p><strong>b</strong> c</p>"},
		{"before emphasis", "**{ .x } b**", "<strong>{ .x } b</strong>"},
		{"no id in a value", `[b](b.md){ title="issue #3" target=#x }`, `<p><a href="to/b.md">b</a></p>`},
		{"place", "[](){ #b }c", `<p><a id="b"></a>c</p>`},
		{"heading", "## B {: #c .x }", `<h2 id="c">B`},
		{"last line", "B\n*c*\n{ .annotate }", "<p>B\n<em>c</em></p>"},
		{"last line of an item", "- B\n{ .annotate }", "<li>B</li>"},
		{"icon", ":material-clock-fast:{ .lg .middle } **B**", "<p> <strong>B</strong></p>"},
		{"icon in a heading", "## :octicons-tag-24: B", `<h2 id="b"> B`},
		{"icon alone in a link", "[:fontawesome-brands-github:](b.md)", `<a href="to/b.md">github</a>`},
		{"icon alone in a cell", "| a |\n|-|\n| :material-check: |", "<td>check</td>"},
		{"not an icon", "10:30 :tada: :materials: `:material-x:`", "<p>10:30 🎉 :materials: <code>:material-x:</code></p>"},
		{"behind text", "f{ x=1 } and {x} and `b`{id}", "<p>f{ x=1 } and {x} and <code>b</code>{id}</p>"},
		{"not the last line", "B\n{ .x }\nC", "<p>B\n{ .x }\nC</p>"},
		{"code block", "```\n[b](b.md){ .x }\n```", "[b](b.md){ .x }"},
	} {
		for _, reads := range []bool{true, false} {
			d := New(Options{MkDocs: func(string) bool { return reads }}).Parse("x.md", []byte(tt.src), site.KindDocument)
			body, _ := d.Render(everywhere{})
			got := blockMarks.ReplaceAllString(string(body), "")
			safe(t, got)
			wellFormed(t, tt.src, got)
			if reads && !strings.Contains(got, tt.want) {
				t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
			}
			if strings.Contains(tt.src, ":material-") != strings.Contains(got, ":material-") && !reads || !reads && strings.Contains(strings.Join(d.Dialects, " "), "of MkDocs") {
				t.Errorf("%s, without MkDocs: %s, %v", tt.name, got, d.Dialects)
			}
		}
	}
}

// TestDialects_work: texts that never end what they begin are read in time that grows
// with their length. Eight times the text may take some 16 times as long, and not 64.
func TestDialects_work(t *testing.T) {
	for name, piece := range map[string]string{
		"colons": ":::a\n", "indented": "!!! a\n", "tabs": "=== \"a\"\n", "dollars": "$x ", "dollars and ticks": "$`x ", "fences of dollars": "$$x\n\n", "names": ":a", "links": "[[x ", "embeds": "![[x.png| ", "shortcodes": "{{< x ",
		"tags of Jekyll": "{% x ", "attributes": "{: .x\n\n", "alerts": "> [!x\n", "braces": "{", "shifted": "<p>\n\n        > - x\n\n", "comments": "{/* ", "components": "<A ", "tags": "<A>\n<b>\na\n", "icons": ":material-a: ", "icons within": ":material-a: **:material-b:** ", "quotes": "<A \"", "expressions": "<A a={ ", "imports": "import {\n",
	} {
		source := "x.md"
		if strings.ContainsAny(piece, "{<") && !strings.Contains(piece, "%") {
			source = "x.mdx"
		}
		took := func(n int) time.Duration {
			best := time.Hour
			for range 3 {
				begun := time.Now()
				New(Options{MkDocs: func(string) bool { return strings.HasPrefix(name, "icons") }}).Parse(source, []byte(strings.Repeat(piece, n/len(piece))), site.KindDocument)
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
