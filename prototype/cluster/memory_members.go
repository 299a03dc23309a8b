package cluster

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"lockstep/prototype/node"
)

// Join starts a new node and returns when it has a vote in every shard.
func (m *Memory) Join(ctx context.Context, id string) error {
	m.mu.Lock()
	if slices.ContainsFunc(m.peers, func(p node.Peer) bool { return p.ID == id }) {
		m.mu.Unlock()
		return fmt.Errorf("join %s: it is a member", id)
	}
	m.joined[id] = slices.Clone(m.peers)
	m.peers = append(m.peers, memoryPeer(id))
	m.disks[id] = newMemoryDisk(m.flush)
	m.mu.Unlock()
	if err := m.Restart(id); err != nil {
		return fmt.Errorf("join %s: %w", id, err)
	}
	if err := m.AwaitVote(ctx, id); err != nil {
		return fmt.Errorf("join %s: %w", id, err)
	}
	return nil
}

// AwaitVote waits until a node is a voter of every shard in the eyes of all that
// run, and is ready: one that is still being filled counts towards no majority.
func (m *Memory) AwaitVote(ctx context.Context, id string) error {
	for !m.votes(id) {
		select {
		case <-time.After(10 * time.Millisecond):
		case <-ctx.Done():
			return fmt.Errorf("await the vote of %s: %w", id, ctx.Err())
		}
	}
	return nil
}

func (m *Memory) votes(id string) bool {
	for _, at := range m.IDs() {
		n := m.Node(at)
		if n == nil && at != id {
			continue
		}
		if n == nil || at == id && !n.Ready() {
			return false
		}
		shards := len(n.Status().Shards)
		if !slices.ContainsFunc(n.Members(), func(x node.Member) bool { return x.ID == id && x.Voter == shards }) {
			return false
		}
	}
	return true
}

// Leave removes a member, running or not, and ends it.
func (m *Memory) Leave(ctx context.Context, id string) error {
	err := ErrNotRunning
	for _, other := range m.IDs() {
		if n := m.Node(other); n != nil && other != id {
			err = n.Remove(ctx, id)
			break
		}
	}
	if err != nil {
		return fmt.Errorf("leave %s: %w", id, err)
	}
	if l, gone := m.take(id); gone == nil {
		err = m.end(id, l)
	}
	err = errors.Join(err, m.awaitKilled(id))
	m.mu.Lock()
	defer m.mu.Unlock()
	m.peers = slices.DeleteFunc(m.peers, func(p node.Peer) bool { return p.ID == id })
	delete(m.disks, id)
	delete(m.joined, id)
	return err
}
