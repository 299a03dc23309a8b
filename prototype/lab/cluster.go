package lab

import (
	"context"
	"time"

	"lockstep/prototype/fault"
)

// Cluster is what a lab needs from the thing that it watches and breaks: three
// processes on a laptop, or three nodes in a browser's worker. The lab calls it
// from many goroutines at once. Every call that takes a context returns soon
// after that context ends, even if the node is frozen.
type Cluster interface {
	// Members lists all nodes in a fixed order. It must not wait for any node.
	Members() []Member
	// Shard says which shard orders a conversation.
	Shard(conversation string) int

	// Status asks a node what it knows of itself.
	Status(ctx context.Context, node string) (Status, error)
	// Read asks a node for messages above a seq.
	Read(ctx context.Context, node string, r ReadRequest) (Reading, error)
	// Digest asks a node how far its copy of a lane reaches, and for a value that
	// stands for all of it.
	Digest(ctx context.Context, node string, lane Lane, conversation string) (seq uint64, digest string, err error)
	// Send makes one attempt through a node, and never tries again by itself.
	Send(ctx context.Context, node string, lane Lane, conversation string, m Message) Answer

	// Kill ends a node without warning; PowerOff does so in the middle of a flush,
	// whose bytes are lost or torn; Pause freezes it until Resume; Cut cuts
	// its links to the other nodes, but not to its clients; Break breaks something
	// else at it, until Reconnect, which mends all that is broken at a node that
	// runs; Restart brings back a node that is down, or ends a running one first, in
	// good order if it is a process. An error that is errors.ErrUnsupported says that this kind of
	// cluster cannot do it.
	Kill(node string) error
	PowerOff(node string) error
	// Blackout ends all nodes that run, at the same instant.
	Blackout() error
	Pause(node string) error
	Resume(node string) error
	Cut(ctx context.Context, node string) error
	Break(ctx context.Context, node string, f fault.Fault) error
	Reconnect(ctx context.Context, node string) error
	Restart(ctx context.Context, node string) error
}

// Member is a node as the one who started it sees it.
type Member struct {
	ID      string
	PID     int    // 0 where a node is no process
	Address string // of its HTTP API; "" where there is none
	State   State
}

// State is what became of a node's process.
type State string

const (
	Starting State = "starting"
	Running  State = "running"
	Paused   State = "paused"
	Down     State = "down"
)

// Level is the strength of a read.
type Level string

const (
	Linearizable Level = "linearizable"
	Leader       Level = "leader"
	Session      Level = "session"
	Local        Level = "local"
)

// ReadRequest asks for messages above a seq. The weak lanes know no levels.
type ReadRequest struct {
	Lane         Lane
	Conversation string
	Level        Level
	After        uint64
	Limit        int
	MinSeq       uint64 // for Session
}

// Status is what a node says of its shards.
type Status struct {
	Shards []ShardStatus // by shard number
	Lazy   ShardStatus   // of the lazy lane's group; zero where there is none
}

// ShardStatus is one shard at one node.
type ShardStatus struct {
	Role    string // leader, follower, candidate, shutdown
	Term    uint64
	Leader  string // the leader that this node follows, or ""
	Commit  uint64 // index of the log
	Applied uint64 // index of the log
	// Of a leader, by its own clock: how long it has led, how long its election took,
	// and how long it took from then until it knew all that had been committed. 0 if
	// it does not say.
	Led, Election, Barrier time.Duration
}

// led takes what a leader says of itself, in microseconds.
func (s *ShardStatus) led(since, election, barrier int64) {
	s.Led, s.Election, s.Barrier = time.Duration(since)*time.Microsecond, time.Duration(election)*time.Microsecond, time.Duration(barrier)*time.Microsecond
}

// Message is a message of the conversation. Seq and Epoch are 0 until it has its
// place.
type Message struct {
	Seq    uint64
	ID     string
	Sender string
	Body   string
	Epoch  uint64
}

// Reading is a consistent view of a conversation above some seq: Last is the
// newest seq at the moment at which Messages were taken.
type Reading struct {
	Messages []Message
	Last     uint64
}

// Outcome is what a client knows about a send afterwards.
type Outcome string

const (
	Acknowledged Outcome = "acknowledged"
	Refused      Outcome = "refused" // certainly not ordered
	Unknown      Outcome = "unknown" // perhaps ordered
)

// Answer is what one attempt to send came to. Seq, Epoch and Duplicate count
// only if the outcome is Acknowledged.
type Answer struct {
	Outcome   Outcome
	Seq       uint64
	Epoch     uint64
	Duplicate bool // an earlier attempt with this id had been ordered
	Err       error
}
