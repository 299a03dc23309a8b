// Package fault says what can be broken, as data, and holds the seams through
// which it is broken.
//
// A fault is real for the one who suffers it: a cut link refuses new
// connections and severs those that exist, so the library above sees what it
// would see if a cable were pulled. Nothing above the seam knows that it was
// asked for.
package fault

import (
	"errors"
	"fmt"
	"slices"
)

// Kind names a fault.
type Kind string

const (
	// Isolate cuts every link between a node and its peers. Clients still
	// reach the node: that is what makes an isolated leader interesting.
	Isolate Kind = "isolate"
	// Cut cuts the links to the named peers.
	Cut Kind = "cut"
)

// Direction says which way a cut works, seen from the node that has it. Links
// are connections, and a connection carries requests one way and answers the
// other, so In cuts the requests that peers make and Out those that this node
// makes.
type Direction string

const (
	Both Direction = "both"
	In   Direction = "in"
	Out  Direction = "out"
)

// Fault is one thing to break at one node.
type Fault struct {
	Kind      Kind      `json:"fault"`
	Peers     []string  `json:"peers,omitempty"`     // for Cut
	Direction Direction `json:"direction,omitempty"` // for Cut; empty means Both
}

// ErrInvalid is the error for a fault that cannot be meant.
var ErrInvalid = errors.New("invalid fault")

// Validate says whether the fault can be applied at a node with these peers.
func (f Fault) Validate(peers []string) error {
	switch f.Kind {
	case Isolate:
		if len(f.Peers) > 0 || f.Direction != "" {
			return fmt.Errorf("isolate takes neither peers nor direction; use cut: %w", ErrInvalid)
		}
		return nil
	case Cut:
	default:
		return fmt.Errorf("there is no fault %q; there are isolate and cut: %w", f.Kind, ErrInvalid)
	}
	if len(f.Peers) == 0 {
		return fmt.Errorf("cut needs peers: %w", ErrInvalid)
	}
	for _, peer := range f.Peers {
		if !slices.Contains(peers, peer) {
			return fmt.Errorf("this node has no peer %q; it has %v: %w", peer, peers, ErrInvalid)
		}
	}
	switch f.Direction {
	case "", Both, In, Out:
		return nil
	}
	return fmt.Errorf("there is no direction %q; there are in, out and both: %w", f.Direction, ErrInvalid)
}

// cuts says whether the fault cuts the link to peer in the direction d, which
// is In or Out.
func (f Fault) cuts(peer string, d Direction) bool {
	if f.Kind == Isolate {
		return true
	}
	return slices.Contains(f.Peers, peer) && (f.Direction == "" || f.Direction == Both || f.Direction == d)
}
