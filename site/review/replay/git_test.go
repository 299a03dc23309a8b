package replay

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestGit_parallel: a text that was changed on two branches has one history, without
// the states of the branch that was merged.
func TestGit_parallel(t *testing.T) {
	dir := t.TempDir()
	run := func(args ...string) {
		t.Helper()
		args = append([]string{"-C", dir, "-c", "user.name=Ada", "-c", "user.email=ada@example.org"}, args...)
		if out, err := exec.Command("git", args...).CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	commit := func(first, last string) {
		t.Helper()
		text := "# Text\n\n" + first + "\n\nWhat stands between.\n\n" + last + "\n"
		if err := os.WriteFile(filepath.Join(dir, "text.md"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		run("add", ".")
		run("commit", "-q", "-m", "change")
	}
	run("init", "-q", "-b", "main")
	commit("One.", "One.")
	run("switch", "-q", "-c", "other")
	commit("One.", "Two.")
	run("switch", "-q", "main")
	commit("Two.", "One.")
	run("merge", "-q", "--no-edit", "other")
	histories, err := Git(t.Context(), dir, "*")
	if err != nil || len(histories) != 1 {
		t.Fatalf("%d histories, %v", len(histories), err)
	}
	var got []string
	for _, r := range histories[0].Revisions {
		got = append(got, r.Blocks[0].Text+" "+r.Blocks[2].Text)
	}
	if want := []string{"One. One.", "Two. One.", "Two. Two."}; len(got) != 3 || got[0] != want[0] || got[1] != want[1] || got[2] != want[2] {
		t.Errorf("%q, want %q", got, want)
	}
}
