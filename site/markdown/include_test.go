package markdown

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lockstep/site"
)

// TestInclude: what a block of the language ledger asks for is a part of the text,
// and everything that the document names knows the file and the line it stands on.
func TestInclude(t *testing.T) {
	asked := ""
	p := New(Options{Strict: true, Ledger: func(source, request string) ([]site.Passage, error) {
		asked += source + ": " + request
		if strings.Contains(request, "bad") {
			return nil, errors.New("there is no bad")
		}
		return []site.Passage{
			{Text: "### FM-1: Crash\n\n", File: "l/a.yaml", Line: 7},
			{Text: "- "}, {Text: "See [x](x.md) and\n  R-2.", File: "l/a.yaml", Line: 9}, {Text: "\n"},
			{Text: "- "}, {Text: "[2](model:two)", File: "l/b.yaml", Line: 3}, {Text: "\n"},
		}, nil
	}})
	text := "---\ntitle: T\n---\n\nBefore [1](model:one), R-1.\n\n```ledger\nentries: x\n```\n\nAfter [3](model:three), R-3.\n\n" +
		"````text\n```ledger\nentries: not asked\n```\n````\n\n~~~ledger\nbad\n~~~\n\n[built](ledger:FM-1.status)\n\n```ledger\nnever closed\n"
	d := p.Parse("c/page.md", []byte(text), site.KindDocument)
	var got strings.Builder
	at := func(line int) string {
		file, there := d.Place(line)
		return fmt.Sprintf("%s:%d", file, there)
	}
	for _, n := range d.Numbers {
		in := "elsewhere"
		if n.End > 0 {
			in = text[n.Start:n.End]
		}
		fmt.Fprintf(&got, "number %s %s %s\n", n.Dest, at(n.Line), in)
	}
	for _, l := range d.Links {
		fmt.Fprintf(&got, "link %s %s %s\n", l.Dest, at(l.Line), l.Heading)
	}
	for _, r := range d.References {
		fmt.Fprintf(&got, "reference %s %s\n", r.ID, at(r.Line))
	}
	for _, def := range d.Definitions {
		fmt.Fprintf(&got, "definition %s %s %s\n", def.ID, def.Anchor, at(def.Line))
	}
	for _, f := range d.Findings {
		fmt.Fprintf(&got, "finding %s:%d %s %s\n", f.File, f.Line, f.Rule, f.Message)
	}
	for _, b := range d.Blocks() {
		fmt.Fprintf(&got, "block %s %d %.12q\n", b.Kind, b.Line, b.Text)
	}
	want := `number model:one c/page.md:5 1
number model:two l/b.yaml:3 elsewhere
number model:three c/page.md:11 3
number ledger:FM-1.status c/page.md:23 built
link x.md l/a.yaml:9 fm-1-crash
reference R-1 c/page.md:5
reference R-2 l/a.yaml:10
reference R-3 c/page.md:11
definition FM-1 fm-1-crash l/a.yaml:7
finding c/page.md:19 ledger-request the ledger is asked for what it does not have: there is no bad
block paragraph 5 "Before 1, R-"
block heading 0 "FM-1: Crash"
block item 0 "See x and R-"
block item 0 "2"
block paragraph 11 "After 3, R-3"
block code 14 "` + "```ledger\\n" + `en"
block code 20 "bad"
block paragraph 23 "built"
block code 26 "never closed"
block title 2 "T"
`
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if want := "c/page.md: entries: x\nc/page.md: bad\n"; asked != want {
		t.Errorf("asked %q, want %q", asked, want)
	}
	if !d.Includes() {
		t.Error("the document does not say that it includes passages")
	}

	// Without a ledger nothing is asked, and the same text is what it was.
	plain := New(Options{Strict: true}).Parse("c/page.md", []byte(text), site.KindDocument)
	if plain.Includes() || len(plain.Definitions) > 0 || len(plain.Numbers) != 2 {
		t.Errorf("without a ledger: %v, %v", plain.Definitions, plain.Numbers)
	}
}

// TestInclude_bound: a text that asks for much again and again gets so much and no more.
func TestInclude_bound(t *testing.T) {
	big := "~~~\n" + strings.Repeat("x", 1_000_000) + "\n~~~\n"
	p := New(Options{Strict: true, Ledger: func(string, string) ([]site.Passage, error) {
		return []site.Passage{{Text: big, File: "l/a.yaml", Line: 1}}, nil
	}})
	d := p.Parse("page.md", []byte(strings.Repeat("```ledger\nentries: x\n```\n", 100)), site.KindDocument)
	if len(d.Findings) != 96 || d.Findings[0].Rule != "ledger-request" || !strings.Contains(d.Findings[0].Message, "too long") || len(d.src) > 5<<20 {
		t.Errorf("%d findings, %d bytes", len(d.Findings), len(d.src))
	}
}
