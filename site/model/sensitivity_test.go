package model

import (
	"math"
	"os"
	"strings"
	"testing"
)

// What is compiled gives what is interpreted, for every formula of the design and
// under changed inputs.
func TestCompile(t *testing.T) {
	m, _ := Load(os.DirFS("../.."), []string{"content/model"}, []string{"content/evidence"})
	for _, e := range m.byName() {
		if e.expr == nil {
			continue
		}
		p, codes, err := m.compile(e.expr)
		if err != nil {
			t.Fatalf("%s: %v", e.name, err)
		}
		for _, factor := range []float64{1, 0.7, 1.6} {
			changed := map[string]float64{}
			values := p.Values()
			for i, c := range p.Cells {
				if c.Code == nil {
					values[i] *= factor
					changed[c.Name] = m.entries[c.Name].value * factor
				}
			}
			p.Run(values, nil)
			want, err := m.evaluator(changed).value(e.name)
			if got := codes[0].Run(values); err == nil && math.Abs(got-want.value) > 1e-9*math.Abs(want.value) {
				t.Errorf("%s, inputs times %v: %v, want %v", e.name, factor, got, want.value)
			}
		}
	}
}

func TestJoint(t *testing.T) {
	m := loadSmall(t)
	low, _, err := m.Number("model:sends.mean?joint=p5")
	if err != nil {
		t.Fatal(err)
	}
	middle, _, _ := m.Number("model:sends.mean?joint=p50")
	high, text, _ := m.Number("model:sends.mean?joint=p95")
	// The ends of the range are 2 M times 20 a day and 4 M times 60 a day.
	least, most, base := 1e6*20/86400.0, 4e6*60/86400.0, 2e6*40/86400.0
	if !(least < low && low < 0.8*middle && middle < 0.8*high && high < most) || math.Abs(middle-base) > 0.1*base {
		t.Errorf("percentiles %.0f, %.0f, %.0f: want %.0f near the middle, and all between %.0f and %.0f", low, middle, high, base, least, most)
	}
	if again, _ := loadSmall(t).Value("model:sends.mean?joint=p95"); again != text {
		t.Errorf("drawn again, %q is %q", text, again)
	}
	for _, dest := range []string{"model:users.daily?joint=p5", "model:sends.mean?joint=p0", "model:sends.mean?joint=high", "model:sends.mean?joint=p5&users.daily=low", "model:none?joint=p5"} {
		if text, ok := m.Value(dest); ok {
			t.Errorf("%s is %q, want nothing", dest, text)
		}
	}
}

func TestFlip(t *testing.T) {
	const head = "flips:\n  f:\n    what: a decision\n    input: %in\n    while: %while\n"
	flipped := func(input, while string) (string, string) {
		text := small + strings.NewReplacer("%in", input, "%while", while).Replace(head)
		m, findings := load(t, map[string]string{"model/small.yaml": text, "evidence/bench.json": bench})
		var rules []string
		for _, f := range findings {
			if f.File != "model/small.yaml" || f.Line == 0 || f.Mend == "" {
				t.Errorf("incomplete finding %+v", f)
			}
			rules = append(rules, f.Rule)
		}
		value, _ := m.Value("model:f")
		return value, strings.Join(rules, " ")
	}
	for _, tt := range []struct{ input, while, want, rules string }{
		// Four machines of 300 a second take 51.84 messages a day of each of 2 M people,
		// and two of them 25.92.
		{"users.sends", "nodes.count <= 4", "51.8 msg/user/d", ""},
		{"users.sends", "nodes.count >= 3", "25.9 msg/user/d", ""},
		{"price.node", "cost.total < 2920", "$1/h/node", ""},
		{"price.node", "2920 > cost.total", "$1/h/node", ""},
		{"price.node", "cost.total > 0", "", ""}, // never
		{"price.node", "cost.total > 2920", "", "model-flip"},
		{"users.daily", "wait < 50", "", "model-flip"}, // it does not rest on the input
		{"nodes.count", "cost.total < 2920", "", "model-flip"},
		{"price.nod", "cost.total < 2920", "", "model-unknown-name"},
		{"price.node", "cost.totl < 2920", "", "model-unknown-name"},
		{"price.node", "cost.total + 2920", "", "model-flip"},
	} {
		if got, rules := flipped(tt.input, tt.while); got != tt.want || rules != tt.rules {
			t.Errorf("%s while %s: %q with findings %q, want %q with %q", tt.input, tt.while, got, rules, tt.want, tt.rules)
		}
	}
}

func BenchmarkJoint(b *testing.B) {
	m, _ := Load(os.DirFS("../.."), []string{"content/model"}, []string{"content/evidence"})
	for b.Loop() {
		m.draws.Delete("cost.total")
		if _, err := m.joint("cost.total", 0.5); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPages(b *testing.B) {
	m, _ := Load(os.DirFS("../.."), []string{"content/model"}, []string{"content/evidence"})
	for b.Loop() {
		if _, err := m.Pages(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		Load(os.DirFS("../.."), []string{"content/model"}, []string{"content/evidence"})
	}
}
