package fault

import "time"

// Fate is what becomes of one message on a link.
type Fate struct {
	Drop, Duplicate bool
	Delay           time.Duration
}

// Fate decides on one message: on its way out to a peer, or in from it.
func (l *Links) Fate(peer string, d Direction) Fate { return Fate{} }
