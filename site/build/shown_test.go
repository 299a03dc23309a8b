package build

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const shownSite = `-- lockstep.yaml --
title: Example
content: [content]
adr: [adr]
model: [content/model]
evidence: [content/evidence]
-- content/index.md --
---
title: Home
---
Home.
-- adr/0001-first.md --
---
status: accepted
date: 2026-01-01
decision-makers: [Ada]
---
# First

## Context

![Cat](cat.png)

` + "```chart title=\"Sends\" alt=\"How many\"\nbars sends\nall: evidence:run#sends\n```\n\n```chart title=\"Board\" alt=\"What it showed\"\npanels evidence:board\n```" + `

See [the run](../content/index.md).
-- adr/cat.png --
a cat
-- adr/0002-second.md --
---
status: proposed
date: 2026-01-01
---
# Second

Text.
-- content/model/cost.yaml --
inputs:
  part: {what: a part, value: 1, low: 0.5, high: 2, provenance: assumed, note: a guess}
formulas:
  cost: {what: the cost, formula: part * 2}
-- content/evidence/run.json --
{"schema": 1, "title": "A run", "what": "x", "command": "x", "commit": "x", "date": "2026-01-01", "sends": 7, "other": 1}
-- content/evidence/board.json --
{"experiment": "x", "seed": 1, "machine": "x", "commit": "x", "date": "2026-01-01", "length_s": 4, "step_s": 2, "causes": [],
"panels": [{"title": "Sends", "type": "stat", "unit": "short", "column": 0, "series": [{"name": "all", "values": "1 2 3"}]}]}
`

// TestRevision_shown changes what a page shows of other files: its revision follows,
// and nobody else's.
func TestRevision_shown(t *testing.T) {
	revisions := func(change func(dir string)) (first, second string) {
		dir := tree(t, shownSite)
		change(dir)
		loaded := load(t, dir)
		a, ok := loaded.Document("adr/1")
		b, also := loaded.Document("adr/2")
		if !ok || !also {
			t.Fatal("a record is missing")
		}
		return a.Revision, b.Revision
	}
	edit := func(name, old, new string) func(string) {
		return func(dir string) {
			path := filepath.Join(dir, filepath.FromSlash(name))
			data, err := os.ReadFile(path)
			if err != nil || !strings.Contains(string(data), old) {
				t.Fatalf("%s has no %q: %v", name, old, err)
			}
			if err := os.WriteFile(path, []byte(strings.ReplaceAll(string(data), old, new)), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	first, second := revisions(func(string) {})
	for _, tt := range []struct {
		name   string
		change func(string)
		same   bool
	}{
		{"the bytes of a picture", edit("adr/cat.png", "a cat", "a dog"), false},
		{"a picture that goes", func(dir string) { os.Remove(filepath.Join(dir, "adr/cat.png")) }, false},
		{"a figure of a chart", edit("content/evidence/run.json", `"sends": 7`, `"sends": 8`), false},
		{"a figure that no chart shows", edit("content/evidence/run.json", `"other": 1`, `"other": 2`), true},
		{"a point of a recorded dashboard", edit("content/evidence/board.json", "1 2 3", "1 2 4"), false},
		{"the day of a recorded dashboard", edit("content/evidence/board.json", "2026-01-01", "2026-01-02"), true},
		{"another page", edit("adr/0002-second.md", "Text.", "Other text about ADR-0001."), true},
		{"the deciders", edit("adr/0001-first.md", "[Ada]", "[Bob]"), false},
		{"no deciders", edit("adr/0001-first.md", "decision-makers: [Ada]\n", ""), false},
		{"rejected", edit("adr/0001-first.md", "status: accepted", "status: rejected"), false},
		{"proposed again", edit("adr/0001-first.md", "status: accepted", "status: proposed"), true},
	} {
		a, b := revisions(tt.change)
		if (a == first) != tt.same {
			t.Errorf("%s: the same revision: %v, want %v", tt.name, a == first, tt.same)
		}
		if tt.name != "another page" && b != second {
			t.Errorf("%s: the revision of another page has changed", tt.name)
		}
	}
}
