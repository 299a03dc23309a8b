package replica

import (
	"errors"
	"fmt"
	"log/slog"
	"time"

	"lockstep/prototype/fault"
	"lockstep/prototype/node/transport"
	"lockstep/prototype/order"
	"lockstep/prototype/tracing"
)

// Config says how a node's replicas behave. All nodes of a cluster must agree
// on the timers.
type Config struct {
	ID string // the node's
	// Lazy opens the lazy lane, whose log is flushed once in so long; see node.LaneLazy.
	// It is one Raft group more, and works where a majority of the nodes has it. 0:
	// none.
	Lazy time.Duration

	// DetectAfter is how long a node may be silent before the others suspect it
	// and elect new leaders for its shards; see package election. 0 leaves failover to the
	// timers of the consensus library alone, which takes about twice
	// HeartbeatTimeout.
	DetectAfter time.Duration
	// HungAfter is how long a flush of the log may take before the disk counts as
	// hung, and its node does not lead.
	HungAfter time.Duration

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
	SnapshotThreshold uint64        // entries between two snapshots
	TrailingLogs      uint64        // entries kept for followers that lag

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

	// Tracer follows sends; nil follows none.
	Tracer *tracing.Tracer
	// Features gives what a peer's version of this program can do, if it has been heard
	// in this life of the node. nil asks the mesh.
	Features func(peer string) (features uint64, heard bool)
	// UpgradeAfter is how long all members of a shard must have known a new meaning of
	// its log's entries before a leader puts it into force, after which no member can go
	// back to an earlier version. A shard that this version founded does not wait.
	UpgradeAfter time.Duration
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

	Logger *slog.Logger
}

// Promise is how long a voter that has heard from its leader will not vote for
// another one.
func (c Config) Promise() time.Duration {
	if c.DetectAfter > 0 {
		return min(c.DetectAfter, c.HeartbeatTimeout)
	}
	return c.HeartbeatTimeout
}

// DefaultConfig has timers for a laptop or a data centre.
func DefaultConfig() Config {
	return Config{
		DetectAfter:       120 * time.Millisecond,
		HungAfter:         300 * time.Millisecond,
		HeartbeatTimeout:  2 * time.Second,
		ElectionTimeout:   2 * time.Second,
		LeaseTimeout:      time.Second,
		CommitTimeout:     2 * time.Second,
		ClockDrift:        0.1,
		SubmitTimeout:     3 * time.Second,
		SnapshotThreshold: 8192,
		TrailingLogs:      2048,
		MaxBatch:          512 << 10,
		MaxQueue:          32 << 20,
		Retain:            200_000,
		IDMemory:          order.DefaultMemory,
		BatchesInFlight:   4,
		WorthAnEntry:      64 << 10,
		UpgradeAfter:      10 * time.Minute,
		Logger:            slog.New(slog.DiscardHandler),
	}
}

// leastIDMemory is room for about a thousand ids.
const leastIDMemory = 64 << 10

// ErrConfig is the error for a configuration that would not be safe or does not
// make sense.
var ErrConfig = errors.New("invalid configuration")

// Validate checks the configuration.
func (c Config) Validate() error {
	bad := func(format string, args ...any) error {
		return fmt.Errorf("%w: %s", ErrConfig, fmt.Sprintf(format, args...))
	}
	switch {
	case c.Lazy < 0:
		return bad("a lazy lane that is flushed every %s makes no sense", c.Lazy)
	case c.LeaseTimeout > c.HeartbeatTimeout/2:
		return bad("the lease (%s) must be at most half the heartbeat timeout (%s): a longer one lets an old leader serve beside a new one", c.LeaseTimeout, c.HeartbeatTimeout)
	case c.LeaseTimeout < 5*time.Millisecond:
		return bad("the lease (%s) must be at least 5ms", c.LeaseTimeout)
	case c.ElectionTimeout < c.HeartbeatTimeout:
		return bad("the election timeout (%s) must be at least the heartbeat timeout (%s)", c.ElectionTimeout, c.HeartbeatTimeout)
	case c.DetectAfter != 0 && c.DetectAfter < 3*transport.BeatEvery:
		return bad("nodes are heard every %s: suspecting them after %s would be wrong too often", transport.BeatEvery, c.DetectAfter)
	case c.HungAfter <= 0:
		return bad("a flush must be given some time before the disk counts as hung")
	case c.ClockDrift < 0 || c.ClockDrift >= 0.5:
		return bad("the clock drift (%g) must be in [0, 0.5)", c.ClockDrift)
	case c.AdmitRate < 0:
		return bad("a limit of %g messages a second makes no sense", c.AdmitRate)
	case c.IDMemory < leastIDMemory:
		return bad("%d bytes for the ids of a shard are too few: give it at least %d", c.IDMemory, leastIDMemory)
	case c.Logger == nil:
		return bad("a logger is needed")
	}
	return nil
}
