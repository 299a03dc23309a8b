// Package member decides who belongs to a shard: it founds shards that are new, joins
// those that are not, takes in and removes other nodes, and gives the cluster its name.
//
// The changes are hashicorp/raft's, one server at a time (Ongaro's thesis, chapter 4).
// What is ours is when it is safe to ask for one: a replica that holds nothing, or less
// than it promised, must not be counted where it was. The rules are those of ADR-0026, and
// the models beside it search them.
package member

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/hashicorp/raft"

	"lockstep/prototype/link"
	"lockstep/prototype/node/election"
	"lockstep/prototype/node/folder"
	"lockstep/prototype/node/liveness"
	"lockstep/prototype/node/replica"
	"lockstep/prototype/node/roster"
	"lockstep/prototype/node/wire"
)

// Membership is a node's part in who belongs to the cluster: it founds or joins this
// node's shards, and takes in and removes others where this node leads. Its methods may
// be called from any goroutine.
type Membership struct {
	Config
	namer *namer
	done  sync.WaitGroup

	mu   sync.Mutex
	left bool
	Gone chan struct{} // closed when the node has left
	// removed are the shards whose leader says that this node is no member.
	removed map[int]bool
	warned  time.Time
}

// Config is what a membership works with.
type Config struct {
	ID        string
	Peers     []roster.Peer // that the node was started with
	Join      bool
	Life      string          // names this life of the node
	Context   context.Context // ends with the node
	Mesh      *link.Mesh
	Roster    *roster.Roster
	Live      *liveness.Peers
	Promises  *folder.Promises
	Balance   *election.Balancer
	Elections *election.Detector
	Shards    []*replica.Replica // those of the quorum lane, and behind them that of the lazy lane
	Quorum    int                // how many belong to the quorum lane
	Name      *Name
	Logger    *slog.Logger
}

// New answers other nodes from now on; Run has this node join.
func New(cfg Config) *Membership {
	m := &Membership{Config: cfg, namer: newNamer(cfg.Name, cfg.Mesh, cfg.Live, cfg.Logger), Gone: make(chan struct{}), removed: make(map[int]bool)}
	cfg.Mesh.Handle(wire.ChannelMembers, m.receive)
	return m
}

// Close waits for what runs.
func (m *Membership) Close() { m.done.Wait() }

// quorum is the shards of the quorum lane.
func (m *Membership) quorum() []*replica.Replica { return m.Shards[:m.Quorum] }

// look has the roster follow the shards' configurations.
func (m *Membership) look() {
	configurations := make([]raft.Configuration, len(m.Shards))
	for i, s := range m.Shards {
		configurations[i] = s.Configuration()
	}
	m.Roster.Look(configurations)
}
