package patch_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lockstep/site"
	"lockstep/site/markdown"
	"lockstep/site/review/event"
	"lockstep/site/review/patch"
	"lockstep/site/review/state"
	"lockstep/site/review/subject"
)

// page is a text as reviewers see it, with its lines as the site gives them.
func page(t *testing.T, source, text string) subject.Page {
	t.Helper()
	d := markdown.New(markdown.Options{}).Parse(source, []byte(text), site.KindDecision)
	lines := strings.Split(text, "\n")
	return subject.Page{Name: "adr/0001-log", Title: "Use a <log>\nFrom: x", Source: source, Blocks: d.Blocks(), Lines: func(first, last int) string {
		if first < 1 || last > len(lines) || first > last {
			return ""
		}
		return strings.Join(lines[first-1:last], "\n")
	}}
}

func suggested(old, now string) *state.Thread {
	return &state.Thread{ID: "s", Opener: event.Person{ID: "local:bea@example.org", Name: "Bea"}, Suggest: &event.Suggest{Old: old, New: now},
		Comments: []*state.Comment{{Created: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}}}
}

// TestOf: git takes the patch of an edit anywhere in a text, with its author, and makes
// of the text what was suggested.
func TestOf(t *testing.T) {
	const text = "# Use a log\n\n## Context\n\nWe need one order.\nFor everybody.\n\n- One.\n- Two.\n\nThe end.\n"
	for _, test := range []struct{ old, now string }{
		{"## Context", "## Context and drivers"},
		{"We need one order.\nFor everybody.", "We need one order."},
		{"We need one order.\nFor everybody.", "We need\n\nmuch more\nthan that."},
		{"- Two.", "- Two.\n- Three."},
		{"The end.", "The end,\nat last."},
		{"The end.", ""},
	} {
		dir := t.TempDir()
		git := func(input string, args ...string) string {
			t.Helper()
			cmd := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=Max", "-c", "user.email=max@example.org"}, args...)...)
			cmd.Stdin = strings.NewReader(input)
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%q: git %v: %v\n%s\n%s", test.old, args, err, out, input)
			}
			return string(out)
		}
		if err := os.MkdirAll(filepath.Join(dir, "adr"), 0o755); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, "adr/0001-log.md")
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		git("", "init", "-q")
		git("", "add", "-A")
		git("", "commit", "-qm", "Begin")
		mail, err := patch.Of(page(t, "adr/0001-log.md", text), suggested(test.old, test.now))
		if err != nil {
			t.Fatal(err)
		}
		git(mail, "am", "-q")
		got, err := os.ReadFile(file)
		want := strings.Replace(text, test.old+"\n", strings.TrimPrefix(test.now+"\n", "\n"), 1)
		if err != nil || string(got) != want {
			t.Errorf("%q to %q: %v\n%s", test.old, test.now, err, got)
		}
		if by := git("", "log", "-1", "--format=%an <%ae>%n%s"); by != "Bea <bea@example.org>\nEdit Use a log From: x as Bea suggested\n" {
			t.Errorf("by %q", by)
		}
	}
}

// TestOf_refused: there is no patch for a text that nobody looked at.
func TestOf_refused(t *testing.T) {
	const text = "# Use a log\n\nTwice.\n\nTwice.\n"
	for old, want := range map[string]string{"Twice.": "more than once", "Gone.": "no longer has"} {
		if mail, err := patch.Of(page(t, "adr/0001-log.md", text), suggested(old, "x")); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v\n%s", old, err, mail)
		}
	}
}
