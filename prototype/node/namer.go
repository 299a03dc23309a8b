package node

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/hashicorp/raft"

	"lockstep/prototype/link"
)

// namer gives the cluster its name. The name is derived from the entry by which the
// first leader of the first shard began its term: once that is committed, every
// replica that holds it comes to the same name by itself, and no leader can choose
// another one. A member that was filled behind that entry is told by the leader. Until
// a node knows the name it refuses nobody by it; a cluster of a version without names
// whose log has been compacted has none.
type namer struct {
	node  *Node
	store raft.StableStore

	turn  chan struct{} // to write
	mu    sync.Mutex
	own   identity
	named map[string]bool   // members that are known to have the name
	peers map[string]string // what others said at their newest handshake
}

// nameMessage tells a name, "" if the sender knows none.
type nameMessage struct{ Cluster string }

func newNamer(n *Node, store raft.StableStore, own identity) *namer {
	m := &namer{node: n, store: store, turn: make(chan struct{}, 1), own: own, named: make(map[string]bool), peers: make(map[string]string)}
	n.mesh.Handle(channelName, m.receive)
	return m
}

// identity is what this node says of itself.
func (m *namer) identity() identity {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.own
}

// adopt keeps a name for good. A node that has another one refuses.
func (m *namer) adopt(cluster string) error {
	m.turn <- struct{}{}
	defer func() { <-m.turn }()
	own := m.identity()
	switch own.Cluster {
	case cluster:
		return nil
	case "":
	default:
		return foreign(m.node.cfg.ID, own.Cluster, cluster)
	}
	own.Cluster = cluster
	if err := own.keep(m.store); err != nil {
		return err
	}
	m.mu.Lock()
	m.own = own
	var strangers []string
	for peer, theirs := range m.peers {
		if theirs != "" && theirs != cluster {
			strangers = append(strangers, peer)
		}
	}
	m.mu.Unlock()
	for _, peer := range strangers { // they were let in while this node had no name
		m.node.mesh.Disconnect(peer)
	}
	return nil
}

// Cluster is the name of this node's cluster, or "" while it has none.
func (n *Node) Cluster() string { return n.name.identity().Cluster }

// identify is what this node says of itself to others.
func (n *Node) identify() link.Identity {
	own := n.name.identity()
	return link.Identity{Cluster: own.Cluster, Shards: own.Shards, Format: own.Format}
}

// recognise refuses a node of another cluster. One of a version without identities
// says nothing of itself.
func (n *Node) recognise(peer string, theirs link.Identity, _ link.Features) error {
	own := n.name.identity()
	switch {
	case theirs.Cluster != "" && own.Cluster != "" && theirs.Cluster != own.Cluster:
		return foreign(peer, theirs.Cluster, own.Cluster)
	case theirs.Shards != 0 && theirs.Shards != own.Shards:
		return fmt.Errorf("%w: %s has %d shards, and the cluster of %s has %d: start every node with the same --shards", ErrIdentity, peer, theirs.Shards, n.cfg.ID, own.Shards)
	}
	n.name.mu.Lock()
	defer n.name.mu.Unlock()
	n.name.peers[peer] = theirs.Cluster
	return nil
}

// foreign says that a node and its caller belong to different clusters.
func foreign(id, own, other string) error {
	return fmt.Errorf("%w: %s holds data of cluster %s, and was addressed by cluster %s: start each node with the data folder and the addresses of its own cluster", ErrIdentity, id, short(own), short(other))
}

// short is a name as people read it.
func short(cluster string) string { return cluster[:min(8, len(cluster))] }

func (m *namer) receive(_ string, payload []byte, reply func([]byte, error)) {
	var told nameMessage
	if err := json.Unmarshal(payload, &told); err != nil {
		reply(nil, errRPC)
		return
	}
	go func() { // it writes to disk
		if told.Cluster != "" {
			if err := m.adopt(told.Cluster); err != nil {
				reply(nil, err)
				return
			}
		}
		reply(json.Marshal(nameMessage{m.identity().Cluster}))
	}()
}

// nameEntry is the index of the entry that names the cluster: behind the founders'
// configuration, the first leader's.
const nameEntry = 2

// derive gives the name that the log of the first shard tells, or "" if it does not
// tell one here.
func (m *namer) derive(s *shard) string {
	var e raft.Log
	if s.raft.CommitIndex() < nameEntry || s.log.GetLog(nameEntry, &e) != nil || e.AppendedAt.IsZero() {
		return ""
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %d %d %x", e.Term, e.Type, e.AppendedAt.UnixNano(), e.Data))
	return hex.EncodeToString(sum[:16])
}

// look has this node learn the name, and, if it leads the first shard, tells those
// members that do not know it.
func (m *namer) look(ctx context.Context) {
	s := m.node.shards[0]
	own := m.identity().Cluster
	if own == "" {
		if own = m.derive(s); own == "" {
			return
		}
		if err := m.adopt(own); err != nil {
			m.node.cfg.Logger.Error("the cluster's name could not be kept", "error", err)
			return
		}
	}
	if !s.leads() {
		return
	}
	for _, server := range s.raft.GetConfiguration().Configuration().Servers {
		id := string(server.ID)
		if id == m.node.cfg.ID || m.named[id] {
			continue
		}
		told, err := m.tell(ctx, id, own)
		m.named[id] = err == nil && told == own
	}
}

func (m *namer) tell(ctx context.Context, id, cluster string) (string, error) {
	payload, err := json.Marshal(nameMessage{cluster})
	if err != nil {
		return "", err
	}
	var told nameMessage
	answer, err := m.node.askFor(ctx, id, channelName, payload)
	if err == nil {
		err = json.Unmarshal(answer, &told)
	}
	return told.Cluster, err
}
