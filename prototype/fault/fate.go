package fault

import "time"

// Fate is what becomes of one message on a link.
type Fate struct {
	Drop, Duplicate bool
	Delay           time.Duration
}

// Fate decides on one message: on its way out to a peer, or in from it. It does
// not allocate, and costs one atomic load while no fault of messages is in
// force. Isolate and Cut are not its business: they take the connections away.
func (l *Links) Fate(peer string, d Direction) (fate Fate) {
	shaping := l.shaping.Load()
	if shaping == nil {
		return Fate{}
	}
	for _, a := range *shaping {
		if a.on(peer, d) && a.shape(&fate) {
			a.hit()
		}
	}
	return fate
}

// shape changes a message's fate, or says that it left it as it was.
func (a *active) shape(fate *Fate) bool {
	switch a.Kind {
	case Flap:
		if (time.Since(a.began)/a.Period.D())%2 == 0 {
			return false
		}
		fate.Drop = true
	case Drop:
		if !a.chance() {
			return false
		}
		fate.Drop = true
	case Duplicate:
		if !a.chance() {
			return false
		}
		fate.Duplicate = true
	case Delay:
		fate.Delay += a.Delay.D()
	case Jitter:
		fate.Delay += a.part()
	case Reorder:
		if !a.chance() {
			return false
		}
		fate.Delay += a.Delay.D()
	default:
		return false
	}
	return true
}
