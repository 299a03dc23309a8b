package frame

import (
	"time"

	"lockstep/prototype/node"
)

// Lane is one way to order the same conversation; the nodes host all of them.
type Lane string

const (
	// LaneQuorum is ordered by the shard's leader and acknowledged by a majority.
	LaneQuorum Lane = node.LaneQuorum
	// LaneLazy is ordered as LaneQuorum is, and acknowledged when a majority has it in memory;
	// the disks get it each second.
	LaneLazy Lane = node.LaneLazy
	// LaneLeader is ordered by a leader that acknowledges at once and replicates later.
	LaneLeader Lane = node.LaneLeader
	// LaneClock is ordered by clocks, by whichever node was asked.
	LaneClock Lane = node.LaneClock
)

// Lanes are all of them, the strong one first.
var Lanes = []Lane{LaneQuorum, LaneLazy, LaneLeader, LaneClock}

// LaneView is what is to be seen of a lane: the same clients, sending the same
// messages at the same moments under the same faults.
type LaneView struct {
	Lane     Lane
	Counts   Counts
	Findings LaneFindings
	Seconds  []Second
	Strip    []Span
	P50      time.Duration
	P99      time.Duration
	Witness  Witness // of a broken promise; that of the quorum lane is the exact judge's
	Members  []Chat  // the conversation as two members see it, on two replicas
}

// LaneFindings counts acknowledged messages that did not keep what the
// acknowledgement promised.
type LaneFindings struct {
	Lost       uint64 // nowhere to be found
	Duplicated uint64
	Moved      uint64 // found at another seq than the acknowledged one, or acknowledged seqs given twice
	Differ     uint64 // seqs at which two replicas show different messages now
	Exact      bool   // counted by the exact judge, up to the last acknowledgement, and known to be all; otherwise a lower bound
}

// Clean says whether every acknowledgement was kept. That replicas differ for a
// moment breaks no acknowledgement.
func (v LaneFindings) Clean() bool { return v.Lost+v.Duplicated+v.Moved == 0 }

// Chat is the newest part of a conversation as one member sees it.
type Chat struct {
	Node  string
	Fresh bool // the replica answers; otherwise this is what it last showed
	Lines []Line
}

// ChatLines is how many messages a member has on the screen.
const ChatLines = 8

// Line is a message on the screen.
type Line struct {
	Seq    uint64
	Sender string
	Body   string
	Mark   Mark
	Was    uint64 // for Moved and Gone: the seq that was acknowledged
}

// Mark says what is wrong with a message.
type Mark string

const (
	Plain   Mark = ""
	Moved   Mark = "moved"   // it was acknowledged as another seq
	Gone    Mark = "lost"    // it was acknowledged, and no replica has it
	Twice   Mark = "twice"   // it is there a second time
	Differs Mark = "differs" // another replica shows another message at this seq
)
