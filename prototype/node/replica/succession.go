package replica

import "time"

// succession says, of a lead that this replica has just won, whether it was planned, and
// when the last sign of the lead before came here; zero if that is not known. Call it
// before the lead is noted.
func (s *Replica) succession(term uint64) (planned bool, led time.Time) {
	before, ok := s.transport.Predecessor(term)
	if ok {
		led = before.At
		// A leader's requests are rare where nobody sends. A node that is silent has led
		// until it fell silent; one that is heard, and was replaced all the same, may have
		// stopped at any time.
		if heard := s.live.Heard(before.ID); !before.Asked && !s.live.Hears(before.ID) && heard.After(led) {
			led = heard
		}
	}
	served, lost := s.lead.own()
	return before.Planned, sinceOwn(led, served, lost)
}

// sinceOwn is the last sign of a lead where this replica may have led after the sign of
// another one: served and lost are what lead.own gives.
func sinceOwn(led, served, lost time.Time) time.Time {
	switch {
	case served.Before(led):
		return led
	case lost.Before(served):
		return time.Time{} // the end of that lead went unnoticed
	}
	return lost
}

// ledUntil is until when a lead did its work that this replica has lost by now. It may be
// earlier than that, never later: a leader that reaches no majority looks for that once in
// its lease, and gives up when the lease is over.
func (s *Replica) ledUntil(now time.Time) time.Time {
	until := now.Add(-2 * s.cfg.LeaseTimeout)
	if confirmed, ok := s.transport.Evidence.Confirmed(s.others()); ok && confirmed.After(until) {
		until = confirmed
	}
	return until
}
