package chart

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
)

var update = flag.Bool("update", false, "write what is drawn of the dashboard in testdata; look at it before you commit")

const dashboard = `{"length_s": 120, "step_s": 20,
"causes": [{"name": "a <disk> is full", "from_s": 15.5, "to_s": 60}],
"panels": [
 {"title": "Breaches & such", "type": "stat", "unit": "short", "column": 0, "series": [{"name": "breaches", "values": "0 0 0 1 1 1 2"}]},
 {"title": "Budget", "type": "stat", "unit": "percentunit", "column": 6, "series": [{"name": "left", "values": "- - 1 0.5 -3 -30.5 -30.5"}]},
 {"title": "Nothing yet", "type": "stat", "unit": "short", "column": 0, "series": []},
 {"title": "Sends", "type": "timeseries", "unit": "reqps", "column": 0, "left_out": 2, "series": [
  {"name": "<ok>", "values": "100 100 100 100 0 0 50"}, {"name": "fail", "values": "- 5 - - 7 7 7"}, {"name": "never", "values": "- - - - - - -"}]},
 {"title": "Stalls", "type": "timeseries", "unit": "s", "column": 12, "series": [
  {"name": "n1", "values": "0 0.00025 0.25 2.5 2.5e-05 0 0"}, {"name": "bound", "values": "10 10 10 10 10 10 10"}]},
 {"title": "Room", "type": "timeseries", "unit": "bytes", "column": 0, "series": [{"name": "n1", "values": "2.01e+10 2.01e+10 0 0 2.01e+10 2.01e+10 2.01e+10"}]}
]}`

// TestDraw_panels: a dashboard is drawn as the golden file has it, and what is wrong with
// the evidence is said.
func TestDraw_panels(t *testing.T) {
	f := figures{"evidence:d": dashboard, "evidence:d#length_s": tick{120, "120 s"}}
	out, err := Draw("panels evidence:d", "The <dashboard>", "what it shows", f)
	if err != nil {
		t.Fatal(err)
	}
	const golden = "testdata/panels.html"
	got := strings.ReplaceAll(string(out), "><", ">\n<")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if _, err := html.Parse(strings.NewReader(got)); err != nil || strings.Contains(got, "style=") || strings.Contains(got, "NaN") {
		t.Errorf("not well formed, with a style or without a number: %v", err)
	}
	for _, tt := range []struct{ old, new, fails string }{
		{`"unit": "bytes"`, `"unit": "furlongs"`, `panel "Room": its unit "furlongs" has no name here`},
		{`"100 100 100`, `"100 100`, `panel "Sends": <ok> has 6 values for 7 points`},
		{`"0 0 0 1 1`, `"0 0 0 one 1`, `breaches has "one", which is no number: write - for none`},
		{`"step_s": 20`, `"step_s": 0`, "there is nothing to draw"},
		{`"0 0 0 1 1`, `"0 0 0 Inf 1`, `breaches has "Inf"`},
	} {
		f["evidence:d"] = strings.Replace(dashboard, tt.old, tt.new, 1)
		if _, err := Draw("panels evidence:d", "x", "y", f); err == nil || !strings.Contains(err.Error(), tt.fails) {
			t.Errorf("%v, want %q", err, tt.fails)
		}
	}
	for source, fails := range map[string]string{"panels evidence:none": "there is no evidence:none", "panels evidence:d\na: b": "no lines of figures"} {
		if _, err := Draw(source, "x", "y", f); err == nil || !strings.Contains(err.Error(), fails) {
			t.Errorf("%s: %v, want %q", source, err, fails)
		}
	}
}
