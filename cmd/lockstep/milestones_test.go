package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// step is what lockstep milestones --json says of one.
type step struct {
	ID     string
	Stands bool
	Checks []struct {
		ID, Verdict string
		Have, Of    int
		Findings    []struct {
			File, Message, Mend string
			Line                int
		}
	}
}

func stepsOf(t *testing.T, dir string) (code int, steps []step) {
	t.Helper()
	code, out, stderr := lockstep(t, "milestones", "--dir", dir, "--json")
	if err := json.Unmarshal([]byte(out), &steps); err != nil {
		t.Fatalf("milestones: %d, %v, %s%s", code, err, out, stderr)
	}
	return code, steps
}

// TestMilestones_foreign: a repository that knows nothing of milestones gets an
// answer to every question, and each failure says where and what to do.
func TestMilestones_foreign(t *testing.T) {
	for _, tt := range []struct {
		name, dir, stands string
	}{
		{"empty", repository(t), ""},
		{"texts and records", repository(t, "README.md", "# Tool\n\nSee ADR-1.\n", "doc/adr/0001-a.md", "# 1. A\n\nDate: 2020-01-01\n\n## Status\n\nAccepted\n\n## Context\n\nText.\n\n## Decision\n\nText.\n\n## Consequences\n\nText.\n"), "decisions-used"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			code, steps := stepsOf(t, tt.dir)
			if code != exitFailure || len(steps) != 5 {
				t.Fatalf("exit code %d with %d steps, want %d with 5", code, len(steps), exitFailure)
			}
			var stands []string
			for _, s := range steps {
				if s.Stands {
					t.Errorf("%s stands", s.ID)
				}
				for _, c := range s.Checks {
					if c.Verdict == "stands" {
						stands = append(stands, c.ID)
					}
					if (c.Verdict == "fails") != (len(c.Findings) > 0) {
						t.Errorf("%s: %s with %d findings", c.ID, c.Verdict, len(c.Findings))
					}
					for _, f := range c.Findings {
						if f.File == "" || f.Message == "" || f.Mend == "" {
							t.Errorf("%s: a finding lacks file, message or mend: %+v", c.ID, f)
						}
					}
				}
			}
			if got := strings.Join(stands, " "); got != tt.stands {
				t.Errorf("these stand: %q, want %q", got, tt.stands)
			}
			_, out, _ := lockstep(t, "milestones", "--dir", tt.dir)
			for _, want := range []string{"There is no lockstep.yaml", "✗ Is the problem stated?", "mend: ", "0 of 5 steps stand"} {
				if !strings.Contains(out, want) {
					t.Errorf("the answer lacks %q:\n%s", want, out)
				}
			}
		})
	}
}

// TestMilestones_example: the finished example passes all five steps and the check of
// its sources; what it shows has a page.
func TestMilestones_example(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../../site/milestone/testdata/notifier")); err != nil {
		t.Fatal(err)
	}
	if code, out, stderr := lockstep(t, "milestones", "--dir", dir); code != 0 || !strings.Contains(out, "5 of 5 steps stand") || strings.Contains(out, "There is no lockstep.yaml") {
		t.Errorf("milestones: %d, %s%s", code, out, stderr)
	}
	if code, out, stderr := lockstep(t, "check", "--dir", dir); code != 0 {
		t.Errorf("check: %d, %s%s", code, out, stderr)
	}
	out := filepath.Join(t.TempDir(), "public")
	if code, _, stderr := lockstep(t, "build", "--dir", dir, "--out", out); code != 0 {
		t.Fatalf("build: %d, %s", code, stderr)
	}
	page := get(t, out, "milestones", "index.html")
	for _, want := range []string{`href="../design/partitioning/#hotspots"`, "6 of 6 failure modes", "Is every failure mode tried, or is there a reason?"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
}
