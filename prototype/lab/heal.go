package lab

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"lockstep/prototype/cluster"
	"lockstep/prototype/lab/action"
	"lockstep/prototype/lab/frame"
)

// heal takes back what is broken at one node, or everywhere.
func (l *Lab) heal(ctx context.Context, only string) error {
	l.mu.Lock()
	if only != "" && l.record.node(only) == nil {
		l.mu.Unlock()
		return action.Refuse("there is no node %q", only)
	}
	broken := map[string]frame.Condition{}
	var ids []string
	for _, n := range l.record.nodes {
		id, c := n.member.ID, n.condition()
		if only != "" && id != only {
			continue
		}
		if c == frame.ConditionPaused || c == frame.ConditionCut || c == frame.ConditionDown || len(n.ails) > 0 {
			broken[id] = c
			ids = append(ids, id)
		}
	}
	l.mu.Unlock()
	if len(ids) == 0 {
		if only != "" {
			return action.Refuse("nothing is broken at %s", only)
		}
		return action.Refuse("nothing is broken")
	}
	var failed error
	var done []string
	for _, id := range ids {
		word, err := l.mend(ctx, id, broken[id])
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("heal %s: %w", id, err))
			continue
		}
		done = append(done, id+" "+word)
	}
	if len(done) > 0 {
		l.mu.Lock()
		l.record.journal.add(time.Now(), frame.ToneNote, true, "healed: %s", strings.Join(done, ", "))
		l.mu.Unlock()
	}
	return failed
}

// mend takes back one fault and says how.
func (l *Lab) mend(ctx context.Context, id string, c frame.Condition) (word string, err error) {
	l.mu.Lock()
	cut, ails := l.record.node(id).cut, l.record.node(id).ails
	l.mu.Unlock()
	if c == frame.ConditionDown {
		return "started", l.start(ctx, id)
	}
	done := l.striking(id, func(*record, *observed, time.Time) {})
	if c == frame.ConditionPaused {
		word, err = "resumed", l.cluster.Resume(id)
	}
	if (cut || len(ails) > 0) && err == nil {
		word, err = "mended", l.place(ctx, id)
		if cut && len(ails) == 0 {
			word = "reconnected"
		}
	}
	done(err)
	if err != nil {
		return "", err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.record.mended(time.Now(), id)
	return word, nil
}

// mended notes that a fault was taken back.
func (r *record) mended(at time.Time, id string) {
	n := r.node(id)
	n.cut, n.ails, n.misses, n.returned, n.target = false, nil, 0, at, 0
	if n.member.State == cluster.Paused {
		n.member.State = cluster.Running
	}
	if h := r.handovers.open(); h != nil && h.from == id && h.elected.IsZero() {
		h.mended = at
	}
}

// restart ends a node in good order, if it runs, and starts it.
func (l *Lab) restart(ctx context.Context, id string, c frame.Condition) error {
	if c == frame.ConditionPaused {
		if _, err := l.mend(ctx, id, c); err != nil {
			return fmt.Errorf("restart %s: %w", id, err)
		}
	}
	if err := l.start(ctx, id); err != nil {
		return fmt.Errorf("restart %s: %w", id, err)
	}
	return nil
}

// start brings a node back, after it has ended in good order if it ran.
func (l *Lab) start(ctx context.Context, id string) error {
	done := l.striking(id, func(r *record, n *observed, now time.Time) {
		if n.member.State != cluster.Down {
			r.journal.add(now, frame.ToneFault, true, "%s%s is being restarted", id, r.duty(id))
			r.stop(now, n, cluster.Down, id+" restarted")
		}
	})
	err := l.cluster.Restart(ctx, id)
	done(err)
	return err
}
