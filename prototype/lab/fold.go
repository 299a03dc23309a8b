package lab

import (
	"context"
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
			e.digests[lane] = d
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

// beginning is the seq behind which a replica is to be read: what was folded need not be
// read again where the replica still holds it.
func (l *Lab) beginning(ctx context.Context, lane Lane, node string) (uint64, error) {
	l.mu.Lock()
	folded, was := l.record.exact.folded[lane], l.record.exact.digests[lane]
	l.mu.Unlock()
	if folded == 0 {
		return 0, nil
	}
	d, err := l.digest(ctx, lane, node, folded)
	if err != nil || d == was {
		return folded, err
	}
	return 0, nil
}
