package build

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lockstep/site"
)

// TestRehearsals_recorded: once rehearsals are recorded, an entry with other commands, or
// without a rehearsal, is found. What only people read of an entry may change.
func TestRehearsals_recorded(t *testing.T) {
	const text = "# Belts\n\n## It jams\n\n```sh rehearse=confirm cause=jam\nbelt state   # exit 1, says \"jam\"; it takes a while\n```\n"
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	found := func() (all []string) {
		t.Helper()
		for _, f := range load(t, dir).Findings {
			if f.Rule == "rehearsal" && f.Severity == site.Warning {
				all = append(all, fmt.Sprintf("%s:%d: %s; %s", f.File, f.Line, f.Message, f.Mend))
			}
		}
		return all
	}
	write("content/belts.md", text)
	write("lockstep.yaml", "content: content\nevidence: evidence\n")
	if got := found(); got != nil {
		t.Errorf("without a record: %q", got)
	}
	plan, _, err := Rehearsals(dir)
	if err != nil || len(plan.Entries) != 1 {
		t.Fatal(plan, err)
	}
	record := func(page string) {
		t.Helper()
		write("evidence/rehearsal.json", fmt.Sprintf(`{"experiment": "rehearsal", "commit": "unknown", "machine": "any", "seed": "none", "date": "2026-11-28", "command": "lockstep rehearse",
			"entries": {%q: {"it-jams": {"commands": %q, "seen_s": 1}}}}`, page, plan.Entries[0].Digest()))
	}
	record("belts")
	const mend = "; rehearse it, and record that: lockstep rehearse"
	never, other := []string{"content/belts.md:3: belts#it-jams was never rehearsed" + mend}, []string{"content/belts.md:3: the commands of belts#it-jams are not those that were rehearsed, which evidence/rehearsal.json has" + mend}
	for _, tt := range []struct {
		from, to string
		want     []string
	}{
		{"# Belts\n", "# Belts\n\nThey run day and night.\n", nil},
		{"it takes a while", "be patient", nil},
		{"belt state", "belt --state", other},
		{"exit 1", "exit 2", other},
		{"cause=jam", "cause=fuse", other},
		{"rehearse=confirm", "rehearse=repaired", other},
		{"```sh", "```bash", other},
	} {
		write("content/belts.md", strings.Replace(text, tt.from, tt.to, 1))
		if diff := cmp.Diff(tt.want, found()); diff != "" {
			t.Errorf("%q for %q: -want +got\n%s", tt.to, tt.from, diff)
		}
	}
	write("content/belts.md", text)
	record("belts")
	before, err := os.ReadFile(filepath.Join(dir, "evidence/rehearsal.json"))
	if err != nil {
		t.Fatal(err)
	}
	write("evidence/rehearsal.json", strings.Replace(string(before), `"commands"`, `"other"`, 1))
	if diff := cmp.Diff([]string{"content/belts.md:3: evidence/rehearsal.json does not say which commands of belts#it-jams were rehearsed" + mend}, found()); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	record("lifts")
	if diff := cmp.Diff(never, found()); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
