package lab

import (
	"context"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/lab/action"
	"lockstep/prototype/lab/frame"
)

// foldRun names the step in which a lab judges what has happened and forgets what is
// settled. Nobody asks for it.
const foldRun action.Verb = "fold"

const (
	foldEvery = time.Second
	foldAgain = 5 * time.Second // after one that did not come to anything
	foldCalm  = time.Second     // in which replicas must come to rest
	// settledAfter is how old a message must be to be settled. A node that comes back has
	// to learn what the others stamped; until then it may put its own before that.
	settledAfter = 4 * time.Second
)

// runFolds judges the run and forgets what is settled whenever much has gathered and
// nothing is broken, so that a run goes on for as long as one likes.
func (l *Lab) runFolds(ctx context.Context) {
	for wait(ctx, foldEvery) {
		l.mu.Lock()
		due := l.record.foldable(time.Now(), l.cfg)
		l.mu.Unlock()
		if due && l.carryOut(ctx, action.Action{Verb: foldRun}) != nil && !wait(ctx, foldAgain) {
			return
		}
	}
}

// foldDue says whether much has gathered.
func (r *record) foldDue(c Config) bool { return c.Fold > 0 && r.exact.Due(c.Fold, c.Held) }

// foldable says whether what has gathered can be judged now: no fault is in force, and no
// story is being played.
func (r *record) foldable(now time.Time, c Config) bool {
	return r.foldDue(c) && !r.troubled(now) && r.exact.Judges != nil && (r.playing.Scenario == "" || r.playing.Over) && r.leading() != ""
}

func (l *Lab) fold(ctx context.Context) error {
	l.mu.Lock()
	due := l.record.foldable(time.Now(), l.cfg)
	before := l.record.exact.Held()
	l.record.quiet = due && l.record.load.On
	l.mu.Unlock()
	if !due {
		return action.Refuse("there is nothing to fold")
	}
	if err := l.judgeNow(ctx, foldCalm, true); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.record.exact.Kept() > before*3/4 {
		return action.Refuse("little was settled")
	}
	return nil
}

// forget folds each lane, after all of it was judged with the load at rest.
func (l *Lab) forget(ctx context.Context) error {
	if l.cfg.Fold == 0 {
		return nil
	}
	for _, lane := range frame.Lanes {
		l.mu.Lock()
		upto, ok := l.record.exact.Fold(lane)
		if ok && lane == frame.LaneQuorum {
			l.record.audit.Fold(upto)
		}
		l.mu.Unlock()
		if !ok {
			return nil
		}
		for _, m := range l.cluster.Members() {
			if upto == 0 {
				break
			}
			d, err := l.digest(ctx, lane, m.ID, upto)
			if err != nil {
				return err
			}
			l.mu.Lock()
			l.record.exact.Mark(lane, d)
			l.mu.Unlock()
		}
	}
	return nil
}

// digest asks a replica for the digest up to a seq, or to its end if that is 0, and
// notes the answer.
func (l *Lab) digest(ctx context.Context, lane frame.Lane, node string, upto uint64) (api.Digest, error) {
	l.mu.Lock()
	op := l.record.exact.Digests(time.Now(), lane, node, upto)
	l.mu.Unlock()
	d, err := l.cluster.Digest(ctx, node, lane, l.cfg.Conversation, upto)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.record.exact.Digest(time.Now(), lane, op, d, err)
	return d, err
}

// beginning is the seq behind which a replica is to be read: what was folded need not be
// read again where the replica still holds it, all of it or up to where it was folded before.
func (l *Lab) beginning(ctx context.Context, lane frame.Lane, node string) (uint64, error) {
	l.mu.Lock()
	marks := l.record.exact.Marks(lane)
	l.mu.Unlock()
	holds := uint64(0)
	// The one of what was folded now is asked for first, and nearly always it is the same.
	for low, high, at := 0, len(marks), len(marks)-1; low < high; at = (low + high) / 2 {
		d, err := l.digest(ctx, lane, node, marks[at].Seq)
		switch {
		case err != nil:
			return 0, err
		case d == marks[at]:
			holds, low = d.Seq, at+1
		case d.Seq > marks[at].Seq: // the node has dropped what was there
			low = at + 1
		default:
			high = at
		}
	}
	return holds, nil
}
