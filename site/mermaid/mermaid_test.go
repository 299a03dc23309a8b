package mermaid

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestTranslate: each case is a diagram and what it becomes.
func TestTranslate(t *testing.T) {
	data, err := os.ReadFile("testdata/cases.txt")
	if err != nil {
		t.Fatal(err)
	}
	cases := strings.Split(string(data), "== ")[1:]
	if len(cases) < 10 {
		t.Fatalf("%d cases", len(cases))
	}
	for _, c := range cases {
		name, rest, _ := strings.Cut(c, "\n")
		source, want, ok := strings.Cut(rest, "\n--\n")
		if !ok {
			t.Fatalf("%s: there is no line --", name)
		}
		d, err := Translate(source)
		got := ""
		if d.Title != "" && d.Title != "Flowchart" && d.Title != "Sequence" && d.Title != "States" {
			got += "title " + d.Title + "\n"
		}
		if d.Alt != "" {
			got += "alt " + d.Alt + "\n"
		}
		if got += d.D2; err != nil {
			got = "error " + err.Error() + "\n"
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestTranslate_bounds: what is too large is refused, and what is not is read in time.
func TestTranslate_bounds(t *testing.T) {
	for name, source := range map[string]string{
		"bytes":  "flowchart TD\n" + strings.Repeat("%% x\n", maxSource/5),
		"nodes":  "flowchart TD\n" + strings.Repeat("a --> b\n", maxParts),
		"pairs":  "flowchart TD\n" + strings.Repeat("a & ", 300) + "b --> " + strings.Repeat("c & ", 300) + "d\n",
		"talk":   "sequenceDiagram\n" + strings.Repeat("a->>b: x\n", maxParts+1),
		"groups": "flowchart TD\n" + strings.Repeat("subgraph x\n", maxDepth+1),
		"blocks": "sequenceDiagram\n" + strings.Repeat("loop x\n", maxDepth+1),
		"states": "stateDiagram-v2\n" + strings.Repeat("state x {\n", maxDepth+1),
	} {
		if d, err := Translate(source); err == nil {
			t.Errorf("%s: %d bytes of D2, want an error", name, len(d.D2))
		}
	}
}

var (
	quotes  = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)
	written = regexp.MustCompile(`^(?:direction: (?:down|up|left|right)|shape: sequence_diagram|\}|g\d+: Q \{|(?:n\d+\.)*n\d+: Q(?: \{shape: [a-z]+\})?|(?:n\d+\.)*n\d+ (?:->|<-|<->|--) (?:n\d+\.)*n\d+(?:: Q)?(?::? \{style\.stroke-(?:dash|width): 4\})?|a\d+(?:\.t\d+)?: Q|a\d+ <?-> a\d+(?:: Q)?)$`)
)

func FuzzTranslate(f *testing.F) {
	data, err := os.ReadFile("testdata/cases.txt")
	if err != nil {
		f.Fatal(err)
	}
	for _, c := range strings.Split(string(data), "== ")[1:] {
		_, rest, _ := strings.Cut(c, "\n")
		source, _, _ := strings.Cut(rest, "\n--\n")
		f.Add(source)
	}
	f.Fuzz(func(t *testing.T, source string) {
		d, err := Translate(source)
		if err != nil {
			return
		}
		for line := range strings.Lines(d.D2) {
			// Outside of quotes stands only what the translation writes.
			bare := quotes.ReplaceAllString(strings.TrimSuffix(line, "\n"), "Q")
			if !written.MatchString(bare) {
				t.Fatalf("%q of %q", line, source)
			}
		}
	})
}
