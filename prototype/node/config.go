package node

import (
	"fmt"
	"time"

	"lockstep/prototype/node/replica"
	"lockstep/prototype/node/roster"
	"lockstep/prototype/node/storage"
)

// Config says what a node is and how it behaves. All nodes of a cluster must
// agree on Peers, Shards and the timers.
type Config struct {
	replica.Config // of each of its replicas

	Peers []roster.Peer // every member, this node included; with Join, those that it joins
	// Join makes a new node a member of a cluster that runs. Peers are then its
	// members and this node. A node that has joined is started in the same way.
	Join   bool
	Shards int
	// BalanceAfter is how long a shard must have been quiet before its leader hands
	// over to the node that should lead it; see election.Balancer. 0: never.
	BalanceAfter time.Duration

	ReadTimeout time.Duration // after which a read gives up
	MaxBody     int           // bytes of a message's body
	MaxID       int           // bytes of a message id, sender or conversation
	// DiskReserve is how much of the disk, in bytes, is kept for votes, snapshots
	// and the end of what is under way: a leader with less hands over, or refuses
	// new messages. Of a small disk it is at most a hundredth. 0: nothing.
	DiskReserve uint64

	// Answer answers what the program asks another node's program, beside the log;
	// see [Node.Ask]. It is called from goroutines of its own. nil refuses.
	Answer func(from string, question []byte) ([]byte, error)

	Network Network // how nodes reach each other; see TCP
	Stores  storage.OpenStores
}

// DefaultConfig has timers for a laptop or a data centre: failover in less than
// a quarter of a second.
func DefaultConfig() Config {
	return Config{
		Config:      replica.DefaultConfig(),
		Shards:      4,
		ReadTimeout: 2 * time.Second,
		MaxBody:     64 << 10,
		MaxID:       128,
		DiskReserve: 64 << 20,
	}
}

// Validate checks the configuration; the node refuses to start otherwise.
func (c Config) Validate() error {
	bad := func(format string, args ...any) error {
		return fmt.Errorf("%w: %s", replica.ErrConfig, fmt.Sprintf(format, args...))
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
	case c.MaxBatch < c.MaxBody+3*c.MaxID+64:
		return bad("a batch (%d bytes) must hold at least one message (%d bytes)", c.MaxBatch, c.MaxBody+3*c.MaxID+64)
	case c.Network == nil, c.Stores == nil:
		return bad("network and stores are needed")
	}
	return c.Config.Validate()
}
