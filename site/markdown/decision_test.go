package markdown

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lockstep/site"
)

var update = flag.Bool("update", false, "write what the parser makes of the cases; commit it only if you understand every change")

// TestParse_decisions holds the parser to one file per case: how a record is
// written in the wild, and what must be understood of it.
func TestParse_decisions(t *testing.T) {
	files, err := filepath.Glob("testdata/decisions/*.md")
	if err != nil || len(files) < 25 {
		t.Fatalf("%d cases, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			d := New(Options{}).Parse(filepath.Base(file), src, site.KindDecision)
			got, err := json.MarshalIndent(struct {
				Title    string
				Decision *site.Decision
				Findings []site.Finding
			}{d.Title, d.Decision, d.Findings}, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			golden := strings.TrimSuffix(file, ".md") + ".json"
			if *update {
				if err := os.WriteFile(golden, append(got, '\n'), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.TrimSpace(string(want)), string(got)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
