package cluster

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"lockstep/prototype/fault"
	"lockstep/prototype/node"
)

// Memory is a cluster within one process: real nodes with a real consensus
// library, whose network and disks are in memory. What a node has flushed
// survives its crash.
type Memory struct {
	fabric *Fabric
	tune   func(*node.Config)
	flush  time.Duration

	mu       sync.Mutex
	founders []node.Peer
	peers    []node.Peer            // the members now
	joined   map[string][]node.Peer // the members that a node joined
	disks    map[string]*memoryDisk
	copies   map[string]*memoryDisk // by CopyData
	lives    map[string]*life       // nil: down
	killed   map[string]chan error  // gives the end of a crashed node
}

// NewMemory starts n nodes, n1 to nN. Tune, which may be nil, changes a node's
// configuration before it starts.
func NewMemory(n int, tune func(*node.Config)) (*Memory, error) { return NewMemoryOn(n, 0, tune) }

// NewMemoryOn is NewMemory on disks whose flushes take some time.
func NewMemoryOn(n int, flush time.Duration, tune func(*node.Config)) (*Memory, error) {
	m := &Memory{fabric: NewFabric(), tune: tune, flush: flush, joined: make(map[string][]node.Peer), lives: make(map[string]*life), killed: make(map[string]chan error), disks: make(map[string]*memoryDisk), copies: make(map[string]*memoryDisk)}
	for i := range n {
		id := fmt.Sprintf("n%d", i+1)
		m.peers = append(m.peers, memoryPeer(id))
		m.disks[id] = newMemoryDisk(flush)
	}
	m.founders = slices.Clone(m.peers)
	for _, p := range m.founders {
		if err := m.Restart(p.ID); err != nil {
			return nil, errors.Join(err, m.Close())
		}
	}
	return m, nil
}

// IDs lists the members.
func (m *Memory) IDs() (ids []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, p := range m.peers {
		ids = append(ids, p.ID)
	}
	return ids
}

func memoryPeer(id string) node.Peer {
	return node.Peer{ID: id, HTTP: id + ":http", Raft: id + ":raft"}
}

// Node is a running member, or nil while it is down. It is for those who look on:
// even a paused node answers them. Clients use Ask or Transport.
func (m *Memory) Node(id string) *node.Node {
	if l := m.life(id); l != nil {
		return l.node
	}
	return nil
}

// Restart starts a node that is down.
func (m *Memory) Restart(id string) error {
	if m.Node(id) != nil {
		return fmt.Errorf("restart %s: it is running", id)
	}
	if err := m.awaitKilled(id); err != nil {
		return fmt.Errorf("restart %s: its earlier life: %w", id, err)
	}
	cfg := node.DefaultConfig()
	m.mu.Lock()
	cfg.ID, cfg.Peers = id, slices.Clone(m.founders)
	if members, ok := m.joined[id]; ok {
		cfg.Peers, cfg.Join = append(slices.Clone(members), memoryPeer(id)), true
	}
	cfg.Network, cfg.Stores = m.fabric, m.disks[id].open
	cfg.Gate = new(fault.Gate)
	m.disks[id].attach(cfg.Gate)
	m.mu.Unlock()
	if m.tune != nil {
		m.tune(&cfg)
	}
	cfg.Network = gatedNetwork{cfg.Network, cfg.Gate}
	cfg.Logger = slog.New(gatedLog{cfg.Logger.Handler(), cfg.Gate})
	n, err := node.Open(cfg)
	if err != nil {
		return fmt.Errorf("restart %s: %w", id, err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.lives[id] = &life{node: n, gate: cfg.Gate, backlog: make(chan struct{}, backlog)}
	return nil
}

// Close ends every node.
func (m *Memory) Close() (err error) {
	for _, id := range m.IDs() {
		if l, gone := m.take(id); gone == nil {
			err = errors.Join(err, m.end(id, l))
		}
		err = errors.Join(err, m.awaitKilled(id))
	}
	return err
}

// Leader is the node that leads a conversation's shard in the newest term that
// any node knows, or "".
func (m *Memory) Leader(conversation string) (leader string) {
	newest := uint64(0)
	for _, id := range m.IDs() {
		n := m.Node(id)
		if n == nil {
			continue
		}
		status := n.Status()
		s := status.Shards[node.ShardOf(conversation, len(status.Shards))]
		if s.Role == "leader" && s.Term > newest {
			newest, leader = s.Term, id
		}
	}
	return leader
}

// AwaitLeader waits for a leader other than the one named, which may be "".
func (m *Memory) AwaitLeader(ctx context.Context, conversation, other string) (string, error) {
	for {
		if leader := m.Leader(conversation); leader != "" && leader != other {
			return leader, nil
		}
		select {
		case <-time.After(5 * time.Millisecond):
		case <-ctx.Done():
			return "", fmt.Errorf("await leader: %w", ctx.Err())
		}
	}
}
