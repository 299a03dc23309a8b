package main

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lockstep/site/slo"
)

// grafana is what is read of a dashboard.
type grafana struct {
	Panels []struct {
		Title, Type string
		GridPos     struct{ X int }
		FieldConfig struct{ Defaults struct{ Unit string } }
		Targets     []struct{ Expr string }
	}
}

// TestDashboard_picture: chapter 10 shows exactly the panels of the dashboard that is made
// from the objectives. After a change of these the picture is aged until it is recorded
// again, and lockstep check says so.
func TestDashboard_picture(t *testing.T) {
	const recorded = "../../content/evidence/dashboard.json"
	var picture struct {
		Commit string
		Judges []string
		Panels []struct{ Title, Type, Unit string }
	}
	data, err := os.ReadFile(recorded)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &picture); err != nil {
		t.Fatal(err)
	}
	d, _, findings := slo.Read(os.DirFS("../../content"), "slo.yaml")
	if d == nil {
		t.Fatal(findings)
	}
	var made grafana
	if err := json.Unmarshal(d.Dashboard(), &made); err != nil {
		t.Fatal(err)
	}
	var want, got []string
	for _, p := range made.Panels {
		want = append(want, p.Title+", "+p.Type+", "+p.FieldConfig.Defaults.Unit)
	}
	for _, p := range picture.Panels {
		got = append(got, p.Title+", "+p.Type+", "+p.Unit)
	}
	diff := cmp.Diff(want, got)
	for _, judged := range []string{"content/slo.yaml", "site/slo"} {
		if !slices.Contains(picture.Judges, judged) {
			t.Errorf("a change of %s would not make the picture aged", judged)
		}
	}
	if diff == "" {
		return
	}
	if changed := gitIn(t, "../..", "diff", "--name-only", picture.Commit, "--", "content/slo.yaml", "site/slo"); changed != "" {
		t.Skipf("the picture is aged, which lockstep check says: since it was recorded there is another %s", strings.Fields(changed))
	}
	t.Errorf("the dashboard (-) and its picture (+) differ:\n%s", diff)
}
