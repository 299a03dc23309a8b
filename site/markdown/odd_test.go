package markdown

import (
	"strings"
	"testing"

	"lockstep/site"
)

// TestOdd: texts that are legal and rare keep all that they say.
func TestOdd(t *testing.T) {
	for _, tt := range []struct{ name, src, want, not, finding string }{
		{"title of a picture in a line", `Here ![a cat](cat.png "Asleep & warm") it is.`, `alt="a cat" title="Asleep &amp; warm"`, "", ""},
		{"title of a picture elsewhere", `Here ![a cat](https://example.org/cat.png "Asleep") it is.`, `href="https://example.org/cat.png" title="Asleep">a cat</a>`, "", ""},
		{"title of a picture in raw HTML", `<p><img src="cat.png" alt="a cat" title="Asleep"></p>`, `alt="a cat" title="Asleep"`, "", ""},
		{"caption of a figure", `![a cat](cat.png "Asleep")`, "<figcaption>Asleep</figcaption>", `title="Asleep"`, ""},
		{"PHP", "Before.\n\n<?php\nif ($a->b > 1) {\n\n  echo 'inside';\n}\n?>\n\nAfter.\n", "After.", "inside", "x.md:3: the instruction <?…?> would be lost [raw-html]"},
		{"PHP in a line", "Before <?php echo $a->b ?> after.\n", "Before  after.", "echo", "x.md:1: the instruction <?…?> would be lost [raw-html]"},
		{"CDATA", "Before <![CDATA[a < b & c > d]]> after.\n", "Before a &lt; b &amp; c &gt; d after.", "CDATA", ""},
		{"CDATA as a block", "<![CDATA[\nkept > text\n]]>\n\nAfter.\n", "kept &gt; text", "CDATA", ""},
		{"comments vanish still", "a <!-- <? gone > --> b <!-- x > y --> c\n", "<p id=\"b-", "gone", ""},
		{"carriage returns alone", "# T\r\rText.\r\r## Part\r\rMore.\r", "<h2 id=\"part\"", "", ""},
		{"a rule at the top", "---\n\nFirst words.\n\n---\n\nSecond words.\n", "First words.", "", ""},
		{"a rule at the top, text right below", "---\nFirst words.\n\n---\n\nSecond words.\n", "First words.", "", ""},
		{"a rule at the top, a label below", "---\n\nNote: first words.\n\n---\n\nSecond words.\n", "Note: first words.", "", ""},
		{"emphasis in Japanese", "**「刻舟求剑」**は、*（例）*です。\n", "<strong>「刻舟求剑」</strong>は、<em>（例）</em>です。", "*", ""},
		{"emphasis in Korean", "**스크립트(script)**라고 한다\n", "<strong>스크립트(script)</strong>라고", "*", ""},
		{"emphasis stays that of CommonMark", "a **\"b\"**c and 2 * 3 * 4\n", "a **&quot;b&quot;**c and 2 * 3 * 4", "<strong>", ""},
		{"a type", "A Consumer<T> of Map<String, List<T>>.\n", "A Consumer&lt;T&gt; of Map&lt;String, List&lt;T&gt;&gt;.", "", "x.md:1: <T> is no HTML element; it is shown as text [raw-html]"},
		{"a type and its end", "A <T>b</T> c\n", "A &lt;T&gt;b&lt;/T&gt; c", "", "x.md:1: <T> is no HTML element; it is shown as text [raw-html]"},
		{"an element of HTML", "A <label>b</label> c\n", "A b c", "label", "x.md:1: the HTML element <label> would be lost [raw-html]"},
	} {
		d := New(Options{}).Parse("x.md", []byte(tt.src), site.KindDocument)
		html, more := d.Render(everywhere{})
		out := string(html)
		if !strings.Contains(out, tt.want) || tt.not != "" && strings.Contains(out, tt.not) {
			t.Errorf("%s:\n%s\nlacks %q, or has %q", tt.name, out, tt.want, tt.not)
		}
		var all []string
		for _, f := range append(d.Findings, more...) {
			head, _, _ := strings.Cut(f.String(), "\n")
			all = append(all, head)
		}
		if got := strings.Join(all, "\n"); got != tt.finding {
			t.Errorf("%s: findings %q, want %q", tt.name, got, tt.finding)
		}
	}
}

// TestParse_one_fault: front matter that cannot be read is one fault, and not a
// missing status as well.
func TestParse_one_fault(t *testing.T) {
	d := New(Options{}).Parse("adr/0001-x.md", []byte("---\nstatus: a: b\n---\n\n# X\n"), site.KindDecision)
	if len(d.Findings) != 1 || d.Findings[0].Rule != "front-matter" {
		t.Errorf("findings %v", d.Findings)
	}
}
