package build

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lockstep/site"
	"lockstep/site/rehearsal"
)

// writerTo gives what writes files into a folder.
func writerTo(t *testing.T, dir string) func(name, text string) {
	return func(name, text string) {
		t.Helper()
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestRehearsals_recorded: once rehearsals are recorded, an entry with other commands, or
// without a rehearsal, is found. What only people read of an entry may change.
func TestRehearsals_recorded(t *testing.T) {
	const text = "# Belts\n\n## It jams\n\n```sh rehearse=confirm cause=jam\nbelt state   # exit 1, says \"jam\"; it takes a while\n```\n"
	dir := t.TempDir()
	write := writerTo(t, dir)
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
			"entries": {%q: {"it-jams": {"commands": %q, "seen_s": 1}}}}`, page, plan.Entries[0].Digest(plan.Commands)))
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

// TestRehearsals_causes: an entry whose cause is brought about, or taken away, by other
// commands than when it was rehearsed is found. A record from before these counted is
// read, and says that it does not have them.
func TestRehearsals_causes(t *testing.T) {
	const config = "content: content\nevidence: evidence\nrehearse:\n  start: make up\n  causes:\n    jam: {strike: make jam, mend: make free}\n    fuse: {strike: make dark, mend: make light}\n"
	dir := t.TempDir()
	write := writerTo(t, dir)
	write("lockstep.yaml", config)
	write("content/belts.md", "# Belts\n\n## It jams\n\n```sh rehearse=confirm cause=jam\nbelt state   # exit 1\n```\n\n## Sound\n\n```sh rehearse=confirm\nbelt state\n```\n")
	plan, _, err := Rehearsals(dir)
	if err != nil || len(plan.Entries) != 2 || plan.Commands == nil {
		t.Fatal(plan, err)
	}
	record := func(c *rehearsal.Commands) {
		t.Helper()
		write("evidence/rehearsal.json", fmt.Sprintf(`{"experiment": "rehearsal", "commit": "unknown", "machine": "any", "seed": "none", "date": "2026-11-28", "command": "lockstep rehearse",
			"entries": {"belts": {"it-jams": {"commands": %q, "seen_s": 1}, "sound": {"commands": %q, "seen_s": 1}}}}`, plan.Entries[0].Digest(c), plan.Entries[1].Digest(c)))
	}
	found := func() (all string) {
		for _, f := range load(t, dir).Findings {
			if f.Rule == "rehearsal" {
				all += f.Message + "\n"
			}
		}
		return all
	}
	const other = "the commands of belts#it-jams are not those that were rehearsed, which evidence/rehearsal.json has\n"
	record(plan.Commands)
	for _, tt := range []struct{ from, to, want string }{
		{"make up", "make all", ""},
		{"make dark", "make black", ""},
		{"make jam", "make stuck", other},
		{"make free", "make loose", other},
		{"    jam:", "    jammed:", other},
	} {
		write("lockstep.yaml", strings.Replace(config, tt.from, tt.to, 1))
		if got := found(); got != tt.want {
			t.Errorf("%s for %s: %q, want %q", tt.to, tt.from, got, tt.want)
		}
	}
	write("lockstep.yaml", config)
	record(nil)
	if got, want := found(), "evidence/rehearsal.json does not say which commands brought jam about when belts#it-jams was rehearsed\n"; got != want {
		t.Errorf("of a record from before: %q, want %q", got, want)
	}
}
