package lab

import (
	"context"
	"slices"
	"time"

	"lockstep/prototype/fault"
	"lockstep/prototype/lab/action"
	"lockstep/prototype/lab/frame"
)

// tool is a fault with words for it.
type tool struct {
	fault   fault.Fault
	ail     string // what the node has from then on; "" if the matter is over at once
	what    string // for the journal
	cause   string // of a change of leader that follows, behind the node's name; "" if none does
	planned bool   // that change is wanted, and no failure
}

var tools = map[action.Verb]tool{
	action.Mute:     {fault.Fault{Kind: fault.Drop, Direction: fault.Out, Probability: 1, Seed: 1}, "heard by nobody", "can be heard by nobody; it hears the others", "is heard by nobody", false},
	action.SlowDisk: {fault.Fault{Kind: fault.SlowDisk, Delay: fault.Duration(80 * time.Millisecond)}, "slow disk", "has a slow disk: 80 ms a flush", "", false},
	action.HangDisk: {fault.Fault{Kind: fault.HungDisk}, "hung disk", "has a disk that hangs", "has a disk that hangs", false},
	action.Skew:     {fault.Fault{Kind: fault.ClockJump, By: fault.Duration(-30 * time.Second)}, "clock −30 s", "has a clock that jumped back by 30 s", "", false},
	action.Transfer: {fault.Fault{Kind: fault.Transfer}, "", "hands its leads over", "handed over", true},
}

// apply uses a tool at a node.
func (l *Lab) apply(ctx context.Context, a action.Action) error {
	id, err := l.victim(a)
	if err != nil {
		return err
	}
	t := tools[a.Verb]
	l.mu.Lock()
	n := l.record.node(id)
	condition, duty, has := n.condition(), l.record.duty(id), t.ail != "" && slices.Contains(n.ails, t.ail)
	l.mu.Unlock()
	switch {
	case !condition.Reachable() || condition == frame.ConditionSilent:
		return action.Refuse("%s is %s and would not hear it; heal it first", id, condition)
	case has:
		return action.Refuse("%s has that already: %s", id, t.ail)
	}
	done := l.striking(id, func(r *record, n *observed, now time.Time) {
		if t.cause != "" {
			r.begin(now, n, id+" "+t.cause, t.planned)
		}
		if t.ail != "" {
			n.ails = append(slices.Clone(n.ails), t.ail)
		}
		r.journal.add(now, frame.ToneFault, true, "%s%s %s", id, duty, t.what)
	})
	err = l.cluster.Break(ctx, id, t.fault)
	done(err)
	return struck(string(a.Verb)+" "+id, err)
}
