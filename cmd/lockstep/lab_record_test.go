package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestLabRecord: a run is recorded as the program plays it, and one that was recorded
// otherwise is found with its place.
func TestLabRecord(t *testing.T) {
	if _, err := os.Stat("../../static/wasm/lab.wasm"); err != nil {
		t.Skip("the laboratory for the browser is not built: run make build")
	}
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("node is not installed")
	}
	dir := t.TempDir()
	put(t, filepath.Join(dir, "lockstep.yaml"), "title: Parcels\ncontent: [docs]\nevidence: [docs/evidence]\n")
	put(t, filepath.Join(dir, "docs/lab.md"), "---\nkind: lab\n---\n# Laboratory\n")
	put(t, filepath.Join(dir, "docs/index.md"), "# Parcels\n\n```run scenario=cut-off lanes=quorum,leader at=1.5s loses=leader keeps=quorum caption=\"A leader alone\"\n```\n")
	record := func(args ...string) (string, error) {
		cmd := newLabCommand()
		cmd.SetContext(t.Context())
		var out bytes.Buffer
		cmd.SetOut(&out)
		cmd.SetArgs(append([]string{"record", "--dir", dir}, args...))
		err := cmd.Execute()
		return out.String(), err
	}
	if out, err := record(); err != nil || !strings.Contains(out, "1 runs recorded in docs/evidence/runs.json") {
		t.Fatalf("%v\n%s", err, out)
	}
	if tree, err := loadTree(dir); err != nil || len(tree.Findings) > 0 {
		t.Fatalf("%v %v", err, tree.Findings)
	}
	tree, err := loadTree(dir)
	if err != nil {
		t.Fatal(err)
	}
	shown := tree.Runs()
	played := runsOf(shown)
	if err := playRuns(t.Context(), played, false, nil); err != nil {
		t.Fatal(err)
	}
	recorded, file := tree.Recording()
	if found := compareRuns(shown, played, recorded); len(found) > 0 {
		t.Fatalf("the same run again: %v", found)
	}
	data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(file)))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ old, new, says string }{
		"verdict":          {`"lost": ` + fmt.Sprint(recorded.Values["cut-off"].Lanes["leader"].Lost), `"lost": 1`, "of leader"},
		"trace of the end": {recorded.Values["cut-off"].Trace, "0000000000000000", "at the end is " + recorded.Values["cut-off"].Trace + ", and was 0000000000000000"},
		"trace at 1.5 s":   {recorded.Stills[0].Trace, "0000000000000000", "at 1.5s is " + recorded.Stills[0].Trace + ", and was 0000000000000000"},
		"goal":             {`"reached": true`, `"reached": false`, "its goal"},
	} {
		changed := strings.Replace(string(data), c.old, c.new, 1)
		if changed == string(data) {
			t.Fatalf("%s: nothing was changed", name)
		}
		put(t, filepath.Join(dir, filepath.FromSlash(file)), changed)
		other, err := loadTree(dir)
		if err != nil {
			t.Fatal(err)
		}
		was, _ := other.Recording()
		found := compareRuns(shown, played, was)
		if len(found) != 1 || found[0].File != "docs/index.md" || found[0].Line != 3 || !strings.Contains(found[0].Message, c.says) || !strings.Contains(found[0].Mend, "lockstep lab record") {
			t.Errorf("%s: found %v, want %q", name, found, c.says)
		}
	}
}
