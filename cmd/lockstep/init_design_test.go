package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestInitDesign: the skeleton is a sound site in which no step stands, and every
// section that asks for an answer is named by its line.
func TestInitDesign(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "my: design")
	code, out, stderr := lockstep(t, "init", "--design", dir)
	if code != 0 || !strings.Contains(out, "wrote  content/design/01-problem.md") || !strings.Contains(out, "lockstep milestones --dir "+dir) {
		t.Fatalf("init: %d, %s%s", code, out, stderr)
	}
	if code, out, stderr := lockstep(t, "check", "--dir", dir); code != 0 {
		t.Errorf("the skeleton is not sound: %s%s", out, stderr)
	}
	code, steps := stepsOf(t, dir)
	if code != exitFailure || len(steps) != 5 {
		t.Fatalf("milestones: %d with %d steps", code, len(steps))
	}
	named := make(map[string]bool)
	for _, s := range steps {
		if s.Stands {
			t.Errorf("%s stands in a skeleton", s.ID)
		}
		for _, c := range s.Checks {
			for _, f := range c.Findings {
				if strings.Contains(f.Message, "still holds its guidance") {
					line := strings.Split(get(t, dir, f.File), "\n")[f.Line-1]
					if _, says, ok := strings.Cut(line, "A good answer: "); !ok || !strings.Contains(f.Mend, strings.TrimSuffix(says, ".")) {
						t.Errorf("%s:%d is %q and is to hold guidance", f.File, f.Line, line)
					}
					named[f.File+line] = true
				}
			}
		}
	}
	for _, name := range strings.Fields(out) {
		if filepath.Ext(name) != ".md" && filepath.Ext(name) != ".yaml" || name == "content/index.md" || strings.Contains(name, ":") {
			continue
		}
		for _, line := range strings.Split(get(t, dir, name), "\n") {
			if strings.Contains(line, "A good answer:") && !named[name+line] {
				t.Errorf("no check asks for the answer in %s: %s", name, line)
			}
		}
	}

	before := get(t, dir, "adr/0002-take-a-side.md")
	if code, out, _ := lockstep(t, "init", "--design", dir); code != 0 || strings.Contains(out, "wrote") || !strings.Contains(out, "kept   lockstep.yaml") || get(t, dir, "adr/0002-take-a-side.md") != before {
		t.Errorf("init again: %d, %s", code, out)
	}
}

// TestInitDesign_keeps: texts and records that are there stay as they are.
func TestInitDesign_keeps(t *testing.T) {
	dir := repository(t, "content/index.md", "# Mine\n", "adr/0001-mine.md", "# Mine\n")
	code, out, stderr := lockstep(t, "init", "--design", dir)
	if code != 0 || get(t, dir, "content/index.md") != "# Mine\n" || get(t, dir, "adr/0001-mine.md") != "# Mine\n" {
		t.Errorf("init: %d, %s%s", code, out, stderr)
	}
	if !strings.Contains(out, "kept   content/index.md") || !strings.Contains(out, "kept   adr/0002-take-a-side.md") || !strings.Contains(get(t, dir, "lockstep.yaml"), `adr: ["adr"]`) {
		t.Errorf("init said %s", out)
	}
}
