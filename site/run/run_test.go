package run

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
)

var laboratory = &Lab{Bugs: []Bug{{"no-dedupe", "a message that is sent again is placed again"}}, Lanes: []string{"quorum", "leader", "clock"}, Scenarios: []Scenario{
	{"cut-off", "Leader cut off", 8 * time.Second}, {"clock-jump", "Clock jump", 9 * time.Second},
}}

const good = `scenario=cut-off lanes=quorum,leader at=4.2s loses=leader keeps=quorum caption="Lost are [28](evidence:runs#cut-off.leader.lost), by ADR-0005 at n1."`

func TestParse(t *testing.T) {
	got := Parse(good)
	want := Fence{Scenario: "cut-off", Seed: 1, Lanes: []string{"quorum", "leader"}, At: 4200 * time.Millisecond,
		Caption: "Lost are [28](evidence:runs#cut-off.leader.lost), by ADR-0005 at n1.", Loses: []string{"leader"}, Keeps: []string{"quorum"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if wrong := got.Judge(laboratory); len(wrong) > 0 {
		t.Errorf("judged: %v", wrong)
	}
	if got.Run() != "cut-off" || Parse(good+" seed=7").Run() != "cut-off-7" || got.ID() != "run-cut-off-4200" {
		t.Errorf("it is called %s, %s and %s", got.Run(), Parse(good+" seed=7").Run(), got.ID())
	}
	if words := got.Words(); words != "Lost are 28, by ADR-0005 at n1." {
		t.Errorf("it reads %q", words)
	}
}

// TestFence_Judge: what is wrong is said, with what was meant.
func TestFence_Judge(t *testing.T) {
	for _, c := range []struct{ name, old, new, says, mend string }{
		{"scenario", "cut-off ", "cut-of ", `no scenario "cut-of"`, `did you mean "cut-off"?`},
		{"lane", "lanes=quorum", "lanes=quorm", `"quorm"`, `did you mean "quorum"?`},
		{"claimed lane", "loses=leader", "loses=lider", `"lider"`, `did you mean "leader"?`},
		{"attribute", "lanes=", "lane=", `no attribute "lane"`, `did you mean "lanes"?`},
		{"lane twice", "lanes=quorum,leader", "lanes=quorum,quorum", "twice", "once"},
		{"attribute twice", "at=4.2s", "at=4.2s at=5s", "at is said twice", "once"},
		{"no moment", "at=4.2s", "", "does not say its at", "at=…s"},
		{"odd moment", "at=4.2s", "at=soon", "at=soon", "at=4.2s"},
		{"negative moment", "at=4.2s", "at=-1s", "at=-1s", "beginning"},
		{"late moment", "at=4.2s", "at=9s", "after the end", "up to 8s"},
		{"seed", "at=4.2s", "at=4.2s seed=-1", "seed=-1", "from 1"},
		{"large seed", "at=4.2s", "at=4.2s seed=99999999999", "no seed", "from 1"},
		{"open quotes", `n1."`, `n1.`, "has no end", `"`},
		{"no caption", `"Lost are [28](evidence:runs#cut-off.leader.lost), by ADR-0005 at n1."`, `""`, "caption is empty", "sentence"},
		{"long caption", "Lost are", strings.Repeat("Lost ", 90), "bytes", "at most 400"},
		{"bare figure", "Lost are", "Of 252 lost are", "states 252", "[252](evidence:runs#cut-off.…)"},
		{"figure at the beginning", "Lost are", "28 of", "states 28", "link"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Replace(good, c.old, c.new, 1)
			if text == good {
				t.Fatal("nothing was changed")
			}
			wrong := Parse(text).Judge(laboratory)
			if !slices.ContainsFunc(wrong, func(m Mistake) bool { return strings.Contains(m.Says, c.says) && strings.Contains(m.Mend, c.mend) }) {
				t.Errorf("%v, want %q to be mended by %q", wrong, c.says, c.mend)
			}
		})
	}
}

var recorded = Recording{
	Values: map[string]Result{"cut-off": {Seed: 1, Trace: "ab", Reached: true, Says: "fine", Lanes: Lanes{
		"quorum": {Acknowledged: 1252}, "leader": {Acknowledged: 252, Lost: 28}, "clock": {Acknowledged: 252, Moved: 71},
	}}},
	Stills: []Still{{Run: "cut-off", At: 4200, Trace: "cd", Chats: map[string][]Chat{
		"quorum": {{"n1", true, []Line{{Seq: 1, Body: "a <b>"}}}},
		"leader": {{"n1", false, []Line{{Seq: 7, Body: "x", Mark: "moved", Was: 5}, {Seq: 8, Body: "y", Mark: "lost", Was: 8}}}},
	}}},
}

// TestRecording: what is written is read again, and a part that is missing is missed.
func TestRecording(t *testing.T) {
	data, err := json.Marshal(recorded)
	if err != nil {
		t.Fatal(err)
	}
	read, file, err := Load(fstest.MapFS{"b/runs.json": {Data: data}}, []string{"a", "b"})
	if err != nil || file != "b/runs.json" {
		t.Fatalf("%s, %v", file, err)
	}
	if diff := cmp.Diff(&recorded, read); diff != "" {
		t.Error(diff)
	}
	for text, want := range map[string]bool{
		good:                                   true,
		good + " moves=clock":                  true,
		good + " seed=2":                       false,
		good + " moves=lazy":                   false,
		strings.Replace(good, "4.2s", "4s", 1): false,
		strings.Replace(good, "lanes=quorum", "lanes=clock", 1): false,
	} {
		if _, _, ok := read.Find(Parse(text)); ok != want {
			t.Errorf("%s: found is %t", text, ok)
		}
	}
	if _, _, err := Load(fstest.MapFS{"a/runs.json": {Data: []byte(`{"stills": [{"chats": {"x": [{"lines": ["no"]}]}}]}`)}}, []string{"a"}); err == nil {
		t.Error("a line without a place is read")
	}
	if _, _, err := Load(fstest.MapFS{"a/runs.json": {Data: make([]byte, largestFile+1)}}, []string{"a"}); err == nil || !strings.Contains(err.Error(), "at most") {
		t.Errorf("a file that is too large: %v", err)
	}
}

// TestFence_Denies: what a text says of a lane is what the judge found.
func TestFence_Denies(t *testing.T) {
	missed := recorded.Values["cut-off"]
	missed.Reached = false
	for _, c := range []struct {
		fence  string
		result Result
		says   []string
	}{
		{"loses=leader keeps=quorum moves=clock", recorded.Values["cut-off"], nil},
		{"loses=quorum", recorded.Values["cut-off"], []string{"the fence says loses=quorum, and quorum kept all 1252"}},
		{"keeps=leader", recorded.Values["cut-off"], []string{"the fence says keeps=leader, and leader lost 28"}},
		{"moves=leader keeps=clock", recorded.Values["cut-off"], []string{"the fence says moves=leader, and leader lost 28", "the fence says keeps=clock, and clock moved 71"}},
		{"", missed, []string{"the story missed its goal: fine"}},
	} {
		if diff := cmp.Diff(c.says, Parse(c.fence).Denies(c.result)); diff != "" {
			t.Errorf("%s: %s", c.fence, diff)
		}
	}
}

// TestDraw: the picture has the chats with their marks, the verdict with its grounds,
// and the way to the run; whatever was recorded is text in it.
func TestDraw(t *testing.T) {
	f := Parse(good)
	html := string(Draw(f, recorded.Values["cut-off"], recorded.Stills[0], Place{Lab: "../lab/", Title: "Leader <cut off>", Value: func(dest string) string {
		if dest == "" {
			return ""
		}
		return "../m/?" + dest
	}}))
	for _, want := range []string{
		`<li class="moved"><b>7</b> <span>x</span> <em>was 5</em></li>`, `<em>lost</em>`, "a &lt;b&gt;", "at n1, as it last answered", "✓ kept", "✗ broken",
		`<b>leader</b> lost <a class="value" href="../m/?evidence:runs#cut-off.leader.lost">28</a> of <a class="value" href="../m/?evidence:runs#cut-off.leader.acknowledged">252</a> acknowledged messages.`,
		`<b>quorum</b> kept all <a class="value" href="../m/?evidence:runs#cut-off.quorum.acknowledged">1,252</a> acknowledged messages; `,
		`Lost are <a class="value" href="../m/?evidence:runs#cut-off.leader.lost">28</a>, by ADR-0005`, "“Leader &lt;cut off&gt;”, 4.2 s after its beginning, seed 1, trace <code>cd</code>",
		`href="../lab/#` + Fragment(1, 9200*time.Millisecond, f.Actions()) + `"`,
	} {
		if !strings.Contains(html, want) {
			t.Errorf("%s is missing in\n%s", want, html)
		}
	}
	if strings.Contains(html, "style=") || strings.Contains(html, "<cut") {
		t.Errorf("markup got through:\n%s", html)
	}
}

// TestCheckFragment: a link that the laboratory makes is good, and one that is damaged is not.
func TestCheckFragment(t *testing.T) {
	whole := Fragment(7, 9200*time.Millisecond, []Action{{At: Begins, Verb: "play", Scenario: "cut-off"}, {At: 6 * time.Second, Verb: "kill", Node: "n1"}})
	if err := CheckFragment(whole, laboratory); err != nil {
		t.Errorf("%s: %v", whole, err)
	}
	for name, fragment := range map[string]string{
		"cut short": whole[:len(whole)-7], "empty": Scheme, "other letters": whole + "%", "padding": whole + "=", "too long": Scheme + strings.Repeat("A", mostLetters+1),
		"changed":        Scheme + "A" + whole[len(Scheme)+1:],
		"late":           Fragment(1, longest, nil),
		"before":         Fragment(1, -time.Second, nil),
		"many actions":   Fragment(1, 0, make([]Action, mostActions)),
		"early action":   Fragment(1, 0, []Action{{At: -1, Verb: "kill"}}),
		"other bug":      Address{Seed: 1, Bug: "no-dedup"}.Fragment(),
		"no name":        Address{Seed: 1, Bug: "No Name!"}.Fragment(),
		"five parts":     Scheme + base64.RawURLEncoding.EncodeToString([]byte(`[1,0,[],"no-dedupe",1]`)),
		"other scenario": Fragment(1, 0, []Action{{Verb: "play", Scenario: "cut-of"}}),
	} {
		if err := CheckFragment(fragment, laboratory); err == nil {
			t.Errorf("%s: %.60s is good", name, fragment)
		}
	}
}

// TestReadFragment reads what is written, a rate of frames as a number too, and finds a
// saved run in a file as in an address.
func TestReadFragment(t *testing.T) {
	want := []Action{{At: Begins, Verb: "play", Scenario: "cut-off"}, {At: 6*time.Second + 1, Verb: "kill", Node: "n1"}, {At: 7 * time.Second, Verb: "frames", Rate: "500"}}
	fragment := Fragment(7, 9200*time.Millisecond, want)
	for _, text := range []string{fragment, "https://x.example/lab/?dry-run=1#" + fragment + "\n", `{"format": "lockstep run 1", "run": "` + fragment + `", "trace": "ab"}`} {
		s, err := ReadSaved([]byte(text))
		if err != nil || s.Run != fragment || (s.Trace == "ab") != strings.HasPrefix(text, "{") {
			t.Errorf("%s: %+v, %v", text, s, err)
		}
	}
	got, err := ReadFragment(fragment)
	if diff := cmp.Diff(Address{7, 9200 * time.Millisecond, want, ""}, got); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
	with := Address{7, time.Second, want, "no-dedupe"}
	if got, err := ReadFragment(with.Fragment()); cmp.Diff(with, got) != "" || err != nil {
		t.Errorf("with a bug: %+v, %v", got, err)
	}
	numbered := Scheme + base64.RawURLEncoding.EncodeToString([]byte(`[1,0,[[5,"frames","",500,""]]]`))
	if got, err := ReadFragment(numbered); err != nil || len(got.Actions) != 1 || got.Actions[0].Rate != "500" {
		t.Errorf("%+v, %v", got, err)
	}
}
