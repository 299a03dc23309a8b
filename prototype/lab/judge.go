package lab

import (
	"context"
	"fmt"
	"strings"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/check"
	"lockstep/prototype/lab/action"
	"lockstep/prototype/lab/frame"
)

const (
	// Judged is how many operations the exact judge keeps unless Config says
	// otherwise: some 100 MB.
	Judged = 400_000

	calmWithin = 5 * time.Second // for senders to end, and for replicas to come to rest
	calmPoll   = 50 * time.Millisecond
)

// judge stops the load, reads everything, asks for the verdict and lets the load go
// on.
func (l *Lab) judge(ctx context.Context) error {
	l.mu.Lock()
	err := l.record.judgeable()
	if l.record.playing.Scenario != "" && !l.record.playing.Over {
		err = action.Refuse("a story is being played; wait for its end")
	}
	l.mu.Unlock()
	if err != nil {
		return err
	}
	return l.judgeNow(ctx, calmWithin, false)
}

// judgeNow waits for replicas to come to rest for so long. It is quiet if nobody asked
// for the verdict.
func (l *Lab) judgeNow(ctx context.Context, calm time.Duration, quiet bool) error {
	return l.resting(ctx, calm, func() error {
		for _, lane := range frame.Lanes {
			for _, m := range l.cluster.Members() {
				if err := l.readAll(ctx, lane, m.ID); err != nil {
					return fmt.Errorf("read %s in lane %s: %w", m.ID, lane, err)
				}
			}
		}
		if err := l.conclude(quiet); err != nil {
			return err
		}
		return l.forget(ctx)
	})
}

// judgeReadable judges the strong lane by the replicas that are well and can be read, if
// they are a majority, and says whether it broke a promise. That nothing was found would
// prove nothing.
func (l *Lab) judgeReadable(ctx context.Context) (broken bool) {
	l.mu.Lock()
	ask := l.record.exact.Judges != nil && !l.record.chaos
	l.mu.Unlock()
	if !ask {
		return false
	}
	// An error is that of senders which did not end, and leaves no verdict.
	_ = l.resting(ctx, calmWithin, func() error {
		var unread []string
		for _, m := range l.cluster.Members() {
			if l.readWell(ctx, m.ID) != nil {
				unread = append(unread, m.ID)
			}
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		judged, ok := l.record.exact.Verdict(frame.LaneQuorum)
		broken = ok && judged.Report.Verdict == check.Violated && len(l.record.nodes)-len(unread) >= l.record.quorum()
		if broken {
			now := time.Now()
			l.record.judgement = &frame.Judgement{At: now, Lanes: []frame.LaneJudgement{judged}, Unread: unread}
			l.record.journal.add(now, frame.ToneBad, true, "judged exactly, without %s: %s %s", strings.Join(unread, " and "), frame.LaneQuorum, check.Violated)
		}
		return nil
	})
	return broken
}

// readWell reads the strong lane at a node that is well and has caught up. One that is
// cut off, or has just come back, could be read too, and would look as if it had lost what
// it has not heard of.
func (l *Lab) readWell(ctx context.Context, id string) error {
	l.mu.Lock()
	n := l.record.node(id)
	well := n.well() && n.returned.IsZero()
	l.mu.Unlock()
	if !well {
		return action.Refuse("%s is not well", id)
	}
	ctx, cancel := context.WithTimeout(ctx, calmWithin)
	defer cancel()
	return l.readAll(ctx, frame.LaneQuorum, id)
}

// resting does something while the load is stopped and, if they can be, replicas are at
// rest.
func (l *Lab) resting(ctx context.Context, calm time.Duration, do func() error) error {
	l.mu.Lock()
	stopped := l.record.load.Stopped
	l.record.load.Stopped = true
	l.mu.Unlock()
	l.wake()
	defer func() {
		l.mu.Lock()
		l.record.load.Stopped = stopped
		l.mu.Unlock()
	}()
	if !l.until(ctx, func() bool { return !l.sending }) {
		return action.Refuse("the senders did not come to an end; heal what is broken, and try again")
	}
	l.rest(ctx, calm)
	return do()
}

// conclude takes the judges' verdicts.
func (l *Lab) conclude(quiet bool) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	verdict := &frame.Judgement{At: now}
	var words []string
	for _, lane := range frame.Lanes {
		judged, ok := l.record.exact.Verdict(lane)
		if !ok {
			return tooLong(l.record.exact.Limit)
		}
		if w := l.record.lane(lane); w != nil {
			w.Judged(judged)
		}
		verdict.Lanes = append(verdict.Lanes, judged)
		words = append(words, fmt.Sprintf("%s %s", lane, judged.Report.Verdict))
	}
	if quiet {
		return nil
	}
	l.record.judgement = verdict
	l.record.journal.add(now, frame.ToneNote, true, "judged exactly: %s", strings.Join(words, ", "))
	return nil
}

func tooLong(limit int) error {
	return action.Refuse("this run has more than the %d operations that an exact judgement can take in; begin anew for one", limit)
}

// judgeable says why a run cannot be judged exactly now. Replicas that are broken
// cannot be read.
func (r *record) judgeable() error {
	switch {
	case r.exact.Judges == nil:
		return tooLong(r.exact.Limit)
	case r.chaos:
		return action.Refuse("chaos is on; switch it off first")
	}
	for _, n := range r.nodes {
		if !n.well() {
			return action.Refuse("%s is not well; heal first, since every replica has to be read", n.member.ID)
		}
	}
	return nil
}

// until waits for a condition, which is asked for with l.mu held.
func (l *Lab) until(ctx context.Context, is func() bool) bool {
	for end := time.Now().Add(calmWithin); ; {
		l.mu.Lock()
		done := is()
		l.mu.Unlock()
		if done || time.Now().After(end) || !wait(ctx, calmPoll) {
			return done
		}
	}
}

// rest waits until the replicas of each lane hold equally much, twice in a row. After a
// blackout all may be equally empty until they have read their logs: what promises to
// keep messages is waited for until it has what it acknowledged, or anything where it
// may have lost the newest. If they do not come to that, the judge will say what is
// missing.
func (l *Lab) rest(ctx context.Context, within time.Duration) {
	for end, calm := time.Now().Add(within), 0; calm < 2 && time.Now().Before(end) && wait(ctx, calmPoll); {
		calm++
		for _, lane := range frame.Lanes {
			l.mu.Lock()
			least := l.record.exact.Acknowledged(lane)
			l.mu.Unlock()
			switch lane {
			case frame.LaneQuorum:
			case frame.LaneLazy:
				least = min(least, 1)
			default:
				least = 0
			}
			lengths := map[uint64]bool{}
			for _, m := range l.cluster.Members() {
				if r, err := l.cluster.Read(ctx, m.ID, lane, l.theEnd()); err == nil {
					lengths[r.Last] = true
					if r.Last < least {
						calm = 0
					}
				}
			}
			if len(lengths) > 1 {
				calm = 0
			}
		}
	}
}

// theEnd asks for nothing but the end of the conversation.
func (l *Lab) theEnd() api.ReadRequest {
	return api.ReadRequest{Conversation: l.cfg.Conversation, Level: api.LevelLocal, After: 2 * uint64(l.cfg.MaxMessages), Limit: 1}
}

// readAll reads a replica of a lane from its beginning, or from what was folded, to its
// end, and asks for its digest.
func (l *Lab) readAll(ctx context.Context, lane frame.Lane, node string) error {
	after, err := l.beginning(ctx, lane, node)
	if err != nil {
		return err
	}
	l.mu.Lock()
	l.record.exact.ReadFrom(lane, after)
	l.mu.Unlock()
	settled, last := after, after
	for young := false; ; {
		r := api.ReadRequest{Conversation: l.cfg.Conversation, Level: api.LevelLocal, After: after, Limit: auditLimit}
		l.mu.Lock()
		op := l.record.exact.Reads(time.Now(), node, lane, r, true)
		l.mu.Unlock()
		reading, err := l.cluster.Read(ctx, node, lane, r)
		l.mu.Lock()
		l.record.exact.Read(time.Now(), lane, op, reading, err)
		l.mu.Unlock()
		if err != nil {
			return err
		}
		if len(reading.Messages) == 0 && reading.Last > after {
			return action.Refuse("%s does not hold the beginning of lane %s any more", node, lane)
		}
		last = reading.Last
		for _, m := range reading.Messages {
			if young = young || time.Since(m.Time) < settledAfter; !young {
				settled = m.Seq
			}
		}
		if len(reading.Messages) == 0 || reading.Messages[len(reading.Messages)-1].Seq >= reading.Last {
			break
		}
		after = reading.Messages[len(reading.Messages)-1].Seq
	}
	l.mu.Lock()
	l.record.exact.ReadTo(lane, settled, last)
	l.mu.Unlock()
	_, err = l.digest(ctx, lane, node, 0)
	return err
}
