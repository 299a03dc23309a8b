package lab

import (
	"context"
	"fmt"
	"slices"
	"time"

	"lockstep/prototype/check"
	"lockstep/prototype/lab/action"
	"lockstep/prototype/lab/frame"
	"lockstep/prototype/lab/scenarios"
)

// play starts a scenario; one at a time.
func (l *Lab) play(name string) error {
	i := slices.IndexFunc(scenarios.All(), func(s scenarios.Scenario) bool { return s.Name == name })
	if i < 0 {
		return action.Refuse("there is no scenario %q", name)
	}
	s := scenarios.All()[i]
	l.mu.Lock()
	defer l.mu.Unlock()
	switch r := l.record; {
	case r.chaos:
		return action.Refuse("chaos is on; switch it off first")
	case r.playing.Scenario != "" && !r.playing.Over:
		return action.Refuse("%q is being played", r.playing.Scenario)
	case r.load.Stopped:
		return action.Refuse("start the load first: without messages there is nothing to see")
	case r.load.Full:
		return action.Refuse("%v, and without new messages there is nothing to see", l.full())
	case r.load.Waits:
		return l.waits()
	case r.leading() == "":
		return action.Refuse("there is no leader; heal first")
	}
	now := time.Now()
	l.record.playing = frame.Playing{Scenario: name, Began: now, Lasts: time.Duration(s.Lasts) * time.Second}
	l.record.journal.add(now, frame.ToneNote, true, "scenario: %s", s.Title)
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

func (l *Lab) playOne(ctx context.Context, s scenarios.Scenario) {
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
	tone := frame.ToneGood
	if !p.Reached {
		tone = frame.ToneBad
	}
	l.record.journal.add(time.Now(), tone, true, "scenario %q: %s", s.Title, p.Says)
	changed := l.record.setting != setting
	l.mu.Unlock()
	if changed && wait(ctx, shownFor) {
		l.step(ctx, scenarios.Step{Verb: action.RoundTrip, Millis: int(setting.RoundTrip.Milliseconds())})
		l.step(ctx, scenarios.Step{Verb: action.Flush, Millis: int(setting.Flush.Milliseconds())})
	}
}

// shownFor is how long the prices that a story has shown stand, before the setting is
// again as the story found it.
const shownFor = 2 * time.Second

// step tries for a moment: a leader may be just about to be elected.
func (l *Lab) step(ctx context.Context, s scenarios.Step) {
	for end := time.Now().Add(2 * time.Second); ; {
		err := l.carryOut(ctx, action.Action{Verb: s.Verb, Node: s.Node, Rate: s.Rate, Millis: s.Millis})
		if err == nil {
			return
		}
		if time.Now().After(end) || !wait(ctx, 50*time.Millisecond) {
			l.mu.Lock()
			l.record.journal.add(time.Now(), frame.ToneBad, true, "the scenario could not go on: %v", err)
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
	if err == nil {
		err = l.judgeNow(ctx, calmWithin, false)
	}
	if err != nil && l.judgeReadable(ctx) {
		return nil
	}
	return err
}

// tally is what a lane had lost and moved, and how much was acknowledged.
type tally struct{ lost, moved, acknowledged uint64 }

func (r *record) tallies() map[frame.Lane]tally {
	all := map[frame.Lane]tally{frame.LaneQuorum: {r.audit.Findings.Lost + r.audit.Findings.Holes, r.audit.Findings.Reordered + r.audit.Findings.Diverged + r.audit.Findings.Duplicated, r.counts.Acknowledged}}
	for _, w := range r.weak {
		all[w.Lane] = tally{w.Findings.Lost, w.Findings.Moved, w.Counts.Acknowledged}
	}
	return all
}

// outcome says what became of a scenario: in the figures of the exact judge, or, where
// it did not judge, in those that the lab has seen.
func (r *record) outcome(s scenarios.Scenario, began time.Time, term uint64, before map[frame.Lane]tally, unjudged error) (bool, string) {
	now := r.tallies()
	lost := func(lane frame.Lane) uint64 { return now[lane].lost - min(now[lane].lost, before[lane].lost) }
	moved := func(lane frame.Lane) uint64 { return now[lane].moved - min(now[lane].moved, before[lane].moved) }
	if lost(frame.LaneQuorum)+moved(frame.LaneQuorum) > 0 {
		return false, fmt.Sprintf("the quorum lane lost %d and moved %d acknowledged messages. It must not; please tell us", lost(frame.LaneQuorum), moved(frame.LaneQuorum))
	}
	if unjudged == nil && r.judgement.Lanes[0].Report.Verdict == check.Violated {
		return false, fmt.Sprintf("the exact judge found a promise of the quorum lane broken. It must not be; please tell us. %s", r.judgement.Lanes[0].Worst().Sentence)
	}
	if now[frame.LaneQuorum].acknowledged == before[frame.LaneQuorum].acknowledged {
		return false, "no message was acknowledged meanwhile, so there is nothing to see"
	}
	says := ""
	if unjudged == nil {
		says = r.judgement.Words()
	} else {
		says = "quorum lost nothing"
		for _, lane := range frame.Lanes[1:] {
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
		says += "; the longest window was " + frame.Millis(longest)
	}
	if r.setting != (frame.Setting{}) {
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
