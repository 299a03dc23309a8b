package build

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/site"
	"lockstep/site/run"
)

const runTree = `
-- lockstep.yaml --
title: Parcels
content: [docs]
evidence: [docs/evidence]
-- docs/index.md --
# Parcels

## Alone

` + "```run scenario=cut-off lanes=quorum,leader at=4.2s loses=leader keeps=quorum caption=\"Gone are [28](evidence:runs#cut-off.leader.lost).\"\n```" + `

See [the same](lab.md#LINK).
-- docs/lab.md --
---
kind: lab
---
# Laboratory
-- docs/evidence/runs.json --
{"experiment": "runs", "commit": "1a2b3c4", "machine": "one belt", "seed": 1, "date": "2026-05-03",
"values": {"cut-off": {"seed": 1, "trace": "ab", "reached": true, "says": "",
  "quorum": {"acknowledged": 252, "lost": 0, "moved": 0, "doubled": 0}, "leader": {"acknowledged": 252, "lost": 28, "moved": 0, "doubled": 0}}},
"stills": [{"run": "cut-off", "at_ms": 4200, "trace": "cd", "chats": {"quorum": [{"node": "n1", "fresh": true, "lines": ["1 one"]}], "leader": [{"node": "n1", "fresh": true, "lines": ["1 [lost 1] one"]}]}}]}
`

var testLab = &run.Lab{Lanes: []string{"quorum", "leader"}, Scenarios: []run.Scenario{{Name: "cut-off", Title: "Leader cut off", Lasts: 8 * time.Second}}}

func loadRuns(t *testing.T, dir string, lab *run.Lab) *Tree {
	t.Helper()
	b, err := Open(dir, Options{Lab: lab})
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := b.Load()
	if err != nil {
		t.Fatal(err)
	}
	return loaded
}

func withLink(text string) string {
	return strings.Replace(text, "LINK", run.Fragment(1, 9200*time.Millisecond, nil), 1)
}

// TestRuns: a recorded run is shown, and the laboratory leads back to the text.
func TestRuns(t *testing.T) {
	l := loadRuns(t, tree(t, withLink(runTree)), testLab)
	if len(l.Findings) > 0 {
		t.Fatalf("findings: %v", l.Findings)
	}
	p := l.ByPath("/")
	filled, findings := l.Fill(p)
	for _, want := range []string{`<figure class="run" id="run-cut-off-4200">`, `<em>lost</em>`, `Gone are <a class="value" href="model/evidence/runs/#evidence.runs.values.cut-off.leader.lost">28</a>.`, `href="lab/#run=`} {
		if !strings.Contains(string(filled.Body), want) {
			t.Errorf("%s is missing in\n%s", want, filled.Body)
		}
	}
	if len(findings) > 0 || !slices.ContainsFunc(filled.Blocks, func(b site.Block) bool { return b.Text == "Gone are 28." }) {
		t.Errorf("%v, blocks %v", findings, filled.Blocks)
	}
	if played := strings.Contains(string(filled.Body), `<div class="run-controls"></div>`); played != (labProgram() != nil) {
		t.Errorf("the figure has a place for controls: %v", played)
	}
	uses := l.ByPath("/lab/").Runs
	if len(uses) != 1 || uses[0].From != p || uses[0].Anchor != "run-cut-off-4200" || uses[0].Title != "Leader cut off" || uses[0].Heading != "Alone" || uses[0].Caption != "Gone are 28." {
		t.Errorf("the laboratory's page knows of %+v", uses)
	}

	// What a reader is shown has changed when the recording has.
	other := loadRuns(t, tree(t, withLink(strings.Replace(runTree, "[lost 1] one", "one", 1))), testLab)
	_, before := l.Blocks(p)
	if _, again := other.Blocks(other.ByPath("/")); again == before {
		t.Error("another recording is the same revision")
	}
}

// TestRuns_wrong: each fault is found, with its line and what mends it.
func TestRuns_wrong(t *testing.T) {
	const fence, link = 5, 8
	for _, c := range []struct {
		name, old, new string
		line           int
		rule, says     string
		mend           string
	}{
		{"no page of the laboratory", "kind: lab", "kind: document", fence, "run", "no page of the laboratory", "kind: lab"},
		{"no such scenario", "scenario=cut-off", "scenario=cut-of", fence, "run", `"cut-of"`, `did you mean "cut-off"?`},
		{"no such lane", "lanes=quorum,", "lanes=quorun,", fence, "run", `"quorun"`, `did you mean "quorum"?`},
		{"another moment", "at=4.2s", "at=4.3s", fence, "run", "docs/evidence/runs.json has nothing of the run cut-off at 4.3s", "lockstep lab record"},
		{"another seed", "at=4.2s", "at=4.2s seed=7", fence, "run", "cut-off-7", "lockstep lab record"},
		{"a lane that is not recorded", `"chats": {"quorum"`, `"chats": {"q"`, fence, "run", "has nothing of", "lockstep lab record"},
		{"no folder of evidence", "evidence: [docs/evidence]\n", "", fence, "run", "no place", "evidence: [docs/evidence]"},
		{"no recording", `"values"`, `"values": {}, "v"`, fence, "run", "has nothing of", "lockstep lab record"},
		{"a recording that cannot be read", `["1 one"]`, `["one"]`, 0, "run", "cannot be read", "lockstep lab record"},
		{"a lane that lost something after all", `252, "lost": 0`, `252, "lost": 3`, fence, "run", "keeps=quorum, and quorum lost 3", "say what happens"},
		{"a lane that lost nothing after all", `"lost": 28`, `"lost": 0`, fence, "run", "loses=leader, and leader kept all 252", "say what happens"},
		{"a story that missed its goal", `"reached": true`, `"reached": false`, fence, "run", "missed its goal", "say what happens"},
		{"a figure that was not recorded", "[28](", "[29](", fence, "wrong-number", `"29"`, `"28"`},
		{"a figure without a ground", "Gone are", "Of 252 gone are", fence, "run", "states 252", "evidence:runs#cut-off"},
		{"the same figure twice", "```\n", "```\n\n```run scenario=cut-off lanes=leader at=4.2s caption=\"Again\"\n```\n", fence + 3, "run", "twice", "another moment"},
		{"a damaged link", "#run=", "#run=x", link, "dead-anchor", "names no run", "take the link again"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := withLink(runTree)
			if broken := strings.Replace(text, c.old, c.new, 1); broken == text {
				t.Fatal("nothing was changed")
			} else {
				text = broken
			}
			l := loadRuns(t, tree(t, text), testLab)
			if !slices.ContainsFunc(l.Findings, func(f site.Finding) bool {
				return f.Rule == c.rule && f.Line == c.line && strings.Contains(f.Message, c.says) && strings.Contains(f.Mend, c.mend)
			}) {
				t.Errorf("found: %v", l.Findings)
			}
			if p, _ := l.Fill(l.ByPath("/")); !strings.Contains(string(p.Body), "the same") {
				t.Errorf("the page is not shown: %s", p.Body)
			}
		})
	}
	t.Run("a program without a laboratory", func(t *testing.T) {
		if l := loadRuns(t, tree(t, withLink(runTree)), nil); len(l.Findings) != 1 || l.Findings[0].Rule != "run" {
			t.Errorf("found: %v", l.Findings)
		}
	})
}

// TestRuns_fix: a figure in a caption is rewritten as any other.
func TestRuns_fix(t *testing.T) {
	dir := tree(t, withLink(strings.Replace(runTree, "[28](", "[29](", 1)))
	if n, err := loadRuns(t, dir, testLab).FixNumbers(); n != 1 || err != nil {
		t.Fatalf("%d numbers, %v", n, err)
	}
	data, err := os.ReadFile(filepath.Join(dir, "docs/index.md"))
	if err != nil || !strings.Contains(string(data), `Gone are [28](evidence:runs#cut-off.leader.lost)."`) {
		t.Errorf("%v\n%s", err, data)
	}
}
