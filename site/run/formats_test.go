package run

import (
	"testing"
	"time"

	"lockstep/formattest"
)

// TestFormats_link: a link to a run that somebody has kept names the same run for every
// later version, and is written in the same letters. The page's script writes them too,
// which TestFormats_labScript holds.
func TestFormats_link(t *testing.T) {
	for name, want := range map[string]Address{
		"link.txt": {Seed: 7, At: 9200 * time.Millisecond, Actions: []Action{
			{At: Begins, Verb: "play", Scenario: "cut-off"},
			{At: 6*time.Second + 1, Verb: "kill", Node: "n1"},
			{At: 7 * time.Second, Verb: "start", Rate: "50"},
		}},
		"link-bug.txt":   {Seed: 1<<31 - 1, At: time.Second, Actions: []Action{{At: Begins, Verb: "play", Scenario: "retry-storm"}}, Bug: "no-dedupe"},
		"link-empty.txt": {Seed: 1, Actions: []Action{}},
	} {
		read := func(data []byte) (Address, error) {
			r, err := ReadFragment(string(data))
			if r.Actions == nil {
				r.Actions = []Action{} // which is as good
			}
			return r, err
		}
		formattest.Hold(t, name, want, read, func(r Address) []byte { return []byte(r.Fragment()) })
	}
	// Quick motion has written its rate as a number.
	formattest.Hold(t, "link-number.txt", Address{Seed: 1, Actions: []Action{{At: 5, Verb: "frames", Rate: "500"}}}, func(data []byte) (Address, error) { return ReadFragment(string(data)) }, nil)
}

// TestFormats_saved: a run that a reader has saved is found in its file by every later
// version. The page's script alone writes such files; see TestBrowserLab_saved.
func TestFormats_saved(t *testing.T) {
	link := Fragment(1, 9200*time.Millisecond, Story("cut-off"))
	formattest.Hold(t, "saved.json", Saved{Format: "lockstep run 1", Run: link, Trace: "0123456789abcdef"}, ReadSaved, nil)
}
