package replica

import (
	"sync/atomic"

	"lockstep/prototype/order"
)

// comparisons counts those of a replica's history with that of its leader.
type comparisons struct{ equal, different atomic.Uint64 }

// Agrees says whether this replica had the state of its leader at the leader's index. It is
// not known if this replica has not come that far, or has forgotten since.
func (s *Replica) Agrees(leader order.State) (equal, known bool) {
	mine, known := s.fsm.trail.at(leader.Index)
	switch {
	case !known:
		return false, false
	case mine != leader.Fingerprint:
		s.compared.different.Add(1)
		return false, true
	}
	s.compared.equal.Add(1)
	return true, true
}

// Compared counts how often Agrees knew, by what it said.
func (s *Replica) Compared() (equal, different uint64) {
	return s.compared.equal.Load(), s.compared.different.Load()
}
