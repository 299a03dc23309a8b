// Package action is what a person, or a story, may ask of the laboratory: a verb with what
// it needs, what is on offer, and the refusal of what makes no sense as things stand. It is
// words only: package lab carries actions out, and knows when to refuse.
package action

// Verb names something that a person can do.
type Verb string

const (
	Start   Verb = "start"   // the load, at Action.Rate if that is not 0
	Stop    Verb = "stop"    // the load
	Kill    Verb = "kill"    // a node, or the leader
	Pause   Verb = "pause"   // a node, or the leader
	Cut     Verb = "cut"     // a node, or the leader, from the others
	Heal    Verb = "heal"    // a node, or everything
	Restart Verb = "restart" // a node
	// PowerOff takes the power of a node, or the leader, in the middle of a flush:
	// what that flush carried is gone, or torn.
	PowerOff Verb = "power-off"
	// Blackout takes the power of all nodes at the same instant.
	Blackout Verb = "blackout"
)

// Verbs of the tools that break a part of a node that goes on running.
const (
	Mute     Verb = "mute"      // what the node says reaches nobody; it hears the others
	SlowDisk Verb = "slow-disk" // each flush takes long
	HangDisk Verb = "hang-disk" // no flush returns
	Skew     Verb = "skew"      // the clock jumps
	Transfer Verb = "transfer"  // the lead is handed over in good order
)

// Verbs that change what every node lives with while nothing is broken.
const (
	RoundTrip Verb = "round-trip" // to Action.Millis
	Flush     Verb = "flush"      // to Action.Millis
)

// Play names the verb that plays the scenario of Action.Scenario.
const Play Verb = "play"

// Chaos names the verb that switches a timer on or off which breaks the leader
// every few seconds, each time in another way, and heals it.
const Chaos Verb = "chaos"

// Judge names the verb that asks the exact judge, package check, for its verdict on
// everything so far. The load stands still meanwhile, and every replica is read in
// full, since only that shows what was kept.
const Judge Verb = "judge"

// Verbs are all that somebody may ask for.
var Verbs = []Verb{Start, Stop, Kill, Pause, Cut, Heal, Restart, Mute, SlowDisk, HangDisk, Skew, Transfer, Play, Chaos, PowerOff, Blackout, Judge, RoundTrip, Flush}

// Action is a wish. Node is "" for the leader, and for Heal it is "" for
// everything that is broken.
type Action struct {
	Verb Verb
	Node string
	Rate int
	// Millis is for RoundTrip and Flush, one of [RoundTrips] or [Flushes].
	Millis int
	// Scenario is for Play.
	Scenario string
}

// RoundTrips and Flushes are what is on offer, in milliseconds.
var (
	RoundTrips = []int{0, 2, 20, 60}
	Flushes    = []int{0, 2, 10}
)

// Rates are the loads that one can choose, in messages a second.
var Rates = []int{20, 50, 200}
