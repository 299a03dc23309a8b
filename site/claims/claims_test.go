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

// TestThings: a count of what the configuration names has a ground.
func TestThings(t *testing.T) {
	c := all()
	c.Numbers.Things = []string{"shards", "nodes"}
	for _, tt := range []struct {
		text string
		want int
	}{
		{"We run 64 shards on 1,024 idle nodes.", 2},
		{"We run [64](model:shards) shards.", 0},
		{"We run [64 shards](model:shards).", 0},
		{"64 people", 0},
		{"2 are nodes", 0},
		{"There are `64 shards`.", 0},
		{"Three nodes make a cluster.", 0},
		{"Their 64 shards are known ([Slack](sources.md#slack)).", 1}, // the source does not say so
	} {
		if found, _ := judged(t, c, "[]", tt.text); len(found) != tt.want {
			t.Errorf("%s\nfound %v, want %d", tt.text, found, tt.want)
		}
		if found, _ := judged(t, all(), "[]", tt.text); len(found) > 0 {
			t.Errorf("%s\nfound %v where no things are named", tt.text, found)
		}
	}
	c.Allow = "allow.yaml"
	allowed := "- {file: docs/x.md, text: 64 shards, reason: set in the code, code: shards}"
	for value, want := range map[float64]string{64: "[]", 128: "[1 wrong-constant]"} {
		k, _ := New(c, []byte(allowed))
		k.Hold(func(string) (Constant, error) { return Constant{Value: value}, nil })
		d := markdown.New(markdown.Options{}).Parse("docs/x.md", []byte("We run 64 shards."), site.KindDocument)
		k.Judge(Text{File: "docs/x.md", Statements: d.Statements(), Number: func(string) string { return "" }, Source: func(string) (string, bool) { return "", false }}, torture)
		var rules []string
		found, _ := k.Finish()
		for _, f := range found {
			rules = append(rules, fmt.Sprintf("%d %s", f.Line, f.Rule))
		}
		if got := fmt.Sprint(rules); got != want {
			t.Errorf("the constant is %v: %s, want %s", value, got, want)
		}
	}
}

// TestRatio: a comparison stands beside the two values that it compares.
func TestRatio(t *testing.T) {
	const two = " It took [1 s](evidence:torture#window.p50_ms) and [3 s](evidence:torture#window.p99_ms)"
	for _, tt := range []struct {
		text string
		want bool
	}{
		{"It is three times quicker.", true},
		{"It is 2.5 times as fast.", true},
		{"It takes twice as long.", true},
		{"It is a tenfold gain, an order of magnitude.", true},
		{"It is 3× the mean.", true},
		{"It is 3x faster.", true},
		{"At most one and a half times the mean.", true},
		{"It took [1 s](evidence:torture#window.p50_ms), three times quicker.", true},
		{two + ", three times as long.", false},
		{"It is [3](evidence:torture#lost) times quicker.", false},
		{"It happened three times.", false},
		{"Three times a day somebody looks.", false},
		{"The `3x` flag.", false},
		{"Wait half the interval.", false},
	} {
		found, _ := judged(t, all(), "[]", tt.text)
		if got := strings.Contains(fmt.Sprint(found), "bare-ratio"); got != tt.want {
			t.Errorf("%s\nfound %v, want %v", tt.text, found, tt.want)
		}
	}
}

// TestStatusWords: what a sentence says of the status of an entry is so.
func TestStatusWords(t *testing.T) {
	for _, tt := range []struct {
		text string
		want bool
	}{
		{"ADR-0004 is accepted.", false},
		{"ADR-0004 is still proposed.", true},
		{"ADR-0004 is not accepted.", true},
		{"ADR-0004 (proposed) says so.", true},
		{"The proposed ADR-0004 says so.", true},
		{"[ADR-0004](../adr/0004.md) is rejected, since it costs too much.", true},
		{"ADR-0004 is built.", false}, // of its code
		{"FM-7 is designed and has no test.", true},
		{"FM-7 is built.", false},
		{"FM-7 is implemented.", false},
		{"FM-7 is not built.", true},
		{"FM-8 is not built.", false},
		{"FM-8 is built.", true},
		{"FM-9 is built, and measured.", false},
		{"FM-8 is measured by nobody.", true},
		{"FM-8 is built on trust.", false},
		{"ADR-0004 was proposed in May.", false},
		{"XY-1 is built.", false},
	} {
		k, _ := New(all(), []byte("[]"))
		d := markdown.New(markdown.Options{}).Parse("docs/x.md", []byte(tt.text), site.KindDocument)
		k.Judge(Text{File: "docs/x.md", Statements: d.Statements(), Number: func(string) string { return "" },
			Defined: func(string, int) string { return "" }, Source: func(string) (string, bool) { return "", false },
			Status: func(id string) string {
				return map[string]string{"ADR-0004": "accepted", "FM-7": "built", "FM-8": "designed", "FM-9": "measured"}[id]
			}}, torture)
		found, _ := k.Finish()
		if got := len(found) == 1 && found[0].Rule == "denied-status"; got != tt.want || len(found) > 1 {
			t.Errorf("%s\nfound %v, want %v", tt.text, found, tt.want)
		}
	}
}
