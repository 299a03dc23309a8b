package lab

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"sync"
	"time"
)

//go:embed scenarios/*.json
var scenarioFiles embed.FS

// Scenario is a story to watch: what is broken and when, what to look at, and
// what it proves. Whether it reached its goal is judged by code, from the frames.
type Scenario struct {
	Name   string `json:"name"`
	Title  string `json:"title"`
	Goal   string `json:"goal"`
	Watch  string `json:"watch"`
	Proves string `json:"proves"`
	Links  []Link `json:"links"` // decision and failure mode
	Steps  []Step `json:"steps"` // in the order of time
	Lasts  int    `json:"lasts"` // seconds
	Expect Expect `json:"expect"`
}

// Link is a reference, as "ADR-0005".
type Link struct {
	ID   string `json:"id"`
	Href string `json:"href"`
}

// Step is an action and its moment.
type Step struct {
	At   int    `json:"at"` // milliseconds after the start
	Verb Verb   `json:"verb"`
	Node string `json:"node,omitempty"` // "" for the leader; for Heal, for everything
	Rate int    `json:"rate,omitempty"`
}

// Expect is what must be seen for the goal to be reached. The quorum lane must be
// clean in every scenario.
type Expect struct {
	NewLeader bool `json:"new_leader,omitempty"` // another node leads in a newer term
	Within    int  `json:"within,omitempty"`     // milliseconds: the longest window
	Lost      Lane `json:"lost,omitempty"`       // a lane that loses messages
	Moved     Lane `json:"moved,omitempty"`      // a lane that moves messages
}

// Scenarios are all of them, in the order in which one would watch them.
var Scenarios = sync.OnceValue(func() []Scenario {
	names, err := fs.Glob(scenarioFiles, "scenarios/*.json")
	if err != nil {
		panic(err)
	}
	var all []Scenario
	for _, name := range names {
		data, err := scenarioFiles.ReadFile(name)
		if err == nil {
			var s Scenario
			if err = json.Unmarshal(data, &s); err == nil {
				s.Name = path.Base(name)[3 : len(path.Base(name))-len(".json")]
				all = append(all, s)
			}
		}
		if err != nil {
			panic(fmt.Sprintf("read scenario %s: %v", name, err))
		}
	}
	return all
})

// Play names the verb that plays the scenario of Action.Scenario.
const Play Verb = "play"

// Playing is how far a scenario has come.
type Playing struct {
	Scenario string
	Began    time.Time
	Lasts    time.Duration
	Over     bool
	Reached  bool
	Says     string // the outcome, in a sentence
}

// play starts a scenario; one at a time.
func (l *Lab) play(name string) error {
	i := slices.IndexFunc(Scenarios(), func(s Scenario) bool { return s.Name == name })
	if i < 0 {
		return refuse("there is no scenario %q", name)
	}
	s := Scenarios()[i]
	l.mu.Lock()
	defer l.mu.Unlock()
	switch r := l.record; {
	case r.chaos:
		return refuse("chaos is on; switch it off first")
	case r.playing.Scenario != "" && !r.playing.Over:
		return refuse("%q is being played", r.playing.Scenario)
	case r.load.Stopped:
		return refuse("start the load first: without messages there is nothing to see")
	case r.leading() == "":
		return refuse("there is no leader; heal first")
	}
	now := time.Now()
	l.record.playing = Playing{Scenario: name, Began: now, Lasts: time.Duration(s.Lasts) * time.Second}
	l.record.journal.add(now, ToneNote, true, "scenario: %s", s.Title)
	l.plays <- s
	return nil
}

// playQueue plays the scenarios that were asked for, one after the other, until ctx ends.
func (l *Lab) playQueue(ctx context.Context) {
	for {
		select {
		case s := <-l.plays:
			l.playOne(ctx, s)
		case <-ctx.Done():
			return
		}
	}
}

func (l *Lab) playOne(ctx context.Context, s Scenario) {
	began := time.Now()
	l.mu.Lock()
	term := l.record.term
	before := l.record.tallies()
	l.mu.Unlock()
	for _, step := range s.Steps {
		if !wait(ctx, time.Until(began.Add(time.Duration(step.At)*time.Millisecond))) {
			return
		}
		l.step(ctx, step)
	}
	if !wait(ctx, time.Until(began.Add(time.Duration(s.Lasts)*time.Second))) {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	p := &l.record.playing
	p.Over = true
	p.Reached, p.Says = l.record.outcome(s, began, term, before)
	tone := ToneGood
	if !p.Reached {
		tone = ToneBad
	}
	l.record.journal.add(time.Now(), tone, true, "scenario %q: %s", s.Title, p.Says)
}

// step tries for a moment: a leader may be just about to be elected.
func (l *Lab) step(ctx context.Context, s Step) {
	for end := time.Now().Add(2 * time.Second); ; {
		err := l.carryOut(ctx, Action{Verb: s.Verb, Node: s.Node, Rate: s.Rate})
		if err == nil {
			return
		}
		if time.Now().After(end) || !wait(ctx, 50*time.Millisecond) {
			l.mu.Lock()
			l.record.journal.add(time.Now(), ToneBad, true, "the scenario could not go on: %v", err)
			l.mu.Unlock()
			return
		}
	}
}

// tally is what a lane had lost and moved.
type tally struct{ lost, moved uint64 }

func (r *record) tallies() map[Lane]tally {
	all := map[Lane]tally{LaneQuorum: {r.audit.findings.Lost + r.audit.findings.Holes, r.audit.findings.Reordered + r.audit.findings.Diverged + r.audit.findings.Duplicated}}
	for _, w := range r.weak {
		all[w.lane] = tally{w.findings.Lost, w.findings.Moved}
	}
	return all
}

// outcome judges a scenario.
func (r *record) outcome(s Scenario, began time.Time, term uint64, before map[Lane]tally) (bool, string) {
	now := r.tallies()
	lost := func(lane Lane) uint64 { return now[lane].lost - min(now[lane].lost, before[lane].lost) }
	moved := func(lane Lane) uint64 { return now[lane].moved - min(now[lane].moved, before[lane].moved) }
	if lost(LaneQuorum)+moved(LaneQuorum) > 0 {
		return false, fmt.Sprintf("the quorum lane lost %d and moved %d acknowledged messages. It must not; please tell us", lost(LaneQuorum), moved(LaneQuorum))
	}
	var longest time.Duration
	for _, h := range r.handovers {
		if w, ok := h.Length(); ok && !h.began.Before(began) {
			longest = max(longest, w)
		}
	}
	says := "quorum lost nothing"
	for _, lane := range Lanes[1:] {
		says += fmt.Sprintf(", %s lost %d and moved %d", lane, lost(lane), moved(lane))
	}
	if longest > 0 {
		says += ", the longest window was " + millis(longest)
	}
	switch e := s.Expect; {
	case e.NewLeader && r.term <= term:
		return false, says + ", but nobody new was elected"
	case e.Within > 0 && longest > time.Duration(e.Within)*time.Millisecond:
		return false, says + fmt.Sprintf(", which is longer than %d ms", e.Within)
	case e.Lost != "" && lost(e.Lost) == 0:
		return false, says + fmt.Sprintf(", but the %s lane should have lost something", e.Lost)
	case e.Moved != "" && moved(e.Moved) == 0:
		return false, says + fmt.Sprintf(", but the %s lane should have moved something", e.Moved)
	}
	return true, says
}
