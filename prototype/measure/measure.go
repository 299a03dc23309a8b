// Package measure repeats the laboratory's scenarios, in virtual time, until there
// are enough failures for a distribution, and adds up what each lane and each
// level of reads made of them.
//
// A scenario is played as a reader would play it: the same clusters, senders, reads
// and judgement as on the laboratory's page, with disks whose flushes take a
// millisecond and a network that takes no time, unless the story puts the nodes apart. So
// windows say what the protocol costs and not what wires and disks add.
//
// Runs differ in what chance decides: who leads, when senders try again, in which
// order goroutines run. A run is not repeatable from a seed; the laboratory in the
// browser is.
package measure

import (
	"context"
	"errors"
	"fmt"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/check"
	"lockstep/prototype/cluster"
	"lockstep/prototype/lab"
	"lockstep/prototype/lab/action"
	"lockstep/prototype/lab/frame"
	"lockstep/prototype/lab/scenarios"
	"lockstep/prototype/node"
)

// Summary is what many runs of a scenario came to.
type Summary struct {
	Runs    int
	Reached int // runs in which the scenario's goal was reached
	Lanes   map[frame.Lane]*Lane
	Reads   map[api.Level]*Reads
	// Windows are the times without service of the quorum lane, one for each change
	// of leader that the senders felt.
	Windows []time.Duration
	Missed  []string // what runs said that missed the goal
}

// Lane adds up a lane over all runs.
type Lane struct {
	Acknowledged, Refused, Unknown uint64
	Lost, Moved, Duplicated        uint64
	Broken                         int // runs in which an acknowledgement was not kept
	// P50 and P99 are the latencies of acknowledgements, a value for each run, and
	// Out is for each run the longest time in which sends were due and none was
	// acknowledged, to a tenth of a second.
	P50, P99, Out []time.Duration
	Exact         Exact
}

// Exact is what the exact judge made of the runs of a lane, each judged from its
// first message to the last one of every replica.
type Exact struct {
	OK, Violated, Unknown                     int // runs
	Acknowledged, Lost, Duplicated, Reordered int // messages
}

func (e *Exact) add(r check.Report) {
	switch r.Verdict {
	case check.OK:
		e.OK++
	case check.Violated:
		e.Violated++
	default:
		e.Unknown++
	}
	e.Acknowledged += r.Counts.Acknowledged
	e.Lost += r.Counts.Lost
	e.Duplicated += r.Counts.Duplicated
	e.Reordered += r.Counts.Reordered
}

// Reads adds up a level of reads over all runs.
type Reads struct{ Fresh, Stale, Refused uint64 }

// Play runs a scenario many times, as many at once as there are processors. An end
// of the context ends it after the runs that are under way. Progress, which may be
// nil, is told after each run, by one goroutine at a time.
func Play(ctx context.Context, s scenarios.Scenario, runs int, progress func(done int)) (Summary, error) {
	sum := Summary{Lanes: map[frame.Lane]*Lane{}, Reads: map[api.Level]*Reads{}}
	for _, lane := range frame.Lanes {
		sum.Lanes[lane] = &Lane{}
	}
	for _, level := range api.Levels {
		sum.Reads[level] = &Reads{}
	}
	err := repeat(ctx, runs, 1, func(int) (played, error) { return once(s) }, func(p played) {
		sum.add(p.before, p.after)
		if progress != nil {
			progress(sum.Runs)
		}
	})
	return sum, err
}

// played are the frames before a scenario and at its end, the latter with the exact
// judgement on the whole run.
type played struct{ before, after frame.Frame }

func once(s scenarios.Scenario) (p played, err error) {
	m, err := cluster.NewMemoryOn(3, time.Millisecond, func(c *node.Config) { c.Shards, c.Lazy = 1, node.LazyEvery })
	if err != nil {
		return p, err
	}
	l := lab.New(lab.Config{})
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- l.Run(ctx, func(context.Context) (lab.Cluster, error) { return lab.InMemory(m), nil })
	}()
	watch := l.Watch()
	defer func() {
		watch.Close()
		stop()
		err = errors.Join(err, <-ended, m.Close())
	}()
	until := func(is func(frame.Frame) bool) (frame.Frame, error) {
		late := time.NewTimer(2 * time.Minute)
		defer late.Stop()
		for {
			select {
			case f := <-watch.Frames():
				if is(f) {
					return f, nil
				}
			case <-late.C:
				return l.Frame(), fmt.Errorf("play %s: it did not come to an end", s.Name)
			}
		}
	}
	warm := func(f frame.Frame) bool { return f.Leader != "" && f.Counts.Acknowledged > 100 }
	if p.before, err = until(warm); err != nil {
		return p, err
	}
	if err = l.Do(ctx, action.Action{Verb: action.Play, Scenario: s.Name}); err != nil {
		return p, fmt.Errorf("play %s: %w", s.Name, err)
	}
	if p.after, err = until(func(f frame.Frame) bool { return f.Playing.Over }); err != nil {
		return p, err
	}
	if p.after.Judgement == nil {
		return p, fmt.Errorf("judge %s: %s", s.Name, p.after.Playing.Says)
	}
	return p, nil
}

func (s *Summary) add(before, after frame.Frame) {
	s.Runs++
	if after.Playing.Reached {
		s.Reached++
	} else {
		s.Missed = append(s.Missed, after.Playing.Says)
	}
	for i, l := range after.Lanes {
		b, sum := before.Lanes[i], s.Lanes[l.Lane]
		sum.Acknowledged += l.Counts.Acknowledged - b.Counts.Acknowledged
		sum.Refused += l.Counts.Refused - b.Counts.Refused
		sum.Unknown += l.Counts.Unknown - b.Counts.Unknown
		sum.Lost += l.Findings.Lost
		sum.Moved += l.Findings.Moved
		sum.Duplicated += l.Findings.Duplicated
		if !l.Findings.Clean() {
			sum.Broken++
		}
		sum.P50, sum.P99 = append(sum.P50, l.P50), append(sum.P99, l.P99)
		sum.Out = append(sum.Out, out(l.Strip, after.StripFrom, before.Time))
	}
	for _, l := range after.Judgement.Lanes {
		s.Lanes[l.Lane].Exact.add(l.Report)
	}
	for i, r := range after.Reads {
		b, sum := before.Reads[i], s.Reads[r.Level]
		sum.Fresh += r.Fresh - b.Fresh
		sum.Stale += r.Stale - b.Stale
		sum.Refused += r.Refused - b.Refused
	}
	for _, h := range after.Failovers {
		if h.Measured && !h.Open && h.Began.After(before.Time) {
			s.Windows = append(s.Windows, h.Window)
		}
	}
}

// out is the longest stretch without service that ended after a moment.
func out(strip []frame.Span, from, since time.Time) (longest time.Duration) {
	for _, span := range strip {
		length := time.Duration(span.Tenths) * 100 * time.Millisecond
		from = from.Add(length)
		if span.State == frame.SpanDown && from.After(since) {
			longest = max(longest, length)
		}
	}
	return longest
}
