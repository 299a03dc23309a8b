package node

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/hashicorp/raft"

	"lockstep/prototype/link"
)

// membership is a node's part in who belongs to the cluster: it founds or joins this
// node's shards, and takes in and removes others where this node leads. Its methods may
// be called from any goroutine.
type membership struct {
	membershipConfig
	namer *namer
	done  sync.WaitGroup

	mu   sync.Mutex
	left bool
	gone chan struct{} // closed when the node has left
	// removed are the shards whose leader says that this node is no member.
	removed map[int]bool
	warned  time.Time
}

// membershipConfig is what a membership works with.
type membershipConfig struct {
	ID       string
	Peers    []Peer // that the node was started with
	Join     bool
	Life     string          // names this life of the node
	Context  context.Context // ends with the node
	Mesh     *link.Mesh
	Roster   *roster
	Live     *liveness
	Promises *promises
	Balance  *balancer
	Shards   []*shard // those of the quorum lane, and behind them that of the lazy lane
	Quorum   int      // how many belong to the quorum lane
	Name     *name
	Logger   *slog.Logger
}

// newMembership answers other nodes from now on; run has this node join.
func newMembership(cfg membershipConfig) *membership {
	m := &membership{membershipConfig: cfg, namer: newNamer(cfg.Name, cfg.Mesh, cfg.Logger), gone: make(chan struct{}), removed: make(map[int]bool)}
	cfg.Mesh.Handle(channelMembers, m.receive)
	return m
}

// close waits for what runs.
func (m *membership) close() { m.done.Wait() }

// quorum is the shards of the quorum lane.
func (m *membership) quorum() []*shard { return m.Shards[:m.Quorum] }

// look has the roster follow the shards' configurations.
func (m *membership) look() {
	configurations := make([]raft.Configuration, len(m.Shards))
	for i, s := range m.Shards {
		configurations[i] = s.configuration()
	}
	m.Roster.look(configurations)
}
