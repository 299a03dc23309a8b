package build

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lockstep/site"
	"lockstep/site/run"
)

const bugTree = `-- lockstep.yaml --
title: Bugs
content: [content]
evidence: [evidence]
-- content/index.md --
# Home

Text.
-- content/lab.md --
---
kind: lab
---
# Laboratory

Text.
-- evidence/bugs.json --
{"experiment": "bugs", "commit": "c0ffee0", "machine": "one", "seed": "1", "date": "2026-01-02",
"tried": ["cut-off with seed 1"], "bugs": [
  {"bug": "deaf", "scenario": "cut-off", "seed": 1, "at_ms": 9200, "promise": "Once", "proof": "It is there twice.", "trace": "abc"},
  {"bug": "blind"}]}
-- evidence/mutants.json --
{"experiment": "mutants", "commit": "c0ffee0", "machine": "one", "seed": "1", "date": "2026-01-02",
"hunts": [{"mutant": "blind", "scenario": "storm", "property": "Agreement", "proof": "Two places.", "seeds": 2, "caught": 9, "tried": 10}]}
`

var bugLab = &run.Lab{Scenarios: testLab.Scenarios, Bugs: []run.Bug{{Name: "deaf", Words: "it does not hear"}, {Name: "blind", Words: "it does not see"}}}

// TestBugs: the page has each bug with the run that shows it, with the bug and without,
// or with what was tried in vain and what the hunt found.
func TestBugs(t *testing.T) {
	dir := tree(t, bugTree)
	l := loadRuns(t, dir, bugLab)
	p := l.ByPath(BugsPath)
	if p == nil || len(l.Findings) > 0 {
		t.Fatalf("there is %v, findings %v", p, l.Findings)
	}
	caught := run.CaughtBug{Bug: "deaf", Scenario: "cut-off", Seed: 1, At: 9200}
	want := []site.Bug{
		{Name: "deaf", Words: "it does not hear", Tried: 1, Run: &site.BugRun{Story: "Leader cut off", Seed: 1, Promise: "Once", Proof: "It is there twice.",
			With: "/lab/#" + caught.Address().Fragment(), Without: "/lab/#" + caught.Without().Fragment()}},
		{Name: "blind", Words: "it does not see", Tried: 1, Hunt: &site.BugHunt{Scenario: "storm", Promise: "Agreement", Proof: "Two places.", Seeds: 2, Caught: 9, Tried: 10}},
	}
	if diff := cmp.Diff(want, p.Bugs); diff != "" {
		t.Error(diff)
	}
	if l.ByPath("/lab/").Bugs == nil {
		t.Error("the laboratory does not know of them")
	}
	if p := loadRuns(t, dir, nil).ByPath(BugsPath); p != nil {
		t.Error("without a laboratory there is a page of bugs")
	}
	if p := loadRuns(t, tree(t, strings.ReplaceAll(bugTree, "evidence/bugs.json", "evidence/others.json")), bugLab).ByPath(BugsPath); p != nil {
		t.Error("where nothing is recorded there is a page of bugs")
	}
}

// TestBugs_unread: what cannot be read is said of the file that it stands in.
func TestBugs_unread(t *testing.T) {
	for _, file := range []string{"evidence/bugs.json", "evidence/mutants.json"} {
		l := loadRuns(t, tree(t, strings.Replace(bugTree, file+" --\n{", file+" --\n", 1)), bugLab)
		said := false
		for _, f := range l.Findings {
			said = said || f.File == file && f.Rule == "run" && strings.Contains(f.Message, "what was recorded of bugs cannot be read")
		}
		if !said {
			t.Errorf("%s: %v", file, l.Findings)
		}
	}
}
