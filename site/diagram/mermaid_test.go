package diagram

import (
	"os"
	"strings"
	"testing"

	"lockstep/site/mermaid"
)

// TestDraw_mermaid draws what is translated from Mermaid: the engine takes it, and shows
// labels as they were written, whatever they would mean in D2.
func TestDraw_mermaid(t *testing.T) {
	data, err := os.ReadFile("../mermaid/testdata/cases.txt")
	if err != nil {
		t.Fatal(err)
	}
	drawer, drawn := New(""), 0
	for _, c := range strings.Split(string(data), "== ")[1:] {
		name, rest, _ := strings.Cut(c, "\n")
		source, _, _ := strings.Cut(rest, "\n--\n")
		d, err := mermaid.Translate(source)
		if err != nil {
			continue
		}
		out, err := drawer.Draw(d.D2, d.Title, d.Alt)
		if err != nil {
			t.Errorf("%s: %v\n%s", name, err, d.D2)
			continue
		}
		drawn++
		if strings.Contains(name, "nothing in a label") && !strings.Contains(string(out), "${y} } ; a -&gt; b: {shape: image; icon: https://example.org} | md \\") {
			t.Errorf("%s: the label is not as written:\n%s", name, out)
		}
		for _, bad := range []string{"<image", "<foreignObject", "<a ", "<script", " style="} {
			if strings.Contains(string(out), bad) {
				t.Errorf("%s: %s in the drawing", name, bad)
			}
		}
	}
	if drawn < 6 {
		t.Errorf("%d diagrams drawn", drawn)
	}
}
