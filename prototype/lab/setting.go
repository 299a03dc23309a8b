package lab

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"lockstep/prototype/fault"
	"lockstep/prototype/lab/action"
	"lockstep/prototype/lab/frame"
)

// faults are what puts a node into a setting.
func faults(s frame.Setting) (all []fault.Fault) {
	if s.RoundTrip > 0 {
		all = append(all, fault.Fault{Kind: fault.Latency, Direction: fault.Out, Delay: fault.Duration(s.RoundTrip / 2)})
	}
	if s.Flush > 0 {
		all = append(all, fault.Fault{Kind: fault.SlowDisk, Delay: fault.Duration(s.Flush)})
	}
	return all
}

// change puts all nodes into another setting. Those that do not answer now get it as soon
// as they do.
func (l *Lab) change(ctx context.Context, a action.Action) error {
	offer := action.RoundTrips
	if a.Verb == action.Flush {
		offer = action.Flushes
	}
	if !slices.Contains(offer, a.Millis) {
		return action.Refuse("%d ms are not on offer; there are %v", a.Millis, offer)
	}
	l.mu.Lock()
	for _, n := range l.record.nodes {
		if n.cut || len(n.ails) > 0 {
			l.mu.Unlock()
			return action.Refuse("something is broken at %s; heal it first", n.member.ID)
		}
	}
	s := l.record.setting
	if d := time.Duration(a.Millis) * time.Millisecond; a.Verb == action.RoundTrip {
		s.RoundTrip = d
	} else {
		s.Flush = d
	}
	if s == l.record.setting {
		l.mu.Unlock()
		return nil
	}
	l.record.setting = s
	l.record.priced(time.Now())
	l.record.journal.add(time.Now(), frame.ToneNote, true, "from now on: %s", s)
	ids := l.record.reachable()
	l.mu.Unlock()
	var failed error
	for _, id := range ids {
		failed = errors.Join(failed, l.place(ctx, id))
	}
	return failed
}

// priced begins the percentiles anew: they are the price of one setting.
func (r *record) priced(now time.Time) {
	r.series.Priced(now)
	for _, w := range r.weak {
		w.Priced(now)
	}
}

// prices say what an ok took at the median, lane by lane.
func (r *record) prices(now time.Time) string {
	_, p50, _, _ := r.series.Read(now)
	says := fmt.Sprintf("at the median an ok took %s in %s", frame.Millis(p50), frame.LaneQuorum)
	for _, w := range r.weak {
		says += fmt.Sprintf(", %s in %s", frame.Millis(w.Price(now)), w.Lane)
	}
	return says
}

// place takes back everything that is in force at a node, and puts it into the setting.
// It belongs to an action.
func (l *Lab) place(ctx context.Context, id string) error {
	put := func(s frame.Setting) {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.record.node(id).setting = s
	}
	if err := l.cluster.Reconnect(ctx, id); err != nil {
		return err
	}
	put(frame.Setting{})
	l.mu.Lock()
	want := l.record.setting
	l.mu.Unlock()
	for _, f := range faults(want) {
		if err := l.cluster.Break(ctx, id, f); err != nil {
			return fmt.Errorf("%s at %s: %w", want, id, err)
		}
	}
	put(want)
	return nil
}

// placeAgain puts a node that has come back into the setting, unless an action is under
// way; then the next answer of the node is in time.
func (l *Lab) placeAgain(ctx context.Context, id string) {
	l.mu.Lock()
	n := l.record.node(id)
	has := n.setting == l.record.setting || n.cut || len(n.ails) > 0
	l.mu.Unlock()
	if has {
		return
	}
	select {
	case l.acting <- struct{}{}:
		defer func() { <-l.acting }()
	default:
		return
	}
	if err := l.place(ctx, id); err != nil && ctx.Err() == nil {
		l.cfg.Logger.Warn("setting", "node", id, "error", err)
	}
}
