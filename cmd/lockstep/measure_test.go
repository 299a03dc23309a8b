package main

import (
	"bytes"
	"strings"
	"testing"

	"lockstep/prototype/lab/scenarios"
	"lockstep/prototype/measure"
	labrun "lockstep/site/run"
)

// TestMeasure_link: with each story's figures stands a link that plays it.
func TestMeasure_link(t *testing.T) {
	s := scenarios.All()[0]
	sum, err := measure.Play(t.Context(), s, 1, func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	printScenario(&out, s, sum)
	_, link, _ := strings.Cut(out.String(), "lab/#")
	if err := labrun.CheckFragment(strings.TrimSpace(link), playable()); err != nil {
		t.Fatalf("%v in\n%s", err, out.String())
	}
	if r, _ := labrun.ReadFragment(strings.TrimSpace(link)); len(r.Actions) != 1 || r.Actions[0].Scenario != s.Name {
		t.Errorf("%+v", r)
	}
}
