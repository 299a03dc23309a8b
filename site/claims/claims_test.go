package claims

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lockstep/site"
	"lockstep/site/markdown"
)

// recorded is a run as a map of its values.
type recorded map[string]float64

func (r recorded) Number(dest string) (float64, string, error) {
	v, ok := r[dest]
	if !ok {
		return 0, "", fmt.Errorf("there is no %s", dest)
	}
	return v, fmt.Sprint(v), nil
}

var torture = recorded{
	"evidence:torture#failures.kill": 200, "evidence:torture#failures.pause": 0, "evidence:torture#failures.isolate": 0, "evidence:torture#failures.total": 200,
	"evidence:torture#lost": 0, "evidence:torture#window.count": 200, "evidence:torture#window.p50_ms": 0.143, "evidence:torture#window.p99_ms": 0.189,
	"evidence:torture#notice.count": 103, "evidence:torture#notice.p50_ms": 0.142, "evidence:torture#elect.count": 103, "evidence:torture#elect.p50_ms": 0,
	"evidence:virtual#failures.pause": 7229, "evidence:virtual#runs": 2032, "evidence:virtual#stories.a.window.count": 5, "evidence:virtual#stories.a.window.p50_ms": 1,
	"evidence:virtual#stories.b.window.count": 6, "evidence:virtual#stories.b.window.p50_ms": 1,
}

func all() (c Config) {
	c.Numbers.In = []string{"docs"}
	c.Numbers.Units = []string{"msg/s"}
	c.Waiting.In = []string{"docs"}
	c.Waiting.Phrases = []string{"not yet", "will run"}
	c.Words = []WordRule{
		{Evidence: "torture", Word: "kill(s|ed)?", Field: "failures.kill"},
		{Evidence: "torture", Word: "pause[ds]?|frozen", Field: "failures.pause"},
		{Evidence: "virtual", Word: "pause[ds]?|frozen", Field: "failures.pause"},
		{Evidence: "t*", Word: "cut off", Field: "failures.isolate", When: "< 1"},
	}
	return c
}

// judged gives "line rule" of each finding in a text.
func judged(t *testing.T, c Config, allowed, text string) (found []string, list []site.Finding) {
	t.Helper()
	k, problems := New(c, []byte(allowed))
	for _, err := range problems {
		t.Fatal(err)
	}
	d := markdown.New(markdown.Options{}).Parse("docs/x.md", []byte(text), site.KindDocument)
	k.Judge(Text{File: "docs/x.md", Statements: d.Statements(),
		Number: func(dest string) string {
			if strings.HasPrefix(dest, "evidence:") || strings.HasPrefix(dest, "model:") {
				return dest
			}
			return ""
		},
		Defined: func(id string, _ int) string {
			return map[string]string{"SLO-5": "SLO-5 | in the home region: under 150 ms; under 250 ms | 99 %"}[id]
		},
		Source: func(dest string) (string, bool) {
			if strings.HasSuffix(dest, "sources.md#slack") {
				return "Slack\nAround 0.7 ms, at most 3 ms.", true
			}
			return "", site.External(dest)
		}}, torture)
	list, _ = k.Finish()
	for _, f := range list {
		if f.Message == "" || f.Mend == "" || f.File == "" {
			t.Errorf("a finding without file, message or mend: %+v", f)
		}
		found = append(found, fmt.Sprintf("%d %s", f.Line, f.Rule))
	}
	return found, list
}

// TestBareNumber: what has a unit has a ground.
func TestBareNumber(t *testing.T) {
	for _, tt := range []struct {
		text string
		want int
	}{
		{"It takes 700 ms.", 1},
		{"It takes 30s and 5 min.", 1}, // a unit of one letter wants a space: see barePattern
		{"It takes 30 s and 5 min.", 2},
		{"It costs $1.17 M/month.", 1},
		{"Within thirty minutes.", 1},
		{"A 128-byte message, a 30-day window.", 2},
		{"At 694 k msg/s, or 400 messages a second.", 2},
		{"Between 99.9 % and 100%.", 2},
		{"| a | b |\n|---|---|\n| 3 ms | x |\n", 1},
		{"> It takes 5 ms.", 1},
		{"- 5 MB of it", 1},
		{"At 3 requests/s, 5 kHz, 1e6 ms, 10 Mbps, 3 dollars and 2 secs.", 6},
		{"Text.\n\n<div>It takes 5 ms.</div>", 1},
		{"<details><summary>In <kbd>7 ms</kbd> or 5 ms</summary>\n\nIn 6 ms.\n\n</details>", 2},
		{"![It takes 5 ms](x.png)", 1},
		{"```d2 title=\"x\" alt=\"y\"\na -> b: in 5 ms\n```\n", 1},
		{"```columns title=\"x\" alt=\"y\"\nAda | Ben\n41 after 5 ms | 41 at once\n```\n", 1},
		{"```chart title=\"x\" alt=\"y\"\nbars within 5 ms\nours, in 7 ms: model:a\n```\n", 2},
		{"```chart title=\"x\" alt=\"y\"\nbars x\nours: model:a?b=5 ms\n```\n", 0},
		{"```chart title=\"In 5 ms\" alt=\"shorter than 6 ms\"\nbars x\n```\n", 2},
		{"*Not less than 5 GB*", 1},
		{"It takes 0.7 ms, and [Slack](../sources.md#slack) another.", 0},
		{"| a | b |\n|---|---|\n| 0.7 ms | 3 ms at [Slack](../sources.md#slack) |\n", 1},
		{"SLO-5 allows 150 ms, for 99 % of them.", 0},
		{"SLO-5 allows 50 ms.", 1},
		{"SLO-6 allows 150 ms.", 1},
		{"It takes 0.8 ms, as [Slack](../sources.md#slack) says.", 1},
		{"It takes 7 ms, as [Slack](../sources.md#slack) says.", 1},
		{"It takes 0.8 ms, as [they](https://example.org) say.", 0},
		{"It takes [700 ms](model:x).", 0},
		{"It takes [700](model:x) ms.", 0},
		{"Sent [400 messages](evidence:torture#failures.total) a second.", 0},
		{"Set `--timeout 5 s` there.", 0},
		{"In the 1990s, at 10 nodes, on 2026-11-26, in version 1.26.8, by ADR-0022 and R-3.", 0},
		{"Two in a day, half of it, the second time, 5 days.md", 1},
		{"```\n7 ms\n```\n", 0},
		{"See [a page of 5 kB](x.md).", 0},
	} {
		if found, list := judged(t, all(), "", "# T\n\n"+tt.text); len(found) != tt.want {
			t.Errorf("%q: %v, want %d", tt.text, list, tt.want)
		} else if tt.want > 0 && (list[0].Rule != "bare-number" || list[0].Line < 3) {
			t.Errorf("%q: %+v", tt.text, list[0])
		}
	}
}

// TestAllowance: an allowance covers what its text names, in its file, and is
// itself found when nothing needs it.
func TestAllowance(t *testing.T) {
	c := all()
	c.Allow = "docs/claims.yaml"
	const text = "# T\n\nR-6 asks for less than 50 ms. It took 60 ms.\n"
	found, list := judged(t, c, `- file: docs/x.md
  text: less than 50 ms
  reason: a requirement
- file: docs/y.md
  text: less than 50 ms
  reason: elsewhere
- {file: docs/x.md, text: It took}
- nothing
`, text)
	if diff := cmp.Diff([]string{"7 allowance", "8 allowance", "3 bare-number", "4 unused-allowance"}, found); diff != "" {
		t.Errorf("(-want +got):\n%s\n%v", diff, list)
	}
	if !strings.Contains(list[2].Message, "60 ms") || !strings.Contains(list[2].Mend, "docs/claims.yaml") {
		t.Errorf("%v", list[2])
	}
	if found, _ := judged(t, c, "a: b", "# T\n"); len(found) != 1 {
		t.Errorf("a file that is no list: %v", found)
	}
	if found, _ := judged(t, c, "- {file: [", "# T\n"); len(found) != 1 {
		t.Errorf("a file that is no YAML: %v", found)
	}
	if found, _ := judged(t, c, "# none\n", "# T\n"); len(found) != 0 {
		t.Errorf("a file of comments: %v", found)
	}
}

// TestDeniedWord: a sentence says no more than the run that it links to.
func TestDeniedWord(t *testing.T) {
	const n = "[200](evidence:torture#failures.total)"
	for _, tt := range []struct {
		text string
		want int
	}{
		{"Leaders were killed, frozen or cut off " + n + " times.", 2},
		{"| a | b |\n|---|---|\n| " + n + " | without service for a shard whose leader was killed or frozen |\n", 1},
		{"Leaders were killed " + n + " times.", 0},
		{"Leaders were killed " + n + " times. In another run they were frozen.", 0},
		{"No leader was frozen in " + n + " failures.", 0},
		{"Of " + n + " failures none was a pause.", 0},
		{"It was not killed but paused " + n + " times.", 1},
		{"Killed " + n + " times, paused [0](evidence:torture#failures.pause) times.", 0},
		{"Killed " + n + " times, and paused in [2,032](evidence:virtual#runs) runs.", 0},
		{"`torture --faults pause` had " + n + " failures.", 0},
		{"Leaders were frozen.", 0},
	} {
		found, list := judged(t, all(), "", "# T\n\n"+tt.text)
		if len(found) != tt.want {
			t.Errorf("%q: %v, want %d", tt.text, list, tt.want)
		}
		for _, f := range list {
			if f.Rule != "denied-word" || f.Line < 3 || !strings.Contains(f.Message, "evidence:torture") {
				t.Errorf("%q: %v", tt.text, f)
			}
		}
	}
	for _, bad := range []WordRule{{Word: "x", Field: "y"}, {Evidence: "[", Word: "x", Field: "y"}, {Evidence: "t", Word: "(", Field: "y"}, {Evidence: "t", Word: "x", Field: "y", When: "0"}} {
		if _, problems := New(Config{Words: []WordRule{bad}}, nil); len(problems) != 1 {
			t.Errorf("%+v: %v", bad, problems)
		}
	}
}

// TestUnlikeCounts: a median of 103 values does not stand beside one of 200
// without either number.
func TestUnlikeCounts(t *testing.T) {
	window, notice, elect := "[143 ms](evidence:torture#window.p50_ms)", "[142 ms](evidence:torture#notice.p50_ms)", "[0 ms](evidence:torture#elect.p50_ms)"
	of := "[103](evidence:torture#notice.count) of [200](evidence:torture#failures.total)"
	for _, tt := range []struct {
		text string
		want int
	}{
		{"It took " + window + ", of which " + notice + ".", 2},
		{"It took " + window + ". Of that " + notice + " went.", 2},
		{"| a | b |\n|---|---|\n| window | " + window + " |\n| notice | " + notice + " |\n| elect | " + elect + " |\n", 3},
		{"| a | b |\n|---|---|\n| window, " + of + " | " + window + " |\n| notice | " + notice + " |\n| elect | " + elect + " |\n", 0},
		{"It took " + notice + " and " + elect + ".", 0},
		{"It took " + window + ".\n\nOf that " + notice + " went.", 0},
		{"It took " + window + ", and [189 ms](evidence:torture#window.p99_ms) at most.", 0},
		{"| a | b |\n|---|---|\n| a | [1](evidence:virtual#stories.a.window.p50_ms) |\n| b | [1](evidence:virtual#stories.b.window.p50_ms) |\n", 0},
		{"| a | b |\n|---|---|\n| [1](evidence:virtual#stories.a.window.p50_ms) | [1](evidence:virtual#stories.b.window.p50_ms) |\n", 2},
	} {
		found, list := judged(t, all(), "", "# T\n\n"+tt.text)
		if len(found) != tt.want {
			t.Errorf("%q: %v, want %d", tt.text, list, tt.want)
		}
		for _, f := range list {
			if f.Rule != "unlike-counts" || f.Line < 3 {
				t.Errorf("%q: %v", tt.text, f)
			}
		}
	}
}

// TestWaitingPhrase: what is put off names the entry that keeps it.
func TestWaitingPhrase(t *testing.T) {
	for _, tt := range []struct {
		text string
		want int
	}{
		{"That is not yet tested.", 1},
		{"Not\nyet tested, and it will run one day.", 1},
		{"That is not yet tested (FM-7).", 0},
		{"That is not yet tested, see [membership](../adr/0026-strangers.md).", 0},
		{"That is not yet tested, see [the entry](failures.md#fm-7-wiped).", 0},
		{"That is not yet tested, see [the chapter](failures.md#wiped).", 1},
		{"That is not yet tested, only [designed](ledger:F-gateway.status).", 0},
		{"`not yet` is a phrase, and notyet none.", 0},
	} {
		found, list := judged(t, all(), "", "# T\n\n"+tt.text)
		if len(found) != tt.want || tt.want > 0 && (list[0].Rule != "waiting-phrase" || list[0].Line != 3) {
			t.Errorf("%q: %v, want %d", tt.text, list, tt.want)
		}
	}
}

// TestNothingAsked: without configuration there is nothing to find.
func TestNothingAsked(t *testing.T) {
	if found, list := judged(t, Config{}, "", "# T\n\nNot yet: it was frozen for 5 s in [200](evidence:torture#failures.total) runs.\n"); len(found) > 0 {
		t.Errorf("%v", list)
	}
}
