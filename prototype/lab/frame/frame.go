// Package frame is what is to be seen of the laboratory at one moment, as values: a [Frame]
// is complete, never changed after it was made, and enough to draw the whole dashboard from.
// Who draws knows neither the cluster nor who made the frame.
//
// A [Series] and a [Strip] gather what happened in the last minute into what its charts
// show. They have no lock; whoever feeds one holds a lock around all of its methods.
package frame

import (
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/cluster"
)

// Phase is how far the lab has come.
type Phase string

const (
	PhaseStarting Phase = "starting" // the cluster is not ready yet
	PhaseRunning  Phase = "running"
	PhaseFailed   Phase = "failed" // there is no cluster, and Reason says why
	PhaseEnded    Phase = "ended"
)

// Frame is everything that there is to see at one moment. It is a value: nobody
// changes it or what it points to after it was made.
type Frame struct {
	Number uint64    // counts up with each frame
	Began  time.Time // of the run
	Time   time.Time
	Phase  Phase
	Reason string // for PhaseFailed

	Conversation string
	Shard        int
	Nodes        []Node
	Shards       []Shard
	Leader       string // of Shard, or "" while there is none
	Term         uint64 // the newest term that any node of Shard has reached
	Quorum       int    // nodes that make a majority
	Voters       int    // nodes that can take part at the moment

	Load      Load
	Setting   Setting
	Counts    Counts
	Findings  Findings
	Seconds   []Second      // the last minute, oldest first
	P50, P99  time.Duration // over Seconds since the setting changed; 0 if nothing was acknowledged
	Strip     []Span        // the last minute, oldest first, without gaps
	StripFrom time.Time     // where Strip begins
	Failovers []Failover    // newest first
	Tail      Tail
	Lanes     []LaneView // in the order of [Lanes]
	Bands     []Band     // what was broken in the last minute, oldest first
	Chaos     bool       // the leader is broken every few seconds
	Playing   Playing    // Scenario is "" before the first
	Reads     []Reads    // in the order of [api.Levels]
	Judgement *Judgement // the newest exact one; nil before the first
	Events    []Event    // newest first
}

// Node is a node as the lab knows it.
type Node struct {
	cluster.Member
	Condition Condition
	Leader    bool            // leads the shard that the lab looks at
	Shard     api.ShardStatus // of that shard, as last heard
	Known     bool            // Shard holds anything at all
	Age       time.Duration   // since the node last answered
	Last      uint64          // newest seq that this replica shows
	Ails      []string        // what is broken beside that, in words
	Returning bool            // it has come back, and has not caught up
}

// Condition is the state of a node with what the lab did to it and what it
// hears from it.
type Condition string

const (
	ConditionUp       Condition = "up"
	ConditionStarting Condition = "starting"
	ConditionPaused   Condition = "paused"
	ConditionDown     Condition = "down"
	ConditionCut      Condition = "cut off"
	ConditionSilent   Condition = "silent" // runs, as far as is known, and does not answer
)

// Reachable says whether the node answers its clients.
func (c Condition) Reachable() bool { return c == ConditionUp || c == ConditionCut }

// Shard is one shard over all nodes.
type Shard struct {
	Number int
	Leader string // or "" while there is none
	Term   uint64
	Roles  []string // by node, in the order of Frame.Nodes; "" where unknown
}

// Load is what the senders are told to do and what comes of it.
type Load struct {
	On      bool
	Stopped bool // by a person; otherwise it runs while somebody looks
	Full    bool // the run is as long as it may become
	Waits   bool // the run holds as much as it may, and waits until it can forget some
	Rate    int  // messages a second that are due
	Senders int
	Acked   float64 // messages a second, over the last full seconds
}

// Counts are totals since the lab began. Attempts are counted, not messages: a
// message that is refused twice and then acknowledged counts three times.
type Counts struct {
	Acknowledged uint64
	Refused      uint64
	Unknown      uint64
	Resolved     uint64 // acknowledged after an unknown attempt
	Suppressed   uint64 // of those, the ones that had been ordered by the unknown attempt
	Ordered      uint64 // newest seq that was read back
}

// Add counts what an attempt came to, and says whether it was acknowledged.
func (c *Counts) Add(o api.Outcome, duplicate, doubtful bool) bool {
	switch o {
	case api.Fail:
		c.Refused++
		return false
	case api.Unknown:
		c.Unknown++
		return false
	}
	c.Acknowledged++
	if doubtful {
		c.Resolved++
	}
	if duplicate {
		c.Suppressed++
	}
	return true
}

// Findings are what reading back has shown so far.
type Findings struct {
	Verified   uint64 // acknowledged messages found in their place
	Lost       uint64 // acknowledged, and not in the order
	Duplicated uint64 // in the order more than once, or one seq given to two messages
	Reordered  uint64 // moved after the acknowledgement, or before an older message of the same sender
	Diverged   uint64 // a replica showed another message at a seq than the others
	Holes      uint64 // seqs that are missing in the order
}

// Clean says whether nothing was found.
func (v Findings) Clean() bool {
	return v.Lost+v.Duplicated+v.Reordered+v.Diverged+v.Holes == 0
}

// Second is what happened in one second of the clock.
type Second struct {
	Acked    int
	P50, P99 time.Duration // 0 if nothing was acknowledged
	// Lost and Moved are acknowledged messages that were found to be so in this
	// second, beyond those that had been found before.
	Lost, Moved int
}

// Span is a stretch of the availability strip with one state.
type Span struct {
	State  SpanState
	Tenths int // length, in tenths of a second
}

// SpanState is whether sends were acknowledged.
type SpanState string

const (
	SpanIdle  SpanState = "idle"  // nothing was to be sent
	SpanOK    SpanState = "ok"    // acknowledged
	SpanMixed SpanState = "mixed" // acknowledged, and also refused or unknown
	SpanDown  SpanState = "down"  // nothing acknowledged although sends were due
)

// Failover is a change of leader, or a stall that ended without one.
type Failover struct {
	Cause    string // in words: "n2 killed"
	Planned  bool   // nothing had failed: the lead was handed over
	From, To string // leaders; To is "" while there is none
	Term     uint64 // the new one
	Began    time.Time
	Open     bool
	KeptTerm bool          // the old leader answered again before anybody was elected
	Measured bool          // there was load, so the times below mean something
	Window   time.Duration // last acknowledgement before → first one after
	Notice   time.Duration // the part of Window until a follower missed the leader
	Elect    time.Duration // the part until a leader was there
	Barrier  time.Duration // the part until it knew what had been committed before it
	FirstAck time.Duration // the rest
	Split    bool          // the parts are known
	Elected  time.Duration // from Began until a node said that it leads; 0 if unknown
}

// Columns is how many messages the tail shows.
const Columns = 32

// Tail is the newest part of the conversation as each replica has it.
type Tail struct {
	From uint64 // seq of the first column
	Rows []TailRow
}

// TailRow is one replica.
type TailRow struct {
	Node  string
	Fresh bool // the replica answers; otherwise this is what it last showed
	Cells []Cell
}

// Cell is one replica's message at one seq.
type Cell struct {
	Seq     uint64
	Message api.Placed // zero if the replica does not have it
	Have    bool
	Differs bool // from what others showed at this seq
}

// Band is a stretch of time in which something was broken at a node.
type Band struct {
	Node, What string
	From       time.Time
	To         time.Time // zero while it lasts
}

// Reads is what became of the reads of one level. Each asks the nodes in turn
// for what is newest, and is stale if it misses a message that had been
// acknowledged before it began.
type Reads struct {
	Level   api.Level
	Fresh   uint64
	Stale   uint64
	Refused uint64
	Newest  string // the newest stale read, as a sentence; "" if there was none
	P50     time.Duration
}

// Playing is how far a scenario has come.
type Playing struct {
	Scenario string
	Began    time.Time
	Lasts    time.Duration
	Over     bool
	Reached  bool
	Says     string // the outcome, in a sentence
}

// Event is something that happened, in words.
type Event struct {
	Number    uint64
	Time      time.Time
	Tone      Tone
	Text      string
	Important bool // worth telling somebody who cannot see the screen
}

// Tone is how an event is meant.
type Tone string

const (
	ToneNote  Tone = "note"
	ToneFault Tone = "fault"
	ToneGood  Tone = "good"
	ToneBad   Tone = "bad"
)
