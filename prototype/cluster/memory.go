package cluster

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"lockstep/prototype/node"
)

// Memory is a cluster within one process: real nodes with a real consensus
// library, whose network and disks are in memory. What a node stored survives
// its crash.
type Memory struct {
	fabric *Fabric
	peers  []node.Peer
	tune   func(*node.Config)

	mu     sync.Mutex
	nodes  map[string]*node.Node // nil: crashed
	stores map[string]node.OpenStores
}

// NewMemory starts n nodes, n1 to nN. Tune, which may be nil, changes a node's
// configuration before it starts.
func NewMemory(n int, tune func(*node.Config)) (*Memory, error) {
	m := &Memory{fabric: NewFabric(), tune: tune, nodes: make(map[string]*node.Node), stores: make(map[string]node.OpenStores)}
	for i := range n {
		id := fmt.Sprintf("n%d", i+1)
		m.peers = append(m.peers, node.Peer{ID: id, HTTP: id + ":http", Raft: id + ":raft"})
		m.stores[id] = node.MemoryStores()
	}
	for _, p := range m.peers {
		if err := m.Restart(p.ID); err != nil {
			return nil, errors.Join(err, m.Close())
		}
	}
	return m, nil
}

// IDs lists the members.
func (m *Memory) IDs() (ids []string) {
	for _, p := range m.peers {
		ids = append(ids, p.ID)
	}
	return ids
}

// Node is a running member, or nil while it is down.
func (m *Memory) Node(id string) *node.Node {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.nodes[id]
}

// Crash ends a node; Restart brings it back with what it had stored.
func (m *Memory) Crash(id string) error {
	m.mu.Lock()
	n := m.nodes[id]
	m.nodes[id] = nil
	m.mu.Unlock()
	if n == nil {
		return fmt.Errorf("crash %s: it is not running", id)
	}
	return n.Close()
}

// Restart starts a node that is down.
func (m *Memory) Restart(id string) error {
	if m.Node(id) != nil {
		return fmt.Errorf("restart %s: it is running", id)
	}
	cfg := node.DefaultConfig()
	cfg.ID, cfg.Peers, cfg.AllowFaults = id, m.peers, true
	cfg.Network, cfg.Stores = m.fabric, m.stores[id]
	if m.tune != nil {
		m.tune(&cfg)
	}
	n, err := node.Open(cfg)
	if err != nil {
		return fmt.Errorf("restart %s: %w", id, err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.nodes[id] = n
	return nil
}

// Close ends every node.
func (m *Memory) Close() (err error) {
	for _, id := range m.IDs() {
		if m.Node(id) != nil {
			err = errors.Join(err, m.Crash(id))
		}
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
