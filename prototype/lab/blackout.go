package lab

import (
	"time"

	"lockstep/prototype/cluster"
	"lockstep/prototype/lab/action"
	"lockstep/prototype/lab/frame"
)

// blackout ends all nodes that run at the same instant. What their disks had not got
// is gone everywhere, and with it whatever was acknowledged on the strength of
// memory.
func (l *Lab) blackout() error {
	l.mu.Lock()
	var running []*observed
	for _, n := range l.record.nodes {
		if n.condition() != frame.ConditionDown {
			running = append(running, n)
		}
	}
	l.mu.Unlock()
	if len(running) == 0 {
		return action.Refuse("every node is down already")
	}
	var done []func(error)
	for i, n := range running {
		done = append(done, l.striking(n.member.ID, func(r *record, n *observed, now time.Time) {
			if i == 0 {
				r.journal.add(now, frame.ToneFault, true, "all nodes lose power at the same instant%s", ifProcess(n.member, ", by SIGKILL: what a process had written stays, what it had in memory is gone"))
			}
			r.stop(now, n, cluster.Down, "power lost at all nodes")
		}))
	}
	err := l.cluster.Blackout()
	for _, end := range done {
		end(err)
	}
	return struck(string(action.Blackout), err)
}
