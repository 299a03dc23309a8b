package node

import (
	"errors"
	"fmt"
	"log/slog"
	"time"

	"lockstep/prototype/fault"
	"lockstep/prototype/node/storage"
	"lockstep/prototype/order"
)

// Peer is a member of the cluster, as the others reach it.
type Peer struct {
	ID   string `json:"id"`
	HTTP string `json:"http"` // host:port of its HTTP API
	Raft string `json:"raft"` // host:port of its Raft listener
}

// Config says what a node is and how it behaves. All nodes of a cluster must
// agree on Peers, Shards and the timers.
type Config struct {
	ID    string
	Peers []Peer // every member, this node included; with Join, those that it joins
	// Join makes a new node a member of a cluster that runs. Peers are then its
	// members and this node. A node that has joined is started in the same way.
	Join   bool
	Shards int
	// Lazy opens the lazy lane, whose log is flushed once in so long; see [LaneLazy].
	// It is one Raft group more, and works where a majority of the nodes has it. 0:
	// none.
	Lazy time.Duration

	// DetectAfter is how long a node may be silent before the others suspect it
	// and elect new leaders for its shards; see detector. 0 leaves failover to the
	// timers of the consensus library alone, which takes about twice
	// HeartbeatTimeout.
	DetectAfter time.Duration
	// HungAfter is how long a flush of the log may take before the disk counts as
	// hung, and its node does not lead.
	HungAfter time.Duration

	// BalanceAfter is how long a shard must have been quiet before its leader hands
	// over to the node that should lead it; see balancer. 0: never.
	BalanceAfter time.Duration

	// HeartbeatTimeout is how long a follower waits for its leader before it
	// asks for votes by itself.
	HeartbeatTimeout time.Duration
	ElectionTimeout  time.Duration
	// LeaseTimeout is how long a leader goes on without hearing from a
	// majority. More than half of HeartbeatTimeout would let an old leader
	// overlap with its successor.
	LeaseTimeout time.Duration
	// CommitTimeout is how often the library repeats the commit index to idle
	// followers. They have been told before, at the commit.
	CommitTimeout time.Duration
	// ClockDrift is the largest difference in rate between two nodes' clocks,
	// as a fraction, that lease reads survive.
	ClockDrift float64

	SubmitTimeout     time.Duration // after which the outcome of a send is unknown
	ReadTimeout       time.Duration // after which a read gives up
	SnapshotThreshold uint64        // entries between two snapshots
	TrailingLogs      uint64        // entries kept for followers that lag

	MaxBody  int // bytes of a message's body
	MaxID    int // bytes of a message id, sender or conversation
	MaxBatch int // bytes of one log entry
	MaxQueue int // bytes of sends waiting for the leader's log, per shard; a conversation may take a quarter
	// AdmitRate is the limit of a conversation's messages a second at its leader,
	// with a burst of one second's worth. 0 means none.
	AdmitRate float64
	// Retain is how many messages of a conversation are kept at least; 0 keeps
	// all. What is older answers 410. The leader's setting counts.
	Retain uint64
	// IDMemory is the budget for the ids that a shard remembers, in bytes of each
	// replica's memory; an id takes up to 72. What happens when it is used up is told
	// by package order. The leader's setting counts.
	IDMemory        uint64
	BatchesInFlight int // log entries proposed and not yet applied
	// WorthAnEntry is how many bytes must wait for an entry to be proposed while
	// others are on their way. Below it the cost of an entry counts for more than
	// its wait, and what arrives meanwhile goes with it.
	WorthAnEntry int

	// Features gives what a peer's version of this program can do, if it has been heard
	// in this life of the node. nil asks the mesh.
	Features func(peer string) (features uint64, heard bool)
	// UpgradeAfter is how long all members of a shard must have known a new meaning of
	// its log's entries before a leader puts it into force, after which no member can go
	// back to an earlier version. A shard that this version founded does not wait.
	UpgradeAfter time.Duration
	// DiskReserve is how much of the disk, in bytes, is kept for votes, snapshots
	// and the end of what is under way: a leader with less hands over, or refuses
	// new messages. Of a small disk it is at most a hundredth. 0: nothing.
	DiskReserve uint64

	// Answer answers what the program asks another node's program, beside the log;
	// see [Node.Ask]. It is called from goroutines of its own. nil refuses.
	Answer func(from string, question []byte) ([]byte, error)

	// Disk is asked before each flush, and Clock for the time that messages carry
	// and for the age of a lease.
	// Faults work through them. nil makes them anew.
	Disk  *fault.Disk
	Clock *fault.Clock

	// Gate is where what this node does by itself waits while it is paused: its
	// beats, its lanes, and the consensus library, which waits where it would log.
	// It is for nodes without a process that could be stopped. Whoever shuts it must
	// shut Network, Stores and Logger, too, and open or end it before Close. nil is
	// always open.
	Gate *fault.Gate

	Network Network // how nodes reach each other; see TCP
	Stores  storage.OpenStores
	Logger  *slog.Logger
}

// promise is how long a voter that has heard from its leader will not vote for
// another one.
func (c Config) promise() time.Duration {
	if c.DetectAfter > 0 {
		return min(c.DetectAfter, c.HeartbeatTimeout)
	}
	return c.HeartbeatTimeout
}

// DefaultConfig has timers for a laptop or a data centre: failover in less than
// a quarter of a second.
func DefaultConfig() Config {
	return Config{
		Shards:            4,
		DetectAfter:       120 * time.Millisecond,
		HungAfter:         300 * time.Millisecond,
		HeartbeatTimeout:  2 * time.Second,
		ElectionTimeout:   2 * time.Second,
		LeaseTimeout:      time.Second,
		CommitTimeout:     2 * time.Second,
		ClockDrift:        0.1,
		SubmitTimeout:     3 * time.Second,
		ReadTimeout:       2 * time.Second,
		SnapshotThreshold: 8192,
		TrailingLogs:      2048,
		MaxBody:           64 << 10,
		MaxID:             128,
		MaxBatch:          512 << 10,
		MaxQueue:          32 << 20,
		Retain:            200_000,
		IDMemory:          order.DefaultMemory,
		BatchesInFlight:   4,
		WorthAnEntry:      64 << 10,
		UpgradeAfter:      10 * time.Minute,
		DiskReserve:       64 << 20,
		Logger:            slog.New(slog.DiscardHandler),
	}
}

// leastIDMemory is room for about a thousand ids.
const leastIDMemory = 64 << 10

// ErrConfig is the error for a configuration that would not be safe or does not
// make sense.
var ErrConfig = errors.New("invalid configuration")

// Validate checks the configuration; the node refuses to start otherwise.
func (c Config) Validate() error {
	bad := func(format string, args ...any) error {
		return fmt.Errorf("%w: %s", ErrConfig, fmt.Sprintf(format, args...))
	}
	self := false
	seen := map[string]bool{}
	for _, p := range c.Peers {
		if p.ID == "" || p.Raft == "" {
			return bad("a peer needs an id and a raft address: %+v", p)
		}
		if seen[p.ID] {
			return bad("two peers have the id %q", p.ID)
		}
		seen[p.ID] = true
		self = self || p.ID == c.ID
	}
	switch {
	case c.Join && len(c.Peers) < 2:
		return bad("there is nobody to join")
	case !self:
		return bad("the node's id %q is not among its peers", c.ID)
	case len(c.Peers)%2 == 0 && !c.Join:
		return bad("%d voters: an even number tolerates no more failures than one less; use %d or %d", len(c.Peers), len(c.Peers)-1, len(c.Peers)+1)
	case c.Shards < 1 || c.Shards > Slots:
		return bad("%d shards: 1 to %d are possible", c.Shards, Slots)
	case c.Lazy < 0:
		return bad("a lazy lane that is flushed every %s makes no sense", c.Lazy)
	case c.LeaseTimeout > c.HeartbeatTimeout/2:
		return bad("the lease (%s) must be at most half the heartbeat timeout (%s): a longer one lets an old leader serve beside a new one", c.LeaseTimeout, c.HeartbeatTimeout)
	case c.LeaseTimeout < 5*time.Millisecond:
		return bad("the lease (%s) must be at least 5ms", c.LeaseTimeout)
	case c.ElectionTimeout < c.HeartbeatTimeout:
		return bad("the election timeout (%s) must be at least the heartbeat timeout (%s)", c.ElectionTimeout, c.HeartbeatTimeout)
	case c.DetectAfter != 0 && c.DetectAfter < 3*beatEvery:
		return bad("nodes are heard every %s: suspecting them after %s would be wrong too often", beatEvery, c.DetectAfter)
	case c.HungAfter <= 0:
		return bad("a flush must be given some time before the disk counts as hung")
	case c.ClockDrift < 0 || c.ClockDrift >= 0.5:
		return bad("the clock drift (%g) must be in [0, 0.5)", c.ClockDrift)
	case c.AdmitRate < 0:
		return bad("a limit of %g messages a second makes no sense", c.AdmitRate)
	case c.IDMemory < leastIDMemory:
		return bad("%d bytes for the ids of a shard are too few: give it at least %d", c.IDMemory, leastIDMemory)
	case c.MaxBatch < c.MaxBody+3*c.MaxID+64:
		return bad("a batch (%d bytes) must hold at least one message (%d bytes)", c.MaxBatch, c.MaxBody+3*c.MaxID+64)
	case c.Network == nil, c.Stores == nil, c.Logger == nil:
		return bad("network, stores and logger are needed")
	}
	return nil
}
