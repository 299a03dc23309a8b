package check

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestJudge_again: asking twice changes nothing, and a history that is read to the
// end twice is judged by its last reading.
func TestJudge_again(t *testing.T) {
	files, err := filepath.Glob("testdata/*/*.jsonl")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		j := NewJudge()
		events := load(t, file)
		for i := range events {
			j.Add(&events[i])
			if i%7 == 0 {
				j.Report()
			}
		}
		first, second, once := j.Report(), j.Report(), Check(events)
		if diff := cmp.Diff(once, first); diff != "" {
			t.Errorf("%s: asked before, the report is another (-once +asked):\n%s", file, diff)
		}
		if diff := cmp.Diff(first, second); diff != "" {
			t.Errorf("%s: the second report is another:\n%s", file, diff)
		}
	}
}
