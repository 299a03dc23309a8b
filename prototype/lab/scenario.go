package lab

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
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
	At     int    `json:"at"` // milliseconds after the start
	Verb   Verb   `json:"verb"`
	Node   string `json:"node,omitempty"` // "" for the leader; for Heal, for everything
	Rate   int    `json:"rate,omitempty"`
	Millis int    `json:"millis,omitempty"`
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
	case r.load.Full:
		return refuse("%v, and without new messages there is nothing to see", l.full())
	case r.load.Waits:
		return l.waits()
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
	term, setting := l.record.term, l.record.setting
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
	unjudged := l.judgePlayed(ctx)
	if ctx.Err() != nil {
		return
	}
	l.mu.Lock()
	p := &l.record.playing
	p.Over = true
	p.Reached, p.Says = l.record.outcome(s, began, term, before, unjudged)
	tone := ToneGood
	if !p.Reached {
		tone = ToneBad
	}
	l.record.journal.add(time.Now(), tone, true, "scenario %q: %s", s.Title, p.Says)
	changed := l.record.setting != setting
	l.mu.Unlock()
	if changed && wait(ctx, shownFor) {
		l.step(ctx, Step{Verb: RoundTrip, Millis: int(setting.RoundTrip.Milliseconds())})
		l.step(ctx, Step{Verb: Flush, Millis: int(setting.Flush.Milliseconds())})
	}
}

// shownFor is how long the prices that a story has shown stand, before the setting is
// again as the story found it.
const shownFor = 2 * time.Second

// step tries for a moment: a leader may be just about to be elected.
func (l *Lab) step(ctx context.Context, s Step) {
	for end := time.Now().Add(2 * time.Second); ; {
		err := l.carryOut(ctx, Action{Verb: s.Verb, Node: s.Node, Rate: s.Rate, Millis: s.Millis})
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

// judgePlayed asks the exact judge when a scenario has ended, and says why it did not
// judge. What the scenario broke is mended by then, or about to be.
func (l *Lab) judgePlayed(ctx context.Context) (err error) {
	l.until(ctx, func() bool {
		err = l.record.judgeable()
		return err == nil
	})
	if err != nil {
		return err
	}
	return l.judgeNow(ctx, calmWithin, false)
}

// words say what the run lost until then, lane by lane.
func (j *Judgement) words() string {
	var kept, broke []string
	for _, lane := range j.Lanes {
		c := lane.Report.Counts
		var found []string
		for _, f := range []struct {
			n    int
			word string
		}{{c.Lost, "lost"}, {c.Reordered, "reordered"}, {c.Duplicated, "doubled"}} {
			switch {
			case f.n > 0 && c.AtLeast:
				found = append(found, fmt.Sprintf("%s at least %d", f.word, f.n))
			case f.n > 0:
				found = append(found, fmt.Sprintf("%s %d", f.word, f.n))
			}
		}
		if len(found) == 0 {
			kept = append(kept, fmt.Sprintf("%s kept all %d", lane.Lane, c.Acknowledged))
		} else {
			broke = append(broke, fmt.Sprintf("%s %s of %d", lane.Lane, strings.Join(found, ", "), c.Acknowledged))
		}
	}
	return "of the messages that were acknowledged in this run, " + strings.Join(append(kept, broke...), "; ")
}

// tally is what a lane had lost and moved, and how much was acknowledged.
type tally struct{ lost, moved, acknowledged uint64 }

func (r *record) tallies() map[Lane]tally {
	all := map[Lane]tally{LaneQuorum: {r.audit.findings.Lost + r.audit.findings.Holes, r.audit.findings.Reordered + r.audit.findings.Diverged + r.audit.findings.Duplicated, r.counts.Acknowledged}}
	for _, w := range r.weak {
		all[w.lane] = tally{w.findings.Lost, w.findings.Moved, w.counts.Acknowledged}
	}
	return all
}

// outcome says what became of a scenario: in the figures of the exact judge, or, where
// it did not judge, in those that the lab has seen.
func (r *record) outcome(s Scenario, began time.Time, term uint64, before map[Lane]tally, unjudged error) (bool, string) {
	now := r.tallies()
	lost := func(lane Lane) uint64 { return now[lane].lost - min(now[lane].lost, before[lane].lost) }
	moved := func(lane Lane) uint64 { return now[lane].moved - min(now[lane].moved, before[lane].moved) }
	if lost(LaneQuorum)+moved(LaneQuorum) > 0 {
		return false, fmt.Sprintf("the quorum lane lost %d and moved %d acknowledged messages. It must not; please tell us", lost(LaneQuorum), moved(LaneQuorum))
	}
	if now[LaneQuorum].acknowledged == before[LaneQuorum].acknowledged {
		return false, "no message was acknowledged meanwhile, so there is nothing to see"
	}
	says := ""
	if unjudged == nil {
		says = r.judgement.words()
	} else {
		says = "quorum lost nothing"
		for _, lane := range Lanes[1:] {
			if lost(lane)+moved(lane) > 0 {
				says += fmt.Sprintf(", %s lost at least %d and moved at least %d", lane, lost(lane), moved(lane))
			}
		}
		says += fmt.Sprintf(" (what was seen; the exact judge did not judge: %v)", unjudged)
	}
	var longest time.Duration
	for _, h := range r.handovers {
		if w, ok := h.Length(); ok && !h.began.Before(began) {
			longest = max(longest, w)
		}
	}
	if longest > 0 {
		says += "; the longest window was " + millis(longest)
	}
	if r.setting != (Setting{}) {
		says += "; " + r.prices(time.Now())
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
