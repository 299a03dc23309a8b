package lab

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"lockstep/prototype/fault"
)

// Verbs that change the [Setting].
const (
	RoundTrip Verb = "round-trip" // to Action.Millis
	Flush     Verb = "flush"      // to Action.Millis
)

// RoundTrips and Flushes are what is on offer, in milliseconds.
var (
	RoundTrips = []int{0, 2, 20, 60}
	Flushes    = []int{0, 2, 10}
)

// Setting is what every node lives with while nothing is broken: the price of each lane
// depends on it. Both add to what the machine itself takes.
type Setting struct {
	RoundTrip time.Duration // between any two nodes; clients are beside the node that they ask
	Flush     time.Duration // of any disk
}

func (s Setting) faults() (all []fault.Fault) {
	if s.RoundTrip > 0 {
		all = append(all, fault.Fault{Kind: fault.Latency, Direction: fault.Out, Delay: fault.Duration(s.RoundTrip / 2)})
	}
	if s.Flush > 0 {
		all = append(all, fault.Fault{Kind: fault.SlowDisk, Delay: fault.Duration(s.Flush)})
	}
	return all
}

func (s Setting) String() string {
	return fmt.Sprintf("%s between two nodes and back, %s a flush", millis(s.RoundTrip), millis(s.Flush))
}

// change puts all nodes into another setting. Those that do not answer now get it as soon
// as they do.
func (l *Lab) change(ctx context.Context, a Action) error {
	offer := RoundTrips
	if a.Verb == Flush {
		offer = Flushes
	}
	if !slices.Contains(offer, a.Millis) {
		return refuse("%d ms are not on offer; there are %v", a.Millis, offer)
	}
	l.mu.Lock()
	for _, n := range l.record.nodes {
		if n.cut || len(n.ails) > 0 {
			l.mu.Unlock()
			return refuse("something is broken at %s; heal it first", n.member.ID)
		}
	}
	s := l.record.setting
	if d := time.Duration(a.Millis) * time.Millisecond; a.Verb == RoundTrip {
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
	l.record.journal.add(time.Now(), ToneNote, true, "from now on: %s", s)
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
	r.series.since = now.Unix()
	for _, w := range r.weak {
		w.series.since = now.Unix()
	}
}

// prices say what an ok took at the median, lane by lane.
func (r *record) prices(now time.Time) string {
	_, p50, _, _ := r.series.read(now)
	says := fmt.Sprintf("at the median an ok took %s in %s", millis(p50), LaneQuorum)
	for _, w := range r.weak {
		_, p50, _, _ := w.series.read(now)
		says += fmt.Sprintf(", %s in %s", millis(p50), w.lane)
	}
	return says
}

// place takes back everything that is in force at a node, and puts it into the setting.
// It belongs to an action.
func (l *Lab) place(ctx context.Context, id string) error {
	put := func(s Setting) {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.record.node(id).setting = s
	}
	if err := l.cluster.Reconnect(ctx, id); err != nil {
		return err
	}
	put(Setting{})
	l.mu.Lock()
	want := l.record.setting
	l.mu.Unlock()
	for _, f := range want.faults() {
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
