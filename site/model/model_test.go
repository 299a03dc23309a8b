package model

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"lockstep/site"
)

const small = `title: Small
about: Two inputs and what follows.
inputs:
  users.daily: {what: people, value: 2 M, unit: users, low: 1 M, high: 4 M, provenance: assumed}
  users.sends: {what: sends, value: 40, unit: msg/user/d, low: 20, high: 60, provenance: assumed}
  price.node: {what: a machine, value: 0.5, unit: USD/h/node, provenance: cited, source: price-list, date: 2026-07-20}
  node.rate: {what: one machine, unit: msg/s/node, provenance: measured, source: "evidence:bench#values.rate"}
formulas:
  sends.mean: {what: messages, formula: users.daily * users.sends, unit: msg/s}
  nodes.count: {what: machines, formula: ceil(sends.mean / node.rate), unit: nodes}
  cost.total: {what: bill, formula: nodes.count * price.node, unit: USD/month, sensitivity: true}
  wait: {what: wait, formula: evidence.bench.window.p99_ms * 2, unit: ms}
`

const bench = `{"experiment": "bench", "commit": "abc", "machine": "2 CPUs", "seed": 7, "date": "2026-11-23",
 "values": {"rate": {"value": 300, "unit": "msg/s/node"}}, "lost": 0, "acked": 1234567,
 "window": {"p99_ms": 12.5, "all_ms": [1, 2, 3]}, "verdict": "ok"}`

func tree(files map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

func load(t *testing.T, files map[string]string) (*Model, []site.Finding) {
	t.Helper()
	return Load(tree(files), []string{"model", "none"}, []string{"evidence", "none"})
}

func loadSmall(t *testing.T) *Model {
	t.Helper()
	m, findings := load(t, map[string]string{"model/small.yaml": small, "evidence/bench.json": bench})
	for _, f := range findings {
		t.Errorf("%s", f)
	}
	return m
}

func TestModel_Value(t *testing.T) {
	m := loadSmall(t)
	for dest, want := range map[string]string{
		"model:users.daily": "2 M users",
		"model:sends.mean":  "926 msg/s",
		"model:nodes.count": "4 nodes",
		"model:cost.total":  "$1,460/month", // 4 machines × 0.5 × 730 h
		"model:node.rate":   "300 msg/s/node",
		"model:wait":        "25 ms",

		"model:sends.mean?users.daily=4M":                             "1,852 msg/s",
		"model:sends.mean?users.daily=high":                           "1,852 msg/s",
		"model:sends.mean?users.daily=low&users.sends=20":             "231 msg/s",
		"model:cost.total?users.daily=high":                           "$2,555/month",
		"evidence:bench#lost":                                         "0",
		"evidence:bench#acked":                                        "1.23 M",
		"evidence:bench#rate":                                         "300 msg/s/node",
		"evidence:bench#values.rate":                                  "300 msg/s/node",
		"evidence:bench#window.p99_ms":                                "12.5 ms",
		"evidence:bench#window.all_ms.2":                              "3",
		"evidence:bench#verdict":                                      "ok",
		"model:nothing":                                               "",
		"model:sends.mean?sends.mean=3":                               "", // a formula is no input
		"model:sends.mean?users.daily=many":                           "",
		"model:cost.total?price.node=low":                             "", // it has no range
		"evidence:bench#nothing":                                      "",
		"evidence:other#lost":                                         "",
		"https://example.com/":                                        "",
		"model:":                                                      "",
		"evidence:":                                                   "",
		"model:sends.mean?users.daily=4M&users.daily=1M&users.sends=": "",
	} {
		got, ok := m.Value(dest)
		if got != want || ok != (want != "") {
			t.Errorf("Value(%q) = %q, %v, want %q", dest, got, ok, want)
		}
	}
	if got, _ := m.Value("model:sends.mean"); got != "926 msg/s" {
		t.Errorf("a changed input stayed changed: %q", got)
	}
}

func TestModel_Agree(t *testing.T) {
	m := loadSmall(t)
	for _, tt := range []struct {
		dest, text, want string
		ok               bool
	}{
		{"model:sends.mean", "926 msg/s", "926 msg/s", true},
		{"model:sends.mean", "926", "926", true},
		{"model:sends.mean", "926\u00a0msg/s", "926 msg/s", true},
		{"model:users.daily", "2 M people", "2 M people", true},
		{"model:users.daily", "2 M", "2 M", true},
		{"model:sends.mean", "926 msg/d", "926 msg/s", false},
		{"model:sends.mean", "926 ms", "926 msg/s", false},
		{"model:sends.mean", "926 messages a second", "926 messages a second", true},
		{"model:wait", "25 seconds", "25 ms", false},
		{"model:wait", "25 k", "25", false},
		{"model:sends.mean", "925", "926", false},
		{"model:sends.mean", "9,260 msg/s", "926 msg/s", false},
		{"model:users.daily", "3 M people", "2 M people", false},
		{"model:users.daily", "many", "2 M users", false},
		{"model:cost.total", "$1,460", "$1,460", true},
		{"model:cost.total", "$1,460/month", "$1,460/month", true},
		{"model:cost.total", "1,460", "$1,460", false},
		{"model:cost.total", "$1,470 a month", "$1,460 a month", false},
		{"evidence:bench#lost", "0 lost", "0 lost", true},
		{"evidence:bench#lost", "1 lost", "0 lost", false},
		{"evidence:bench#lost", "0 %", "0", false},
		{"evidence:bench#verdict", "ok", "ok", true},
		{"evidence:bench#verdict", "violated", "ok", false},
		{"evidence:bench#verdict", "0 violated", "ok", false},
		{"model:nothing", "1", "", false},
	} {
		want, ok := m.Agree(tt.dest, tt.text)
		if want != tt.want || ok != tt.ok {
			t.Errorf("Agree(%q, %q) = %q, %v, want %q, %v", tt.dest, tt.text, want, ok, tt.want, tt.ok)
		}
		if again, ok := m.Agree(tt.dest, want); want != "" && (!ok || again != want) {
			t.Errorf("Agree(%q) mends %q to %q, with which it does not agree", tt.dest, tt.text, want)
		}
	}
}

func TestModel_Sensitivity(t *testing.T) {
	got := loadSmall(t).Sensitivity("cost.total")
	want := []Effect{
		{Input: "users.daily", Low: "$730/month", High: "$2,555/month", Swing: 5. / 4},
		{Input: "users.sends", Low: "$730/month", High: "$1,825/month", Swing: 3. / 4},
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b float64) bool { return a-b < 1e-9 && b-a < 1e-9 })); diff != "" {
		t.Errorf("Sensitivity (-want +got):\n%s", diff)
	}
}

func TestModel_Suggest(t *testing.T) {
	m := loadSmall(t)
	for dest, want := range map[string]string{"model:sends.maen": "model:sends.mean", "evidence:bench#windows.p99_ms": "evidence:bench#window.p99_ms", "model:entirely.other": ""} {
		if got := m.Suggest(dest); got != want {
			t.Errorf("Suggest(%q) = %q, want %q", dest, got, want)
		}
	}
}

// Each fault is found once, where it is, and leaves the rest of the model alone.
func TestLoad_findings(t *testing.T) {
	input := "{what: w, value: 1, low: 0, high: 2, provenance: assumed"
	for _, tt := range []struct {
		name, yaml, want string
	}{
		{"unknown name", "inputs:\n  a: " + input + "}\nformulas:\n  b: {what: w, formula: a + aa}", "4 model-unknown-name"},
		{"cycle", "formulas:\n  a: {what: w, formula: b}\n  b: {what: w, formula: c}\n  c: {what: w, formula: a}", "4 model-cycle"},
		{"needs itself", "formulas:\n  a: {what: w, formula: a + 1}", "2 model-cycle"},
		{"fault does not spread", "formulas:\n  a: {what: w, formula: gone}\n  b: {what: w, formula: a}\n  c: {what: w, formula: b}", "2 model-unknown-name"},
		{"unused", "inputs:\n  a: " + input + "}", "2 model-unused"},
		{"wrong unit", "inputs:\n  a: " + input + ", unit: s}\nformulas:\n  b: {what: w, formula: a * 2, unit: B}", "4 model-unit"},
		{"undeclared unit", "inputs:\n  a: " + input + ", unit: s}\nformulas:\n  b: {what: w, formula: a}", "4 model-unit"},
		{"sum of two units", "inputs:\n  a: " + input + ", unit: s}\n  b: " + input + ", unit: B}\nformulas:\n  c: {what: w, formula: a + b, unit: s}", "5 model-formula"},
		{"bad unit", "inputs:\n  a: " + input + ", unit: /s}\nformulas:\n  b: {what: w, formula: 1}", "2 model-unit"},
		{"division by zero", "inputs:\n  a: {what: w, value: 0, low: 0, high: 1, provenance: assumed}\nformulas:\n  b: {what: w, formula: 1 / a}", "4 model-formula"},
		{"out of range", "inputs:\n  a: {what: w, value: 3, low: 0, high: 2, provenance: assumed}\nformulas:\n  b: {what: w, formula: a}", "2 model-range"},
		{"half a range", "inputs:\n  a: {what: w, value: 3, low: 0, provenance: cited, source: s}\nformulas:\n  b: {what: w, formula: a}", "2 model-range"},
		{"assumed without range", "inputs:\n  a: {what: w, value: 3, provenance: assumed}\nformulas:\n  b: {what: w, formula: a}", "2 model-provenance"},
		{"cited without source", "inputs:\n  a: {what: w, value: 3, provenance: cited}\nformulas:\n  b: {what: w, formula: a}", "2 model-provenance"},
		{"measured without evidence", "inputs:\n  a: {what: w, value: 3, provenance: measured, source: here}\nformulas:\n  b: {what: w, formula: a}", "2 model-provenance"},
		{"measured by a run that is not there", "inputs:\n  a: {what: w, provenance: measured, source: \"evidence:gone#x\"}", "2 model-provenance"},
		{"no provenance", "inputs:\n  a: {what: w, value: 3}\nformulas:\n  b: {what: w, formula: a}", "2 model-provenance"},
		{"no value", "inputs:\n  a: {what: w, low: 0, high: 1, provenance: assumed}", "2 model-number"},
		{"bad number", "inputs:\n  a:\n    what: w\n    value: 3 dozen\n    provenance: cited\n    source: s", "4 model-number"},
		{"no what", "formulas:\n  a: {formula: 1}", "2 model-what"},
		{"no formula", "formulas:\n  a: {what: w, unit: s}", "2 model-formula"},
		{"bad formula", "formulas:\n  a:\n    what: w\n    formula: 1 +", "4 model-formula"},
		{"unknown key", "formulas:\n  a:\n    what: w\n    formula: 1\n    unti: s", "5 model-key"},
		{"unknown part", "output:\n  a: 1", "1 model-key"},
		{"bad name", "formulas:\n  a-b: {what: w, formula: 1}\n  range.x: {what: w, formula: 1}\n  evidence.x: {what: w, formula: 1}\n  max: {what: w, formula: 1}", "2 model-name 3 model-name 4 model-name 5 model-name"},
		{"bad date", "inputs:\n  a: " + input + ", date: July}\nformulas:\n  b: {what: w, formula: a}", "2 model-key"},
		{"bad show", "formulas:\n  a: {what: w, formula: 1, show: much}", "2 model-key"},
		{"a list", "- a\n- b", "1 model-syntax"},
		{"a list within", "formulas:\n  a:\n    what: w\n    formula: [1, 2]", "4 model-syntax"},
		{"no YAML", "formulas:\n  a: {what: w", "2 model-syntax"},
		{"a key twice", "formulas:\n  a: {what: w, formula: 1}\n  a: {what: w, formula: 2}", "3 model-syntax"},
		{"empty", "", ""},
		{"empty parts", "title: T\ninputs:\nformulas:\n", ""},
		{"byte order mark and CRLF", "\ufefftitle: T\r\nformulas:\r\n  a: {what: w, formula: 1}\r\n", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := tt.yaml + "\n"
			m, findings := load(t, map[string]string{"model/m.yaml": text, "model/other.yaml": "formulas:\n  other: {what: w, formula: 6 * 7}"})
			var got []string
			for _, f := range findings {
				if f.File != "model/m.yaml" || f.Message == "" || f.Mend == "" {
					t.Errorf("incomplete finding %+v", f)
				}
				got = append(got, fmt.Sprintf("%d %s", f.Line, f.Rule))
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("findings %q, want %q:\n%v", strings.Join(got, " "), tt.want, findings)
			}
			if v, _ := m.Value("model:other"); v != "42" {
				t.Errorf("the other file's value is %q", v)
			}
			if _, err := m.Pages(); err != nil {
				t.Errorf("the pages of a faulty model: %v", err)
			}
		})
	}
}

func TestLoad_twice(t *testing.T) {
	one := "formulas:\n  a: {what: w, formula: 1}"
	_, findings := load(t, map[string]string{"model/a.yaml": one, "model/b.yaml": one})
	if len(findings) != 1 || findings[0].File != "model/b.yaml" || !strings.Contains(findings[0].Message, "model/a.yaml:2") {
		t.Errorf("findings %v, want one that names both files", findings)
	}
}

func TestLoad_evidence(t *testing.T) {
	for name, tt := range map[string]struct{ json, want string }{
		"not JSON":       {"{\n\"a\": 1,,}", "2 evidence"},
		"a list":         {"[1]", "0 evidence"},
		"trailing":       {bench + "x", "0 evidence"},
		"not repeatable": {`{"experiment": "e", "machine": "m", "seed": 1, "date": "2026-11-23"}`, "0 evidence"},
		"bad unit":       {strings.Replace(bench, `"msg/s/node"`, `"msg//s"`, 1), "0 evidence"},
		"good":           {bench, ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, findings := load(t, map[string]string{"evidence/bench.json": tt.json})
			var got []string
			for _, f := range findings {
				got = append(got, fmt.Sprintf("%d %s", f.Line, f.Rule))
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("findings %q, want %q: %v", got, tt.want, findings)
			}
		})
	}
}

// A file that is half written, or no model at all, gives findings and no panic.
func FuzzLoad(f *testing.F) {
	for _, seed := range []string{small, "inputs:\n  a: {value: 1", "- a", "a: &x\n  b: *x", "? a\n: b", "formulas:\n  a: |\n    1 +\n    2", "!!binary x", "{", "inputs: [1]", "title: {a: b}"} {
		f.Add(seed, bench)
	}
	f.Fuzz(func(t *testing.T, yaml, json string) {
		m, _ := load(t, map[string]string{"model/m.yaml": yaml, "evidence/e.json": json})
		if _, err := m.Pages(); err != nil {
			t.Fatal(err)
		}
	})
}
