package lab

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"lockstep/prototype/cluster"
	"lockstep/prototype/lab/action"
	"lockstep/prototype/lab/frame"
)

// ErrNotReady is the error for an action on a lab that has no cluster.
var ErrNotReady = errors.New("the cluster is not there")

// Do carries out an action and returns when it is done. Actions are carried out
// one after the other, so what the second of two quick clicks means is judged
// after the first has taken effect.
func (l *Lab) Do(ctx context.Context, a action.Action) error {
	l.mu.Lock()
	l.touched, l.acted = time.Now(), time.Now()
	l.mu.Unlock()
	return l.carryOut(ctx, a)
}

// carryOut is Do for an action that is no sign of a person.
func (l *Lab) carryOut(ctx context.Context, a action.Action) error {
	select {
	case l.acting <- struct{}{}:
		defer func() { <-l.acting }()
	case <-ctx.Done():
		return ctx.Err()
	}
	l.mu.Lock()
	phase := l.phase
	l.mu.Unlock()
	if phase != frame.PhaseRunning {
		return fmt.Errorf("%s: %w", a.Verb, ErrNotReady)
	}
	defer l.wake()
	switch a.Verb {
	case action.Start, action.Stop:
		return l.switchLoad(a)
	case action.Heal:
		return l.heal(ctx, a.Node)
	case action.Kill, action.Pause, action.Cut, action.Restart, action.PowerOff:
		return l.strike(ctx, a)
	case action.Mute, action.SlowDisk, action.HangDisk, action.Skew, action.Transfer:
		return l.apply(ctx, a)
	case action.Blackout:
		return l.blackout()
	case action.RoundTrip, action.Flush:
		return l.change(ctx, a)
	case action.Play:
		return l.play(a.Scenario)
	case action.Chaos:
		return l.toggleChaos()
	case action.Judge:
		return l.judge(ctx)
	case foldRun:
		return l.fold(ctx)
	}
	return action.Refuse("there is no action %q", a.Verb)
}

func (l *Lab) switchLoad(a action.Action) error {
	if a.Rate != 0 && !slices.Contains(action.Rates, a.Rate) {
		return action.Refuse("a rate of %d a second is not on offer; there are %v", a.Rate, action.Rates)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if a.Verb == action.Start && l.record.load.Full {
		return l.full()
	}
	if a.Verb == action.Start && l.record.load.Waits {
		return l.waits()
	}
	l.record.load.Stopped = a.Verb == action.Stop
	if a.Rate != 0 {
		l.rate = a.Rate
	}
	return nil
}

// full says why there are no new messages.
func (l *Lab) full() error {
	return action.Refuse("this run holds %d messages, its limit; begin anew, on a server by starting it again", l.cfg.MaxMessages)
}

// waits says why there are no new messages for now.
func (l *Lab) waits() error {
	return action.Refuse("the load waits: a run is judged and forgotten bit by bit while nothing is broken, and this one holds as much as it may; heal, and it goes on")
}

// strike breaks or restarts one node.
func (l *Lab) strike(ctx context.Context, a action.Action) error {
	id, err := l.victim(a)
	if err != nil {
		return err
	}
	l.mu.Lock()
	n := l.record.node(id)
	member, condition, duty := n.member, n.condition(), l.record.duty(id)
	l.mu.Unlock()
	switch {
	case a.Verb == action.Restart && condition == frame.ConditionStarting:
		return action.Refuse("%s is starting already", id)
	case a.Verb == action.Restart:
	case condition == frame.ConditionDown:
		return action.Refuse("%s is down already", id)
	case a.Verb == action.Pause && condition == frame.ConditionPaused:
		return action.Refuse("%s is paused already", id)
	case a.Verb == action.Cut && condition == frame.ConditionCut:
		return action.Refuse("%s is cut off already", id)
	case a.Verb == action.Cut && condition == frame.ConditionPaused:
		return action.Refuse("%s is paused and would not hear it; heal it first", id)
	case a.Verb == action.PowerOff && condition == frame.ConditionPaused:
		return action.Refuse("%s is paused and flushes nothing; heal it first, or kill it", id)
	}
	if a.Verb == action.Restart {
		return l.restart(ctx, id, condition)
	}
	what := ""
	undo := l.striking(id, func(r *record, n *observed, now time.Time) {
		switch a.Verb {
		case action.Kill:
			what = "killed" + ifProcess(member, " with SIGKILL")
			r.stop(now, n, cluster.Down, id+" killed")
		case action.PowerOff:
			what = "without power, in the middle of a flush"
			r.stop(now, n, cluster.Down, id+" without power")
		case action.Pause:
			what = "paused" + ifProcess(member, " with SIGSTOP")
			r.stop(now, n, cluster.Paused, id+" paused")
		case action.Cut:
			what = "cut off from the other nodes"
			r.begin(now, n, id+" cut off", false)
			n.cut = true
		}
		r.journal.add(now, frame.ToneFault, true, "%s%s %s%s", id, duty, what, pid(member))
	})
	switch a.Verb {
	case action.Kill:
		err = l.cluster.Kill(id)
	case action.PowerOff:
		err = l.cluster.PowerOff(id)
	case action.Pause:
		err = l.cluster.Pause(id)
	case action.Cut:
		err = l.cluster.Cut(ctx, id)
	}
	undo(err)
	return struck(string(a.Verb)+" "+id, err)
}

// struck is the error of an action that the cluster carried out, or could not.
func struck(what string, err error) error {
	switch {
	case errors.Is(err, errors.ErrUnsupported):
		return action.Refuse("this cluster cannot have that: %v", err)
	case err != nil:
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// striking writes into the record what is about to happen to a node, so that
// what the node and its process show from then on finds its cause there. The
// function that it returns ends the action; with an error it takes back what
// was written.
func (l *Lab) striking(id string, note func(*record, *observed, time.Time)) (done func(error)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := l.record.node(id)
	before, open := *n, l.record.handovers.open()
	n.striking = true
	note(l.record, n, time.Now())
	close(l.waking) // the moments that follow are worth a closer look
	l.waking = make(chan struct{})
	return func(err error) {
		l.mu.Lock()
		defer l.mu.Unlock()
		n.striking = false
		if err == nil {
			return
		}
		n.member, n.cut, n.stale = before.member, before.cut, before.stale
		if h := l.record.handovers.open(); h != nil && h != open {
			h.closed = true
		}
		l.record.journal.add(time.Now(), frame.ToneBad, true, "that failed: %v", err)
	}
}

func ifProcess(m cluster.Member, text string) string {
	if m.PID == 0 {
		return ""
	}
	return text
}

// victim is the node that an action means.
func (l *Lab) victim(a action.Action) (string, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if a.Node != "" {
		if l.record.node(a.Node) == nil {
			return "", action.Refuse("there is no node %q", a.Node)
		}
		return a.Node, nil
	}
	if a.Verb == action.Restart {
		return "", action.Refuse("say which node to restart")
	}
	if leader := l.record.leading(); leader != "" {
		return leader, nil
	}
	if l.record.noQuorum {
		return "", action.Refuse("there is no leader and no majority to elect one: heal first")
	}
	if h := l.record.handovers.open(); h != nil {
		return "", action.Refuse("there is no leader at the moment: %s %s ago, and an election is running", h.cause, frame.Millis(time.Since(h.began)))
	}
	return "", action.Refuse("there is no leader at the moment")
}
