package sheet

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// small is two inputs, one of which has a range of whole values, a formula that buys
// whole machines, and a share.
const small = "input\tload\tmsg/s\t1\t3\t1000\t200\t5000\n" +
	"input\tnodes\tnodes\t1\t3\t4\t2\t8\n" +
	"input\tprice\tUSD\t1\t17\t0.5\t0\t0\n" +
	"formula\tcost\tUSD\t1\t3\t@1 @2 *\n" +
	"formula\tused\t%\t0.01\t3\t@0 @1 500 * /\n" +
	"flip\tfull\t0\t<=\t@4\t1\t%\t0.01\t3\t80\t0.01\t%\t0.01\t6\n" +
	"test\t<=\t@4\t1\t%\t0.01\t3\t80\t0.01\t%\t0.01\t6\tassert.room\tassert\thow much is used\tThere is room.\t/model/#room\t\n" +
	"test\t>\t@3\t1\tUSD\t1\t3\t3\t1\tUSD\t1\t6\t\ttrigger\tthe bill\tIt is dear.\t/adr/1/\tADR-0001\n"

func read(t *testing.T, text string) *Sheet {
	t.Helper()
	s, err := Read(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestRead: what is written is read again, and a line that is not whole is refused
// with its number.
func TestRead(t *testing.T) {
	if diff := cmp.Diff(small, read(t, small).Text()); diff != "" {
		t.Errorf("read and written again (-want +got):\n%s", diff)
	}
	if _, err := Read(""); err == nil {
		t.Error("a model without values is read")
	}
	for _, line := range []string{
		"inputs\tx\t\t1\t3\t1\t1\t2", "input\tx\t\t1\t3\t1\t1", "input\tx\t\t1\t3\t1\t1\t2\t3", "input\tx\t\t1\tthree\t1\t1\t2", "input\tx\t\tone\t3\t1\t1\t2",
		"formula\tx\t\t1\t3\t@9", "formula\tx\t\t1\t3\t@5", "formula\tx\t\t1\t3\t@-1", "formula\tx\t\t1\t3\t", "formula\tx\t\t1\t3\t@0 @1",
		"formula\tx\t\t1\t3\t@0 +", "formula\tx\t\t1\t3\t@0 max:0", "formula\tx\t\t1\t3\t@0 max:two", "formula\tx\t\t1\t3\t@0 sine",
		"formula\tx\t\t1\t3\t" + strings.Repeat("1 ", 33) + strings.Repeat("+ ", 32),
		"flip\tx\t9\t<=\t@4\t1\t%\t0.01\t3\t80\t0.01\t%\t0.01\t6",
	} {
		if _, err := Read(small + line + "\n"); err == nil || !strings.HasPrefix(err.Error(), "line 9 of the model: ") {
			t.Errorf("%q gives %v, want an error that names line 9", line, err)
		}
	}
}

// TestScenario: what an address says is read, or refused with what is wrong.
func TestScenario(t *testing.T) {
	s := read(t, small)
	for _, tt := range []struct {
		text, wrong string
		want        Scenario
	}{
		{text: "", want: Scenario{}},
		{text: "load:2k", want: Scenario{0: 2000}},
		{text: "load:2000,nodes:high", want: Scenario{0: 2000, 1: 8}},
		{text: "nodes:low", want: Scenario{1: 2}},
		{text: "nodes:4", want: Scenario{}},
		{text: "load:50000", want: Scenario{0: 50000}}, // ten times the end of the range
		{text: "load:50001", wrong: "load: 50001 is not between 20 msg/s and 50 k msg/s"},
		{text: "load:0", wrong: "load: 0 is not between"},
		{text: "load", wrong: `"load" changes nothing`},
		{text: "load:2k,", wrong: `"" changes nothing`},
		{text: "laod:2k", wrong: `"laod" is no value of the model`},
		{text: "price:1", wrong: "price has no range"},
		{text: "cost:1", wrong: "cost is computed"},
		{text: "load:1,load:2", wrong: "load: 1 is not between"},
		{text: "load:300,load:400", wrong: "load is given twice"},
		{text: "load:much", wrong: `load: parse number "much"`},
		{text: "load:NaN", wrong: `load: parse number "NaN"`},
		{text: "load:<b>", wrong: `load: parse number "<b>"`},
		{text: strings.Repeat("load:300,", 1000), wrong: "longer than 8000"},
	} {
		got, err := s.Scenario(tt.text)
		switch {
		case tt.wrong == "" && err != nil:
			t.Errorf("%q: %v", tt.text, err)
		case tt.wrong == "":
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%q (-want +got):\n%s", tt.text, diff)
			}
		case err == nil || !strings.Contains(err.Error(), tt.wrong):
			t.Errorf("%.40q gives %v, want an error that says %q", tt.text, err, tt.wrong)
		}
	}
}

// TestState: values beside those of the base, what is broken and what is crossed.
func TestState(t *testing.T) {
	s := read(t, small)
	st := s.State()
	under := func(text, dest string) string {
		t.Helper()
		scenario, err := s.Scenario(text)
		if err != nil {
			t.Fatal(err)
		}
		st.Set(scenario)
		answer := strings.TrimSpace(st.Lines(dest))
		if !strings.HasPrefix(answer, "!") {
			answer = answer[:strings.LastIndex(answer, "\t")] // the text says enough of the value
		}
		return answer + " | " + strings.ReplaceAll(strings.TrimSpace(st.VerdictLines()), "\t", " ")
	}
	for _, tt := range []struct{ scenario, dest, want string }{
		{"", "cost", "$2\t$2\t$2\t$2\t | "},
		{"nodes:5", "cost", "$2.5\t$2.5\t$2\t$2\t+25 % | "},
		{"nodes:80", "cost", "$40\t$40\t$2\t$2\t× 20 | trigger ADR-0001 It is dear. /adr/1/ the bill $40 above $3"},
		{"load:2k", "used", "100 %\t100 %\t50 %\t50 %\t+50 points | assert  There is room. /model/#room how much is used 100 % at most 80 %"},
		{"load:2k", "used?nodes=high", "50 %\t50 %\t25 %\t25 %\t+25 points | assert  There is room. /model/#room how much is used 100 % at most 80 %"},
		{"", "full", "1,600\t1,600 msg/s\t1,600\t1,600 msg/s\t | "},
		{"nodes:5", "full", "2,000\t2,000 msg/s\t1,600\t1,600 msg/s\t+25 % | "},
		{"load:2k", "full", "flipped\tflipped\t1,600\t1,600 msg/s\tthe decision would be another | assert  There is room. /model/#room how much is used 100 % at most 80 %"},
		{"nodes:5", "assert.room", "40 % ≤ 80 %\t40 % ≤ 80 %\t50 % ≤ 80 %\t50 % ≤ 80 %\tholds | "},
		{"load:2k", "assert.room", "100 % ≤ 80 %\t100 % ≤ 80 %\t50 % ≤ 80 %\t50 % ≤ 80 %\tbroken | assert  There is room. /model/#room how much is used 100 % at most 80 %"},
		{"", "cots", "!\tthe model has no cots | "},
		{"", "cost?joint=p100", "!\tit is no finite number | "},
		{"", "cost?cost=1", "!\tcost is no input | "},
	} {
		if got := under(tt.scenario, tt.dest); got != tt.want {
			t.Errorf("%q under %q:\n got %q\nwant %q", tt.dest, tt.scenario, got, tt.want)
		}
	}
}

// TestSheet_Joint: what a scenario sets is not drawn, and the rest is.
func TestSheet_Joint(t *testing.T) {
	s := read(t, small)
	used := Code{Take(4)}
	free, fixed := s.Joint(used, nil), s.Joint(used, Scenario{0: 1000})
	if len(free) != Draws || len(fixed) != Draws {
		t.Fatalf("%d and %d results, want %d", len(free), len(fixed), Draws)
	}
	// Of 1,000 a second, between 2 and 8 nodes of 500 each are used.
	if fixed[0] < 1000./8/500-1e-9 || fixed[Draws-1] > 1000./2/500+1e-9 {
		t.Errorf("with the load set, between %v and %v is used", fixed[0], fixed[Draws-1])
	}
	if free[0] >= fixed[0] || free[Draws-1] <= fixed[Draws-1] {
		t.Errorf("with the load drawn, between %v and %v is used, and with it set between %v and %v", free[0], free[Draws-1], fixed[0], fixed[Draws-1])
	}
	if p := Percentile(fixed, 0.5); math.Abs(p-0.5) > 0.05 {
		t.Errorf("the middle is %v, want half", p)
	}
}
