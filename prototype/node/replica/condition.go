package replica

import (
	"errors"
	"fmt"

	"lockstep/prototype/api"
	"lockstep/prototype/node/outcome"
)

// condition is why a replica takes no part in its shard.
type condition struct {
	reason string
	err    error
}

var (
	// errForgotten is for a replica that has lost what it had promised. It takes no
	// part until a leader has admitted it anew; see package member.
	errForgotten = errors.New("this replica has lost a part of what it had acknowledged")
	// errForked is for a replica that has applied what its leader's log does not
	// have. It never takes part again.
	errForked = errors.New("this replica has applied messages that the leader's log does not have")
)

// mayCut refuses to have the log cut where it was applied: clients may have been
// told of those messages, and a leader whose log does not have them is the leader
// of a history that forgot them. The shard stops at this replica.
func (s *Replica) mayCut(from uint64) error {
	applied := max(s.past.promised.Applied, s.fsm.machine.Index())
	if from > applied {
		return nil
	}
	s.Halt(fmt.Sprintf("the leader's log has other entries from %d on, and this replica has applied up to %d", from, applied))
	return errForked
}

// Halt ends this replica's part in the shard, for as long as the process runs. It
// answers nobody, since nobody can tell whether it or the others are right.
func (s *Replica) Halt(reason string) {
	if !s.condition.CompareAndSwap(nil, &condition{reason, errForked}) {
		return
	}
	s.transport.Admitted.Store(false)
	s.cfg.Logger.Error("the histories of this shard have forked: this replica has stopped",
		"shard", s.Shard, "reason", reason, "mend", haltAdvice)
	s.became.Notify()
	s.fsm.applied.Notify()
}

// haltAdvice is what may be done about a fork; TestFork_stops does it.
const haltAdvice = "keep a copy of this node's data folder, since it holds acknowledged messages that the others lack; then move the folder away and start the node again, and it is filled with the others' history"

// forget ends this replica's part until it was admitted again.
func (s *Replica) forget(reason string) {
	s.forgot.Store(true)
	s.transport.Admitted.Store(false)
	s.cfg.Logger.Error("this replica takes no part until the others have filled it again", "shard", s.Shard, "reason", reason)
}

// Trouble says why this replica does not take part, or "".
func (s *Replica) Trouble() string {
	if c := s.condition.Load(); c != nil {
		return c.err.Error() + ": " + c.reason
	}
	if !s.transport.Admitted.Load() {
		if s.forgot.Load() {
			return errForgotten.Error() + ", and waits for the others to fill it again: " + s.waiting()
		}
		return "this replica holds nothing yet, and waits for the others: " + s.waiting()
	}
	return ""
}

// WaitFor notes what a replica waits for that takes no part.
func (s *Replica) WaitFor(what string) { s.waits.Store(&what) }

func (s *Replica) waiting() string {
	if what := s.waits.Load(); what != nil {
		return *what
	}
	return "it has asked the other members"
}

// Stopped says whether this replica takes no part for as long as the process runs.
func (s *Replica) Stopped() bool { return s.condition.Load() != nil }

// Serves refuses to read at a replica that has stopped.
func (s *Replica) Serves() *outcome.Error {
	if c := s.condition.Load(); c != nil {
		return &outcome.Error{Outcome: api.Fail, Reason: outcome.ReasonForked, Detail: c.err.Error() + ": " + c.reason}
	}
	return nil
}
