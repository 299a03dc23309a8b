package fault

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Kind names a fault.
type Kind string

// Faults at the links of a node. Clients still reach the node: that is what makes
// an isolated leader interesting.
const (
	Isolate   Kind = "isolate"   // every connection to and from the peers is severed and refused
	Cut       Kind = "cut"       // the same for the named peers, and in one direction if asked
	Flap      Kind = "flap"      // messages are lost in every other period
	Delay     Kind = "delay"     // each message takes longer by Delay
	Jitter    Kind = "jitter"    // each message takes longer by a random part of Delay
	Drop      Kind = "drop"      // messages are lost with Probability
	Duplicate Kind = "duplicate" // messages arrive twice with Probability
	Rate      Kind = "rate"      // a line of Rate bytes a second, shared by all connections to a peer
	Latency   Kind = "latency"   // all bytes take longer by Delay and keep their order
	Reorder   Kind = "reorder"   // messages are held for Delay with Probability, so that later ones overtake
)

// Faults of a node's disk.
const (
	SlowDisk    Kind = "slow-disk"    // each flush takes longer by Delay
	HungDisk    Kind = "hung-disk"    // no flush returns
	FailingDisk Kind = "failing-disk" // each flush gives an error
	FullDisk    Kind = "full-disk"    // nothing can be written until it is mended, as if space ran out
)

// Faults of a node's clock.
const (
	ClockJump Kind = "clock-jump" // the clock is ahead by By, which may be negative
	ClockRate Kind = "clock-rate" // the clock runs Rate times as fast
)

// What a node can be asked to do at once, for every shard that it leads or has.
const (
	Transfer Kind = "transfer" // hand the lead over
	Snapshot Kind = "snapshot" // take a snapshot now
)

// NodeKinds are the faults that a node can carry out on itself.
var NodeKinds = []Kind{Transfer, Snapshot, Isolate, Cut, Flap, Delay, Jitter, Drop, Duplicate, Reorder, Rate, Latency, SlowDisk, HungDisk, FailingDisk, FullDisk, ClockJump, ClockRate}

// Direction says which way a fault of a link works, seen from the node that has
// it. For Cut, links are connections, and a connection carries requests one way
// and answers the other: In cuts the requests that peers make, and Out those that
// this node makes. For faults of messages, every message counts, answers too, and for
// Rate and Latency every byte, of whichever connection.
type Direction string

const (
	Both Direction = "both"
	In   Direction = "in"
	Out  Direction = "out"
)

// Fault is one thing to break at one node.
type Fault struct {
	Kind        Kind      `json:"fault"`
	Peers       []string  `json:"peers,omitempty"`       // links to these alone; all if empty; for Swap the other node, for Transfer the one that is asked to lead
	Direction   Direction `json:"direction,omitempty"`   // of links; empty means Both
	Delay       Duration  `json:"delay,omitempty"`       // for Delay, Jitter, Reorder, Latency, SlowDisk
	Probability float64   `json:"probability,omitempty"` // in (0, 1], for Drop, Duplicate, Reorder
	Period      Duration  `json:"period,omitempty"`      // for Flap: this long without, this long with the fault
	By          Duration  `json:"by,omitempty"`          // for ClockJump
	Rate        float64   `json:"rate,omitempty"`        // for ClockRate, times as fast; for Rate, bytes a second
	Shard       int       `json:"shard,omitempty"`       // for ZeroTail, CutLog, LoseShard
	Seed        uint64    `json:"seed,omitempty"`        // decides what is random
}

// Status is a fault in force, or one that was, and what it did.
type Status struct {
	ID int `json:"id"` // from 1, unique at its node
	Fault
	Hits uint64 `json:"hits"`
}

// ErrInvalid is the error for a fault that cannot be meant.
var ErrInvalid = errors.New("invalid fault")

const longestDelay = 10 * time.Minute

// A line of limited rate, in bytes a second.
const (
	slowestLine = 1_000
	fastestLine = 100_000_000_000
)

// Validate says whether the fault can be applied at a node with these peers.
func (f Fault) Validate(peers []string) error {
	if !slices.Contains(NodeKinds, f.Kind) {
		return fmt.Errorf("there is no fault %q at a node; there are %s: %w", f.Kind, join(NodeKinds), ErrInvalid)
	}
	if err := f.validateParameters(); err != nil {
		return err
	}
	for _, peer := range f.Peers {
		if !slices.Contains(peers, peer) {
			return fmt.Errorf("this node has no peer %q; it has %v: %w", peer, peers, ErrInvalid)
		}
	}
	return nil
}

// wants lists the parameters that a kind needs and may have.
var wants = map[Kind]struct{ needs, may []string }{
	Transfer:    {may: []string{"peers"}},
	Isolate:     {},
	Cut:         {needs: []string{"peers"}, may: []string{"direction"}},
	Flap:        {needs: []string{"period"}, may: []string{"peers", "direction"}},
	Delay:       {needs: []string{"delay"}, may: []string{"peers", "direction"}},
	Jitter:      {needs: []string{"delay"}, may: []string{"peers", "direction", "seed"}},
	Drop:        {needs: []string{"probability"}, may: []string{"peers", "direction", "seed"}},
	Duplicate:   {needs: []string{"probability"}, may: []string{"peers", "direction", "seed"}},
	Reorder:     {needs: []string{"probability", "delay"}, may: []string{"peers", "direction", "seed"}},
	Rate:        {needs: []string{"rate"}, may: []string{"peers", "direction"}},
	Latency:     {needs: []string{"delay"}, may: []string{"peers", "direction"}},
	SlowDisk:    {needs: []string{"delay"}},
	HungDisk:    {},
	FailingDisk: {},
	FullDisk:    {},
	ClockJump:   {needs: []string{"by"}},
	ClockRate:   {needs: []string{"rate"}},
	TornTail:    {may: []string{"seed"}},
	BitFlip:     {may: []string{"seed"}},
	ZeroTail:    {may: []string{"shard"}},
	CutLog:      {may: []string{"shard"}},
	LoseShard:   {may: []string{"shard"}},
	Swap:        {may: []string{"peers"}},
}

// given lists the parameters that are set.
func (f Fault) given() (names []string) {
	for _, p := range []struct {
		name string
		set  bool
	}{
		{"peers", len(f.Peers) > 0}, {"direction", f.Direction != ""}, {"delay", f.Delay != 0}, {"probability", f.Probability != 0},
		{"period", f.Period != 0}, {"by", f.By != 0}, {"rate", f.Rate != 0}, {"shard", f.Shard != 0}, {"seed", f.Seed != 0},
	} {
		if p.set {
			names = append(names, p.name)
		}
	}
	return names
}

// validateParameters checks all but whether the peers exist.
func (f Fault) validateParameters() error {
	w, given := wants[f.Kind], f.given()
	for _, name := range given {
		if !slices.Contains(w.needs, name) && !slices.Contains(w.may, name) {
			return fmt.Errorf("%s takes no %s: leave it out: %w", f.Kind, name, ErrInvalid)
		}
	}
	for _, name := range w.needs {
		if !slices.Contains(given, name) {
			return fmt.Errorf("%s needs %s: %w", f.Kind, name, ErrInvalid)
		}
	}
	switch {
	case !slices.Contains([]Direction{"", Both, In, Out}, f.Direction):
		return fmt.Errorf("there is no direction %q; there are in, out and both: %w", f.Direction, ErrInvalid)
	case f.Kind == Transfer && len(f.Peers) > 1:
		return fmt.Errorf("%s to %d peers: name one, or none: %w", f.Kind, len(f.Peers), ErrInvalid)
	case f.Delay < 0 || f.Delay.D() > longestDelay:
		return fmt.Errorf("a delay of %s: choose more than 0 and at most %s: %w", f.Delay, longestDelay, ErrInvalid)
	case f.Probability < 0 || f.Probability > 1:
		return fmt.Errorf("a probability of %g: choose more than 0 and at most 1: %w", f.Probability, ErrInvalid)
	case f.Period < 0 || f.Period != 0 && f.Period.D() < time.Millisecond:
		return fmt.Errorf("a period of %s: choose at least 1ms: %w", f.Period, ErrInvalid)
	case f.By.D().Abs() > 24*365*time.Hour:
		return fmt.Errorf("a jump by %s: choose at most a year: %w", f.By, ErrInvalid)
	case f.Kind == Rate && (f.Rate < slowestLine || f.Rate > fastestLine):
		return fmt.Errorf("a line of %g bytes a second: choose %d to %d: %w", f.Rate, slowestLine, fastestLine, ErrInvalid)
	case f.Kind != Rate && (f.Rate < 0 || f.Rate > 100):
		return fmt.Errorf("a rate of %g: choose more than 0 and at most 100: %w", f.Rate, ErrInvalid)
	}
	return nil
}

// on says whether the fault works on the link to peer in the direction d, which
// is In or Out.
func (f Fault) on(peer string, d Direction) bool {
	return (len(f.Peers) == 0 || slices.Contains(f.Peers, peer)) &&
		(f.Direction == "" || f.Direction == Both || f.Direction == d)
}

// cuts says whether the fault severs the connections of a link.
func (f Fault) cuts(peer string, d Direction) bool {
	return (f.Kind == Isolate || f.Kind == Cut) && f.on(peer, d)
}

func join[T ~string](list []T) string {
	words := make([]string, len(list))
	for i, v := range list {
		words[i] = string(v)
	}
	return strings.Join(words, ", ")
}
