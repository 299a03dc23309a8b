package git

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// repository is one with a file "a b.md" that says what is given, in one commit.
func repository(t *testing.T, text string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a b.md"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"init", "-q", "-b", "main"}, {"add", "."}, {"-c", "user.name=Ada", "-c", "user.email=a@example.org", "commit", "-qm", "one"}} {
		if _, err := Run(t.Context(), dir, args...); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestRun_hook: a hook of one repository that asks about another hears of the other.
func TestRun_hook(t *testing.T) {
	here, there := repository(t, "here"), repository(t, "there")
	t.Setenv("GIT_DIR", filepath.Join(here, ".git"))
	t.Setenv("GIT_INDEX_FILE", filepath.Join(here, ".git/index"))
	out, err := Run(t.Context(), there, "show", "HEAD:a b.md")
	if string(out) != "there" {
		t.Errorf("said %q, %v", out, err)
	}
	index := filepath.Join(t.TempDir(), "index")
	if _, err := RunWith(t.Context(), there, []string{"GIT_INDEX_FILE=" + index}, "read-tree", "HEAD"); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(index); err != nil {
		t.Errorf("an index that is asked for: %v", err)
	}
}

// TestLocal: git's own list of what names a repository has nothing that is not left out.
func TestLocal(t *testing.T) {
	out, err := exec.Command("git", "rev-parse", "--local-env-vars").Output()
	if err != nil {
		t.Fatal(err)
	}
	for name := range strings.FieldsSeq(string(out)) {
		if !slices.Contains(local, name) {
			t.Errorf("%s is kept", name)
		}
	}
}

func TestRun_error(t *testing.T) {
	dir := repository(t, "one")
	_, err := Run(t.Context(), dir, "rev-parse", "--verify", "nowhere")
	var exit *exec.ExitError
	if !errors.As(err, &exit) || !strings.Contains(err.Error(), "git rev-parse: exit status 128: fatal: Needed a single revision") {
		t.Error(err)
	}
	// What there is not to commit is said where other commands write their answer.
	if _, err := Run(t.Context(), dir, "commit", "-m", "none"); err == nil || !strings.Contains(err.Error(), "nothing to commit") {
		t.Error(err)
	}
}

func TestHolds(t *testing.T) {
	dir := repository(t, "one")
	for _, test := range []struct {
		holds, fails bool
		args         []string
	}{
		{true, false, []string{"diff", "--quiet", "HEAD"}},
		{false, false, []string{"diff", "--quiet", "HEAD", "4b825dc642cb6eb9a060e54bf8d69288fbee4904"}},
		{false, true, []string{"diff", "--quiet", "nowhere"}},
	} {
		if holds, err := Holds(t.Context(), dir, test.args...); holds != test.holds || (err != nil) != test.fails {
			t.Errorf("git %v: %v, %v", test.args, holds, err)
		}
	}
}

// TestObjects: what is no file is said, and what is asked for after it is right.
func TestObjects(t *testing.T) {
	dir := repository(t, "one\ntwo")
	objects, err := OpenObjects(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer objects.Close()
	var got []string
	for _, name := range []string{"HEAD:a b.md", "HEAD:not there", "HEAD", "HEAD:", "HEAD:a b.md", "two\nlines", "HEAD:a b.md"} {
		data, err := objects.Read(name)
		if err != nil {
			data = []byte(err.Error())
		}
		got = append(got, string(data))
	}
	want := []string{"one\ntwo", "there is no HEAD:not there", "HEAD is a commit and no file", "HEAD: is a tree and no file", "one\ntwo", `the name "two\nlines" cannot be asked for`, "one\ntwo"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
