package slo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"lockstep/site"
)

func read(t *testing.T, root fs.FS, name string) *Definition {
	t.Helper()
	d, _, findings := Read(root, name)
	for _, f := range findings {
		t.Errorf("%s:%d %s: %s (%s)", f.File, f.Line, f.Rule, f.Message, f.Mend)
	}
	return d
}

func promtool(t *testing.T, files map[string][]byte, args ...string) (string, error) {
	t.Helper()
	program, err := exec.LookPath("promtool")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("no promtool: install Debian's package prometheus")
		}
		t.Skip("no promtool: install Debian's package prometheus")
	}
	dir := t.TempDir()
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// TestRules_promtool: the rules are what Prometheus takes, and do what the definition
// promises. The tests that come with them are no ornament: rules that are wrong in one
// place fail them.
func TestRules_promtool(t *testing.T) {
	files := read(t, os.DirFS("testdata"), "shop.yaml").Files()
	for name := range files {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			verb := map[string][]string{"rules": {"check", "rules"}, "tests": {"test", "rules"}}[name[:5]]
			if verb == nil {
				return
			}
			if out, err := promtool(t, files, append(verb, name)...); err != nil {
				t.Errorf("promtool %v: %v\n%s", verb, err, out)
			}
		})
	}
	for what, tt := range map[string]struct{ objective, from, to, tests string }{
		"a threshold ten times as high":        {"SLO-1", "> 0.0072", "> 0.072", "-fast"},
		"a short window that is not looked at": {"SLO-1", `and slo:bad:ratio_rate5m{slo="SLO-1",sli="gateway"} > 0.0072`, "", "-fast"},
		"no least number of requests":          {"SLO-1", ">= 1389", ">= 0", "-fast"},
		"slow orders that count as quick":      {"SLO-2", `le="0.25"`, `le="9"`, "-fast"},
		"a bound that is too low":              {"SLO-4", ") > 10", ") > 9", ""},
		"a breach that is not seen":            {"SLO-3", "[1h])) > 0", "[1h])) > 2", ""},
		"a cause that is told too early":       {"SLO-4", "for: 10m", "for: 9m", ""},
		"a disk that fills, seen too late":     {"SLO-4", "345600)) <", "34560)) <", ""},
		"a course that is looked at for long":  {"SLO-4", "[6h], 345600", "[3d], 345600", ""},
		"silence that nobody hears":            {"SLO-3", "or vector(0)) == 0", "or vector(0)) == 1", ""},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			wrong, name := maps.Clone(files), "rules-"+tt.objective+".yaml"
			wrong[name] = bytes.ReplaceAll(files[name], []byte(tt.from), []byte(tt.to))
			if bytes.Equal(wrong[name], files[name]) {
				t.Fatalf("the rules have no %q:\n%s", tt.from, files[name])
			}
			if out, err := promtool(t, wrong, "check", "rules", name); err != nil {
				t.Fatalf("they are no rules: %s", out)
			}
			if out, err := promtool(t, wrong, "test", "rules", "tests-"+tt.objective+tt.tests+".yaml"); err == nil {
				t.Errorf("the tests pass with %s\n%s", what, out)
			}
		})
	}
}

// TestRules_shared: indicators of an objective may read the same series under one name
// of an alert, and a pulse may be watched by a label: the tests of each hold, and see it
// when a pulse is always told as still.
func TestRules_shared(t *testing.T) {
	const text = `service: depot
windows:
  fast: {severity: page, share: 2 %, long: 1 h, short: 5 min}
objectives:
  SLO-1:
    name: Parcels are sorted
    good: a parcel is on its belt
    windows: fast
    runbook: a.md
    indicators:
      belt: {target: 99.9 %, good: 'parcels_total{outcome="sorted"}', bad: 'parcels_total{outcome="lost"}', per: zone belt}
      all: {target: 99.99 %, good: 'parcels_total{outcome="sorted"}', bad: 'parcels_total{outcome="lost"}'}
  SLO-2:
    name: Belts are watched
    good: always
    runbook: a.md
    indicators:
      zone: {pulse: scans_total, per: zone}
      room: {pulse: scans_total}
`
	files := read(t, fstest.MapFS{"slo.yaml": {Data: []byte(text)}}, "slo.yaml").Files()
	for _, name := range []string{"tests-SLO-1-fast.yaml", "tests-SLO-2.yaml"} {
		if out, err := promtool(t, files, "test", "rules", name); err != nil {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
	files["rules-SLO-2.yaml"] = bytes.ReplaceAll(files["rules-SLO-2.yaml"], []byte("0 * sum (absent_over_time(scans_total[5m]))"), []byte("vector(0)"))
	if out, err := promtool(t, files, "test", "rules", "tests-SLO-2.yaml"); err == nil {
		t.Errorf("the tests pass with a pulse that always stands still\n%s", out)
	}
}

// TestRules_absent: a counter that has no series is as one that stands still, so an outage
// from the first request on is told, and so is one that ends with the last good one.
func TestRules_absent(t *testing.T) {
	files := read(t, os.DirFS("testdata"), "shop.yaml").Files()
	const series = `shop_orders_total{cell="a",outcome=%q,reason="x"}`
	for outcome, ratio := range map[string]int{"failed": 1, "ok": 0} {
		files["own.yaml"] = []byte("rule_files: [rules-SLO-1.yaml]\nevaluation_interval: 1m\ntests:\n- interval: 1m\n  input_series:\n  - series: '" +
			fmt.Sprintf(series, outcome) + "'\n    values: 0+100x60\n  promql_expr_test:\n  - expr: slo:bad:ratio_rate5m\n    eval_time: 30m\n    exp_samples:\n" +
			`    - {labels: 'slo:bad:ratio_rate5m{cell="a",service="shop",sli="gateway",slo="SLO-1"}', value: ` + fmt.Sprint(ratio) + "}\n")
		if out, err := promtool(t, files, "test", "rules", "own.yaml"); err != nil {
			t.Errorf("only %s: %s", outcome, out)
		}
	}
}

// TestRules_exact: thresholds are the decimals that a person would compute.
func TestRules_exact(t *testing.T) {
	d := read(t, os.DirFS("testdata"), "shop.yaml")
	var burns []string
	for _, w := range d.Windows {
		burns = append(burns, decimal(d.Burn(w))+" × 0.0005 = "+decimal(d.threshold(w, d.Objectives[0].Indicators[0])))
	}
	if diff := cmp.Diff([]string{"14.4 × 0.0005 = 0.0072", "6 × 0.0005 = 0.003", "3 × 0.0005 = 0.0015", "1 × 0.0005 = 0.0005"}, burns); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if third := decimal(big.NewRat(1, 3)); third != "0.333333333333333" {
		t.Errorf("a third is %s", third)
	}
	quick := d.Faster(60)
	if quick.Windows[0].Short.String() != "5s" || quick.Windows[3].Long.String() != "72m" || decimal(quick.Burn(quick.Windows[0])) != "14.4" {
		t.Errorf("sixty times as fast: %v, burn rate %s", quick.Windows, decimal(quick.Burn(quick.Windows[0])))
	}
}

// TestDashboard: each query of the dashboard reads what the service exports or what the
// rules record.
func TestDashboard(t *testing.T) {
	d, m, _ := Read(os.DirFS("testdata"), "shop.yaml")
	var board struct {
		Panels []struct {
			Title   string
			GridPos struct{ X, Y, W, H int }
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(d.Dashboard(), &board); err != nil {
		t.Fatal(err)
	}
	rules := string(d.Rules())
	taken := make(map[string]string)
	for _, p := range board.Panels {
		if len(p.Targets) == 0 {
			t.Errorf("%s shows nothing", p.Title)
		}
		for _, target := range p.Targets {
			for _, name := range seriesIn(target.Expr) {
				if m.family(name) == nil && !strings.Contains(rules, "record: "+name+"\n") {
					t.Errorf("%s reads %s, which nobody has", p.Title, name)
				}
			}
		}
		for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
			for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
				at := fmt.Sprint(x, ",", y)
				if x > 23 || taken[at] != "" {
					t.Errorf("%s lies on %s at %s", p.Title, taken[at], at)
				}
				taken[at] = p.Title
			}
		}
	}
}

// TestOpenSLO: an SLO for each ratio, with the exact target.
func TestOpenSLO(t *testing.T) {
	d := read(t, os.DirFS("testdata"), "shop.yaml")
	got := make(map[string]any)
	for i, doc := range strings.Split(string(d.OpenSLO()), "\n---\n") {
		var o struct {
			Kind     string
			Metadata struct{ Name string }
			Spec     struct {
				BudgetingMethod string `yaml:"budgetingMethod"`
				Objectives      []struct{ Target float64 }
			}
		}
		if err := yaml.Unmarshal([]byte(doc), &o); err != nil {
			t.Fatalf("%d: %v\n%s", i, err, doc)
		}
		if o.Kind == "SLO" {
			got[o.Metadata.Name] = fmt.Sprint(o.Spec.BudgetingMethod, o.Spec.Objectives)
		}
	}
	want := map[string]any{"slo-1-gateway": "Occurrences[{0.9995}]", "slo-2-gateway": "Occurrences[{0.99}]", "slo-2-whole": "Occurrences[{0.999}]"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// TestShow_alerts: whatever a selector holds stays in its cell, and a slow request is
// called slow.
func TestShow_alerts(t *testing.T) {
	shop, err := os.ReadFile("testdata/shop.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(shop), "metrics: shop.txt\n", "")
	text = strings.Replace(text, "gauge: shop_waiting_seconds,", `gauge: 'shop_waiting_seconds{queue=~"a|{b}"}',`, 1)
	passages, err := read(t, fstest.MapFS{"slo.yaml": {Data: []byte(text)}}, "slo.yaml").Show(nil, "a.md", "table: alerts")
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, p := range passages {
		got.WriteString(p.Text)
	}
	for _, want := range []string{
		`| SLO-4, queue | page: ` + "`" + `shop_waiting_seconds{queue=~"a\|{b}"}` + "`" + ` is above 10 s |`,
		"| SLO-4, backlog | ticket: `shop_waiting_seconds` is above 5 s, and that for 10 min |",
		"| SLO-4, disk | ticket: `shop_free_bytes` will be below 1 in 4 d, as it went for 6 h, and that for 1 h |",
		"page: more than 14.4 % of at least 70 take longer than 250 ms within 1 h, and within 5 min<br>",
	} {
		if !strings.Contains(got.String(), want) {
			t.Errorf("no %s in\n%s", want, got.String())
		}
	}
}

// TestRead_refuses: what is wrong is said with its line, and makes no rule.
func TestRead_refuses(t *testing.T) {
	shop, err := os.ReadFile("testdata/shop.yaml")
	if err != nil {
		t.Fatal(err)
	}
	metrics, err := os.ReadFile("testdata/shop.txt")
	if err != nil {
		t.Fatal(err)
	}
	for what, tt := range map[string]struct{ from, to, says string }{
		"no YAML":                     {"service: shop", "service: [", "cannot be understood"},
		"a key nobody knows":          {"heartbeat: W", "heartbeet: W", `has no key "heartbeet"`},
		"a share above all":           {"target: 99.95 %", "target: 100 %", "leaves no room"},
		"a share without %":           {"target: 99.95 %", "target: 0.9995", "is no share"},
		"a time without unit":         {"long: 1 h,", "long: 60,", "no unit of time"},
		"a pair that never fires":     {"target: 99 %", "target: 90 %", "can never fire"},
		"windows of seconds":          {"long: 1 h, short: 5 min", "long: 1 h, short: 30 s", "whole minutes"},
		"windows upside down":         {"long: 1 h, short: 5 min", "long: 5 min, short: 1 h", "has 1h in 5m"},
		"windows nobody defines":      {"windows: fast slow\n", "windows: fast quick\n", `"quick"`},
		"a function":                  {`good: shop_orders_total{outcome="ok"}`, `good: rate(shop_orders_total[5m])`, "is no selector"},
		"a broken pattern":            {`reason!~"too_large|unpaid"`, `reason!~"too_large("`, "no regular expression"},
		"good and bad overlap":        {`good: shop_orders_total{outcome="ok"}`, `good: shop_orders_total`, "as good and as bad"},
		"two kinds at once":           {"{breach: shop_sold_twice_total}", "{breach: shop_sold_twice_total, pulse: shop_audits_total}", "is no kind of indicator"},
		"no reason":                   {"why: no carrier tells us", "measured: the carrier", "no indicator, and no reason"},
		"no runbook":                  {"runbook: orders.md#twice\n", "measured: x\n", "has no runbook"},
		"no such metric":              {"pulse: shop_audits_total", "pulse: shop_audit_total", "no metric shop_audit_total"},
		"another type":                {"gauge: shop_free_bytes", "gauge: shop_audits_total", "is a counter and no gauge"},
		"no such label":               {`outcome!="ok",reason!~`, `outcome!="ok",cause!~`, "has no label cause"},
		"no such bucket":              {"under: 250 ms", "under: 300 ms", "no bucket of shop_order_seconds ends at 0.3"},
		"a panel of nothing":          {"(rate(shop_orders_total[5m]))", "(rate(shop_order_total[5m]))", "shows nothing"},
		"no metrics":                  {"metrics: shop.txt", "metrics: gone.txt", "cannot be read"},
		"two alerts of one name":      {"name: Orders are quick", "name: Orders are taken", "have the same name"},
		"an id that is no id":         {"  SLO-5:", "  SLO 5:", "is no id"},
		"requests that are no number": {"period: 30 d", "period: 30 d\nleast: few", "is no number"},
		"labels nobody exports":       {"per: cell", "per: zelle", "shop_orders_total has no label zelle"},
		"a label that is no name":     {"per: cell", "per: ce-ll", "is no name of a label"},
		"a label of the rules":        {"per: cell", "per: severity", "set the label severity themselves"},
		"a template":                  {"name: Orders are quick", "name: Orders are {{quick}}", "takes for a template"},
		"a name without letters":      {"name: Orders are quick", "name: '!!!'", "have no name"},
		"requests that wrap around":   {"period: 30 d", "period: 30 d\nleast: 18446744073709551617", "is no number of failures"},
		"a comma":                     {"below: 1000}", "below: '1,000'}", "has a comma"},
		"a comma in a share":          {"target: 99.95 %", "target: 99,95 %", "has a comma"},
		"a look ahead by no course":   {"ahead: 4 d, over: 6 h", "ahead: 4 d", "is no kind of indicator"},
		"a cause of half a minute":    {"for: 10 min", "for: 30 s", "whole minutes"},
		"a cause without a name":      {"cause: QueueGrows", "cause: queue grows", "no name of an alert"},
		"two causes of one name":      {"cause: QueueGrows", "cause: QueueStands", "have the same name"},
		"a cause that nobody exports": {"disk: {cause: DiskFills, gauge: shop_free_bytes", "disk: {cause: DiskFills, gauge: shop_audits_total", "is a counter and no gauge"},
		"a target beyond all rules":   {"target: 99.95 %", "target: 99.99999999 %", "finer than a rule can say"},
	} {
		t.Run(what, func(t *testing.T) {
			if !strings.Contains(string(shop), tt.from) {
				t.Fatalf("no %q in the file", tt.from)
			}
			text := strings.Replace(string(shop), tt.from, tt.to, 1)
			d, _, findings := Read(fstest.MapFS{"docs/slo.yaml": {Data: []byte(text)}, "docs/shop.txt": {Data: metrics}}, "docs/slo.yaml")
			if d != nil && len(d.Files()) > 0 {
				t.Errorf("it makes %d files", len(d.Files()))
			}
			if len(findings) == 0 || !slices.ContainsFunc(findings, func(f site.Finding) bool {
				return strings.Contains(f.Message, tt.says) && f.Mend != "" && f.File == "docs/slo.yaml"
			}) {
				t.Errorf("it gives %v", findings)
			}
			for n, f := range findings {
				if slices.Contains(findings[:n], f) {
					t.Errorf("it says twice %q", f.Message)
				}
			}
		})
	}
	for from, to := range map[string]string{"windows: fast slow\n": "windows: [fast, slow]\n", "    name: Orders are taken": "\tname: Orders are taken"} {
		_, _, findings := Read(fstest.MapFS{"slo.yaml": {Data: []byte(strings.Replace(string(shop), from, to, 1))}}, "slo.yaml")
		if len(findings) != 1 || !strings.Contains(findings[0].Mend, "spaces") || strings.Contains(findings[0].Message, "\t") {
			t.Errorf("%q gives %v", to, findings)
		}
	}
	windows := func(data []byte) *fstest.MapFile {
		return &fstest.MapFile{Data: bytes.ReplaceAll(data, []byte("\n"), []byte("\r\n"))}
	}
	read(t, fstest.MapFS{"slo.yaml": windows(shop), "shop.txt": windows(metrics)}, "slo.yaml")
	without := strings.Replace(string(metrics), "# HELP shop_audits_total Things that were looked at.\n", "", 1)
	_, _, findings := Read(fstest.MapFS{"slo.yaml": {Data: shop}, "shop.txt": {Data: []byte(without)}}, "slo.yaml")
	if len(findings) == 0 || !strings.Contains(findings[0].Message, "shop_audits_total without a help") {
		t.Errorf("a metric without a help gives %v", findings)
	}
}

// FuzzRead: no file brings the reader down, and what it takes can be written.
func FuzzRead(f *testing.F) {
	shop, err := os.ReadFile("testdata/shop.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(shop)
	f.Add([]byte("service: a\nobjectives: {A: {name: b, good: c, windows: f, runbook: d, indicators: {e: {target: 1 %, good: g, bad: h}}}}\nwindows: {f: {share: 1 %, long: 2 ms, short: 1 ms}}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if d, _, _ := Read(fstest.MapFS{"slo.yaml": {Data: data}}, "slo.yaml"); d != nil {
			d.files()
			d.Faster(60).files()
			d.Show(nil, "a.md", "table: objectives")
			d.Show(nil, "a.md", "table: alerts")
		}
	})
}
