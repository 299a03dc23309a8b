package model

import (
	"strings"
	"testing"

	"lockstep/site"
)

const promises = small + `asserts:
  bill.small: {what: The bill is below two thousand dollars., assert: cost.total <= 2000}
  machine.spare: {what: A machine that was measured can take the whole load., assert: "node.rate * nodes.count >= sends.mean"}
`

func TestAssertions(t *testing.T) {
	for _, tt := range []struct {
		name, old, new string
		line           int
		want           []string // in the finding; empty for none
	}{
		{name: "they hold"},
		{name: "one changed input breaks one of them", old: "value: 0.5,", new: "value: 0.75,", line: 14,
			want: []string{"assertion-broken", "The bill is below two thousand dollars is not so", "cost.total is $2,190/month", "and should be ≤ $2,000/month", "price.node", "users.daily"}},
		{name: "what moves it most comes first", old: "assert: cost.total <= 2000", new: "assert: users.sends * users.sends * node.rate >= 1", line: 14, want: []string{"assertion-broken", "(users.sends, node.rate)"}},
		{name: "units differ", old: "assert: cost.total <= 2000", new: "assert: cost.total <= nodes.count", line: 14, want: []string{"model-assert", "cannot compare USD/s and node"}},
		{name: "an unknown name", old: "assert: cost.total", new: "assert: cost.totl", line: 14, want: []string{"model-unknown-name", "did you mean cost.total?"}},
		{name: "no comparison", old: "cost.total <= 2000", new: "cost.total + 2000", line: 14, want: []string{"model-assert", "<=, <, >=, >, =="}},
		{name: "two comparisons", old: "cost.total <= 2000", new: "0 < cost.total < 2000", line: 14, want: []string{"model-assert"}},
		{name: "nothing said", old: "what: The bill is below two thousand dollars., ", new: "", line: 14, want: []string{"model-what"}},
		{name: "a key that nobody reads", old: "assert: cost.total", new: "because: it must, assert: cost.total", line: 14, want: []string{"model-key", "because"}},
		{name: "a fault below is found once", old: "formula: ceil(sends.mean / node.rate)", new: "formula: ceil(sends.mean / node.rte)", line: 10, want: []string{"model-unknown-name", "node.rte"}},
	} {
		text := promises
		if tt.old != "" {
			text = strings.Replace(text, tt.old, tt.new, 1)
		}
		m, findings := load(t, map[string]string{"model/small.yaml": text, "evidence/bench.json": bench})
		if len(tt.want) == 0 {
			if len(findings) > 0 || m.Assertions() != 2 {
				t.Errorf("%s: %v, %d judged", tt.name, findings, m.Assertions())
			}
			continue
		}
		// What hangs on the fault has no findings of its own.
		findings = deleteUnused(findings)
		if len(findings) != 1 {
			t.Errorf("%s: %d findings, want one: %v", tt.name, len(findings), findings)
			continue
		}
		f := findings[0]
		for _, want := range tt.want {
			if !strings.Contains(f.Rule+" "+f.Message+" "+f.Mend, want) {
				t.Errorf("%s: no %q in %v", tt.name, want, f)
			}
		}
		if f.File != "model/small.yaml" || f.Line != tt.line || f.Mend == "" {
			t.Errorf("%s: at %s:%d, mend %q, want line %d and a mend", tt.name, f.File, f.Line, f.Mend, tt.line)
		}
	}
}

func deleteUnused(findings []site.Finding) (rest []site.Finding) {
	for _, f := range findings {
		if f.Rule != "model-unused" {
			rest = append(rest, f)
		}
	}
	return rest
}

// TestAssertions_page: both values and the distance stand on the page, of what
// holds and of what does not.
func TestAssertions_page(t *testing.T) {
	for price, wants := range map[string][]string{
		"0.5":  {`id="assert.bill.small"`, "$1,460/month ≤ $2,000/month", "27 % to spare", `class="assert holds"`, "All 2 promises"},
		"0.75": {"$2,190/month ≤ $2,000/month", "9.5 % beyond", `class="assert broken"`, "Of 2 promises that the design makes in numbers, 1 hold"},
	} {
		m, _ := load(t, map[string]string{"model/small.yaml": strings.Replace(promises, "value: 0.5,", "value: "+price+",", 1), "evidence/bench.json": bench})
		pages, err := m.Pages()
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range wants {
			if !strings.Contains(string(pages[0].Body), want) {
				t.Errorf("price %s: no %q on the list", price, want)
			}
			if !strings.Contains(string(pages[1].Body), want) && !strings.Contains(want, " promises") {
				t.Errorf("price %s: no %q on the group's page", price, want)
			}
		}
	}
}

func TestJudge(t *testing.T) {
	m := loadSmall(t)
	for text, want := range map[string]string{
		"nodes.count > 3":                           "4 nodes > 3 nodes, holds, 75 %",
		"nodes.count > 16":                          "4 nodes > 16 nodes, does not, 25 %",
		"nodes.count == 4":                          "4 nodes = 4 nodes, holds, 100 %",
		"1000 <= cost.total":                        "$1,000/month ≤ $1,460/month, holds, 68.5 %",
		"evidence.bench.lost > 0":                   "0 > 0, does not, 0 %",
		"evidence.bench.window.p99_ms < 50":         "12.5 ms < 50 ms, holds, 25 %",
		"2 * evidence.bench.window.p99_ms == wait":  "25 ms = 25 ms, holds, 100 %",
		"nodes.count > 1 * unit.USD":                "error",
		"evidence.bench.verdict == 1":               "error",
		"nodes.cont > 1":                            "error",
		"nodes.count":                               "error",
		"nodes.count >":                             "error",
		"nodes.count / (node.rate - node.rate) > 1": "error",
	} {
		j, err := m.Judge(text)
		got := "error"
		if err == nil {
			got = j.Left + " " + j.Op + " " + j.Right + ", " + map[bool]string{true: "holds", false: "does not"}[j.Holds] + ", " + formatNumber(j.Way*100, 3) + " %"
		}
		if got != want {
			t.Errorf("%s: %s (%v), want %s", text, got, err, want)
		}
	}
}
