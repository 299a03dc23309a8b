package lab

import (
	"context"
	"slices"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/history"
)

// foldRun names the step in which a lab judges what has happened and forgets what is
// settled. Nobody asks for it.
const foldRun Verb = "fold"

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
		if due && l.carryOut(ctx, Action{Verb: foldRun}) != nil && !wait(ctx, foldAgain) {
			return
		}
	}
}

// foldDue says whether much has gathered, beside what was too young the last time.
func (r *record) foldDue(c Config) bool {
	return c.Fold > 0 && (r.exact.held() >= max(c.Fold, 2*r.exact.young) || r.exact.full(c.Held))
}

// foldable says whether what has gathered can be judged now: no fault is in force, and no
// story is being played.
func (r *record) foldable(now time.Time, c Config) bool {
	return r.foldDue(c) && !r.troubled(now) && r.exact.judges != nil && (r.playing.Scenario == "" || r.playing.Over) && r.leading() != ""
}

func (l *Lab) fold(ctx context.Context) error {
	l.mu.Lock()
	due := l.record.foldable(time.Now(), l.cfg)
	before := l.record.exact.held()
	l.record.quiet = due && l.record.load.On
	l.mu.Unlock()
	if !due {
		return refuse("there is nothing to fold")
	}
	if err := l.judgeNow(ctx, foldCalm, true); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.record.exact.young = l.record.exact.held()
	if l.record.exact.young > before*3/4 {
		return refuse("little was settled")
	}
	return nil
}

// forget folds each lane, after all of it was judged with the load at rest.
func (l *Lab) forget(ctx context.Context) error {
	if l.cfg.Fold == 0 {
		return nil
	}
	for _, lane := range Lanes {
		l.mu.Lock()
		e := l.record.exact
		judge := e.judges[lane]
		if judge == nil { // its limit was reached in the meantime
			l.mu.Unlock()
			return nil
		}
		upto := judge.Fold(string(lane), l.cfg.Conversation, e.settled[lane])
		if upto != e.folded[lane] {
			// What was behind the place from which replicas were read may stand there no more.
			e.marks[lane] = slices.DeleteFunc(e.marks[lane], func(d api.Digest) bool { return d.Seq > min(e.readFrom[lane], upto) })
		}
		e.folded[lane] = upto
		e.behind[lane] = int(e.last[lane] - min(upto, e.last[lane]))
		if lane == LaneQuorum {
			l.record.audit.fold(upto)
		}
		l.mu.Unlock()
		for _, m := range l.cluster.Members() {
			if upto == 0 {
				break
			}
			d, err := l.digest(ctx, lane, m.ID, upto)
			if err != nil {
				return err
			}
			l.mu.Lock()
			e.mark(lane, d)
			l.mu.Unlock()
		}
	}
	return nil
}

// digest asks a replica for the digest up to a seq, or to its end if that is 0, and
// notes the answer.
func (l *Lab) digest(ctx context.Context, lane Lane, node string, upto uint64) (api.Digest, error) {
	l.mu.Lock()
	op := l.record.exact.begin(time.Now(), lane, history.Event{Kind: history.Digest, Node: node, Upto: upto})
	l.mu.Unlock()
	d, err := l.cluster.Digest(ctx, node, lane, l.cfg.Conversation, upto)
	event := history.Event{Type: history.OK, Seq: d.Seq, Digest: d.Digest}
	if err != nil {
		event = history.Event{Type: history.Fail, Error: err.Error()}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.record.exact.end(time.Now(), lane, op, event)
	return d, err
}

// marksKept is how many digests are kept of what was folded: of the last hour at least.
const marksKept = 256

// mark keeps a digest up to where the judge folded, or what another replica gave there.
func (e *exact) mark(lane Lane, d api.Digest) {
	marks := e.marks[lane]
	if n := len(marks); n > 0 && marks[n-1].Seq >= d.Seq {
		marks = marks[:n-1]
	}
	marks = append(marks, d)
	e.marks[lane] = marks[max(0, len(marks)-marksKept):]
}

// beginning is the seq behind which a replica is to be read: what was folded need not be
// read again where the replica still holds it, all of it or up to where it was folded before.
func (l *Lab) beginning(ctx context.Context, lane Lane, node string) (uint64, error) {
	l.mu.Lock()
	marks := slices.Clone(l.record.exact.marks[lane])
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
