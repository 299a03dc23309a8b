package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image/gif"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	labrun "lockstep/site/run"
	"lockstep/site/run/film"
)

// playing runs the verb; without Node, or without the program, the test is left out.
func playing(t *testing.T, stdin string, args ...string) (code int, out, stderr string) {
	t.Helper()
	if _, err := os.Stat("../../static/wasm/lab.wasm"); err != nil {
		t.Skip("the laboratory for the browser is not built: run make build")
	}
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("node is not installed")
	}
	var stdout, errors bytes.Buffer
	code = run(t.Context(), append([]string{"lab", "play"}, args...), strings.NewReader(stdin), &stdout, &errors)
	return code, stdout.String(), errors.String()
}

var cutOff = labrun.Fragment(1, 9200*time.Millisecond, []labrun.Action{{At: labrun.Begins, Verb: "play", Scenario: "cut-off"}})

// TestLabPlay: a run comes out the same from its address, from a file and from standard
// input, with the judge's verdict; one that was saved with another trace is an error.
func TestLabPlay(t *testing.T) {
	code, out, stderr := playing(t, "", "http://127.0.0.1:8000/lab/#"+cutOff)
	if code != 0 || !strings.Contains(out, "seed 1\n     5.0 s  play cut-off\n") || !strings.Contains(out, "\n  quorum at n") {
		t.Fatalf("%d\n%s%s", code, out, stderr)
	}
	var lanes []string
	for line := range strings.Lines(out[strings.Index(out, "lane   acknowledged"):]) {
		lanes = append(lanes, strings.Fields(line)[0])
	}
	if strings.Join(lanes, " ") != "lane quorum lazy leader clock" {
		t.Errorf("the verdicts are of %v:\n%s", lanes, out)
	}
	_, trace, _ := strings.Cut(out, "what members see at 9.2 s (trace ")
	trace, _, _ = strings.Cut(trace, ")")
	file := filepath.Join(t.TempDir(), "run.json")
	save := func(trace string) string {
		text, err := json.Marshal(labrun.Saved{Format: labrun.SavedFormat, Run: cutOff, Trace: trace})
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	put(t, file, save(trace))
	if code, again, stderr := playing(t, "", file); code != 0 || again != out {
		t.Errorf("from a file: %d\n%s\nbefore\n%s%s", code, again, out, stderr)
	}
	code, again, stderr := playing(t, save("0000000000000000"), "-", "--json")
	var results []labrun.Result
	if err := json.Unmarshal([]byte(again), &results); err != nil || len(results) != 1 || !results[0].Lanes["quorum"].Kept() || results[0].Lanes["leader"].Lost == 0 {
		t.Errorf("from standard input: %v\n%s%s", err, again, stderr)
	}
	if code != 1 || !strings.Contains(stderr, "this is another run than was saved: its trace is "+trace) {
		t.Errorf("with another trace: %d\n%s", code, stderr)
	}
}

// TestLabPlay_unjudged: a run without a story, or whose story the judge could not end,
// is shown as far as it goes; a moment behind the story's end has its own trace.
func TestLabPlay_unjudged(t *testing.T) {
	if code, out, stderr := playing(t, "", labrun.Fragment(1, 3*time.Second, nil)); code != 0 || !strings.Contains(out, "  quorum at n") || !strings.Contains(out, "No story is played") {
		t.Errorf("no story: %d\n%s%s", code, out, stderr)
	}
	story := labrun.Action{At: labrun.Begins, Verb: "play", Scenario: "cut-off"}
	if code, out, stderr := playing(t, "", labrun.Fragment(1, 20*time.Second, []labrun.Action{story, {At: 12500 * time.Millisecond, Verb: "pause", Node: "n2"}}), "--json"); code != 0 || !strings.Contains(out, `"trace"`) || strings.Contains(out, `"quorum":`) {
		t.Errorf("no verdict: %d\n%s%s", code, out, stderr)
	}
	code, out, stderr := playing(t, "", labrun.Fragment(1, 20*time.Second, []labrun.Action{story}))
	at, end := strings.Index(out, "20.0 s (trace "), strings.Index(out, "the end (trace ")
	if code != 0 || at < 0 || end < 0 || out[at+14:at+30] == out[end+15:end+31] {
		t.Errorf("after the end: %d\n%s%s", code, out, stderr)
	}
}

// TestLabPlay_bug: a run that has a deliberate bug switched on, by its address or by a flag,
// is told to have it and breaks a promise of the strong lane; without it none is broken.
func TestLabPlay_bug(t *testing.T) {
	const bug = "seq-from-log-index"
	story := []labrun.Action{{At: labrun.Begins, Verb: "play", Scenario: "cut-off"}}
	with := labrun.Address{Seed: 1, At: 6 * time.Second, Actions: story, Bug: bug}.Fragment()
	code, out, stderr := playing(t, "", with)
	if code != 0 || !strings.Contains(out, "with a deliberate bug, "+bug+": an acknowledgement names the log index") || !strings.Contains(out, "The judge caught the bug: quorum, ") {
		t.Errorf("by its address: %d\n%s%s", code, out, stderr)
	}
	if code, flagged, stderr := playing(t, "", cutOff, "--bug", bug); code != 0 || !strings.Contains(flagged, "The judge caught the bug: quorum, ") {
		t.Errorf("by the flag: %d\n%s%s", code, flagged, stderr)
	}
	r := storyRun("cut-off", 1, "")
	if err := playRuns(t.Context(), []*playedRun{r}, false, nil); err != nil || !r.judged() || r.caught().Promise != "" {
		t.Errorf("without: %v %v %+v", err, r.judged(), r.caught())
	}
}

// TestLabPlay_seeds: the same actions with several seeds are compared by lane.
func TestLabPlay_seeds(t *testing.T) {
	code, out, stderr := playing(t, "", cutOff, "--seeds", "1-3")
	if code != 0 || !strings.HasPrefix(out, "3 runs, seeds 1 to 3\n") || !strings.Contains(out, "quorum     3 of 3              0     0      0") {
		t.Errorf("%d\n%s%s", code, out, stderr)
	}
}

// TestLabPlay_refuses what is no run, with exit code 2 and the reason.
func TestLabPlay_refuses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "run.json")
	for name, tt := range map[string]struct {
		text string
		args []string
		says string
	}{
		"no such file":       {"", []string{"none.json"}, "none.json: no such file"},
		"another file":       {"{}", nil, `its format is ""`},
		"a text":             {"hello", nil, "it names no run"},
		"a damaged address":  {"", []string{cutOff[:len(cutOff)-1]}, "a part of it is missing or changed"},
		"a large file":       {strings.Repeat(" ", largestSavedRun+1), nil, "has more than"},
		"no such story":      {"", []string{labrun.Fragment(1, 0, []labrun.Action{{Verb: "play", Scenario: "fire"}})}, `"fire"`},
		"seeds":              {"", []string{cutOff, "--seeds", "9-1"}, "as 1-100"},
		"too many seeds":     {"", []string{cutOff, "--seeds", "1-10001"}, "up to 10000"},
		"a seed of no story": {"", []string{labrun.Fragment(1, 0, nil), "--seeds", "5"}, "plays no story"},
		"a huge seed":        {"", []string{cutOff, "--seeds", "9223372036854775807"}, "as 1-100"},
		"a late action":      {"", []string{labrun.Fragment(1, 0, []labrun.Action{{At: time.Hour, Verb: "kill"}})}, "no moment within"},
		"disorder":           {"", []string{labrun.Fragment(1, 0, []labrun.Action{{At: 2, Verb: "heal"}, {At: 1, Verb: "kill"}})}, "comes before"},
		"no such bug":        {"", []string{labrun.Address{Seed: 1, Bug: "no-dedup"}.Fragment()}, `the bug "no-dedup", which there is not: did you mean no-dedupe?`},
		"no such flag's bug": {"", []string{cutOff, "--bug", "no-dedup"}, `the bug "no-dedup", which there is not: did you mean no-dedupe?`},
		"far from any bug":   {"", []string{cutOff, "--bug", "gremlin"}, "lockstep lab bugs lists all"},
		"seeds of no story":  {"", []string{labrun.Fragment(1, 0, nil), "--seeds", "1-2"}, "plays no story"},
	} {
		t.Run(name, func(t *testing.T) {
			if tt.args == nil {
				put(t, file, tt.text)
				tt.args = []string{file}
			}
			if code, _, stderr := playing(t, "", tt.args...); code != 2 || !strings.Contains(stderr, tt.says) {
				t.Errorf("%d: %s", code, stderr)
			}
		})
	}
}

// TestLabFilm: a film has the frames of the time that is asked for, and its last one
// shows what members see then, as the program itself tells it.
func TestLabFilm(t *testing.T) {
	playing(t, "", "--help")
	asked, err := labrun.ReadFragment(cutOff)
	if err != nil {
		t.Fatal(err)
	}
	at := asked.At
	r := &playedRun{Name: "film", Seed: asked.Seed, Actions: asked.Actions, Moments: []time.Duration{at}, Limit: at, Film: []int64{8000, at.Milliseconds()}}
	if err := playRuns(t.Context(), []*playedRun{r}, true, nil); err != nil {
		t.Fatal(err)
	}
	if n := len(r.Frames); n < 4 || r.Frames[0].At < 8000 || r.Frames[n-1].At > at.Milliseconds() || r.Frames[n-1].At < at.Milliseconds()-300 {
		t.Fatalf("%d frames", n)
	}
	last, err := film.Read(r.Frames[len(r.Frames)-1].HTML, at, []string{"quorum", "leader"})
	if err != nil {
		t.Fatal(err)
	}
	var shown, want []string
	for _, l := range last.Lanes {
		for _, c := range l.Chats {
			for _, line := range c.Lines {
				shown = append(shown, l.Name+" "+line.Seq+" "+line.Text+" "+line.Mark)
			}
		}
	}
	for _, name := range []string{"quorum", "leader"} {
		for _, l := range r.Stills[0].Lanes {
			for _, c := range l.Chats {
				for _, line := range c.Lines {
					if string(l.Lane) == name {
						want = append(want, fmt.Sprint(name, " ", line.Seq, " ", line.Body, " ", line.Mark))
					}
				}
			}
		}
	}
	if diff := cmp.Diff(want, shown); diff != "" {
		t.Errorf("-told +filmed\n%s", diff)
	}
	file := filepath.Join(t.TempDir(), "run.gif")
	if err := writeFilm(file, film.Words{Title: "Leader cut off"}, r.Frames, []string{"quorum", "leader"}); err != nil {
		t.Fatal(err)
	}
	moving, err := gif.DecodeAll(strings.NewReader(get(t, file)))
	if err != nil || len(moving.Image) != len(r.Frames) {
		t.Errorf("%v", err)
	}
	for _, args := range [][]string{{cutOff}, {cutOff, "--out", file, "--lanes", "paxos"}, {cutOff, "--out", file, "--from", "5s", "--to", "4s"}, {cutOff, "--out", file, "--from", "1s", "--to", "3m"}, {cutOff, "--out", file, "--from", "99h", "--to", "99h0m5s"}} {
		var out, stderr bytes.Buffer
		if code := run(t.Context(), append([]string{"lab", "film"}, args...), nil, &out, &stderr); code != 2 {
			t.Errorf("%v: %d, %s", args, code, stderr.String())
		}
	}
}
