package model

import (
	"fmt"
	"strings"
	"testing"

	"lockstep/site/model/sheet"
)

var player = &Player{Exec: "/static/exec.js", Wasm: "/static/model.wasm", Sheet: SheetPath + "?1"}

// TestModel_Play: a text asks for results and inputs, and learns what is wrong with
// what it asks for.
func TestModel_Play(t *testing.T) {
	m := loadSmall(t).WithPlayer(player)
	for _, tt := range []struct{ source, want, wrong string }{
		{source: "results: cost.total", want: `data-input="users.daily"`},
		{source: "results: cost.total, sends.mean\ninputs: users.sends", want: "1 more input<"},
		{source: "results: cost.totl", wrong: "cost.totl is no formula of the model; the nearest name is cost.total"},
		{source: "results: users.daily", wrong: "users.daily is no formula"},
		{source: "results: cost.total\ninputs: user.daily", wrong: "user.daily is no input with low and high of the model; the nearest name is users.daily"},
		{source: "results: cost.total\ninputs: price.node", wrong: "price.node is no input with low and high"},
		{source: "results: cost.total\ninputs users.daily", wrong: "line 2"},
		{source: "show: cost.total", wrong: "line 1"},
		{source: "inputs: users.daily", wrong: "no results"},
		{source: "results: wait, wait, wait, wait, wait", wrong: "at most 4"},
		{source: "", wrong: "line 1"},
	} {
		panel, err := m.Play("/design/cost/", tt.source, "Title")
		switch {
		case tt.wrong == "" && (err != nil || !strings.Contains(string(panel), tt.want)):
			t.Errorf("%q gives %v and %.200s, want %q", tt.source, err, panel, tt.want)
		case tt.wrong != "" && (err == nil || !strings.Contains(err.Error(), tt.wrong)):
			t.Errorf("%q gives %v, want %q", tt.source, err, tt.wrong)
		}
	}
}

// TestModel_Play_controls: what can be moved is hidden until a script can act, and
// where this program has nothing that computes, the page says so and has no control.
func TestModel_Play_controls(t *testing.T) {
	m := loadSmall(t)
	with, err := m.WithPlayer(player).Play("/design/cost/", "results: cost.total", "")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`data-play="../../model/sheet.txt?1"`, `data-wasm="../../static/model.wasm"`, `data-root="../../"`, " hidden>\n<p class=\"play-title\">Change the inputs",
		`data-value-of="2000000" data-low="1000000" data-high="4000000" data-min="100000" data-max="40000000" data-scale="1000000" data-steps="100"`,
		`data-input="users.sends" data-value-of="40" data-low="20" data-high="60" data-min="2" data-max="600" data-scale="1" data-steps="40"`} {
		if !strings.Contains(string(with), want) {
			t.Errorf("the inputs lack %q:\n%s", want, with)
		}
	}
	without, err := m.Play("/design/cost/", "results: cost.total", "")
	if err != nil || !strings.Contains(string(without), "was built without it") || strings.Contains(string(without), "<input") {
		t.Errorf("without a program: %v, %s", err, without)
	}
	none, findings := load(t, map[string]string{"model/m.yaml": "inputs:\n  a: {what: a, value: 1, provenance: cited, source: s}\nformulas:\n  b: {what: b, formula: a}\n"})
	if panel, err := none.Play("/", "results: b", ""); err != nil || panel != "" || len(findings) > 0 {
		t.Errorf("a model without ranges shows %q, %v, %v", panel, err, findings)
	}
}

// TestModel_Play_hostile: nothing that a model says becomes markup, or a line of its
// own in a sheet.
func TestModel_Play_hostile(t *testing.T) {
	hostile := `<img src=x onerror=alert(1)>"'` + `\tx\ninput`
	m, findings := load(t, map[string]string{"model/m.yaml": fmt.Sprintf(
		"title: \"%[1]s\"\ninputs:\n  a: {what: \"%[1]s\", value: 1, low: 0.5, high: 2, provenance: assumed}\nformulas:\n  b: {what: \"%[1]s\", formula: a, sensitivity: true}\nasserts:\n  c: {what: \"%[1]s\", assert: b < 3}\n",
		strings.ReplaceAll(hostile, `"`, `\"`))})
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	pages, err := m.WithPlayer(player).Pages()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pages {
		if strings.Contains(string(p.Body), "<img") || !strings.Contains(string(p.Body), "data-play") {
			t.Errorf("%s: %s", p.Path, p.Body)
		}
	}
	s := m.Sheet([]Condition{{When: "b > 2", Says: hostile + "\t\n", Place: "/adr/1/", Of: "\tADR"}, {When: "b >", Says: "x"}, {When: "evidence.none.x > 2", Says: "x"}})
	again, err := sheet.Read(s.Text())
	if err != nil || len(again.Cells) != 2 || len(again.Tests) != 2 || again.Text() != s.Text() {
		t.Errorf("read again: %v, %+v", err, again)
	}
}

// TestModel_Sheet_faults: what cannot be computed is left out, and the rest is there.
func TestModel_Sheet_faults(t *testing.T) {
	m, _ := load(t, map[string]string{"model/small.yaml": small + "  wrong: {what: w, formula: users.daily + users.sends}\n  lost: {what: w, formula: nowhere}\n  over: {what: w, formula: wrong * 2}\n" +
		"asserts:\n  a: {what: A., assert: over < 3}\n  b: {what: B., assert: cost.total < 3}\nflips:\n  f: {what: f, input: users.daily, while: lost < 3}\n", "evidence/bench.json": bench})
	s := m.Sheet(nil)
	for _, name := range []string{"wrong", "lost", "over"} {
		if s.Index(name) >= 0 {
			t.Errorf("%s cannot be computed and is in the sheet", name)
		}
	}
	if s.Index("cost.total") < 0 || len(s.Tests) != 1 || s.Tests[0].Says != "B." || len(s.Flips) != 0 {
		t.Errorf("the sheet has %d tests and %d flips: %+v", len(s.Tests), len(s.Flips), s.Tests)
	}
}
