package node

import (
	"fmt"
	"sync"

	"github.com/hashicorp/raft"

	"lockstep/prototype/link"
)

// name is what a node knows of its cluster's name, and what others said of theirs. Its
// methods may be called from any goroutine.
type name struct {
	store raft.StableStore

	turn  chan struct{} // to write
	mu    sync.Mutex
	own   identity
	peers map[string]string // what others said at their newest handshake
}

// newName keeps the name in a store, beside the rest of the node's identity.
func newName(store raft.StableStore, own identity) *name {
	return &name{store: store, turn: make(chan struct{}, 1), own: own, peers: make(map[string]string)}
}

// identity is what this node says of itself.
func (n *name) identity() identity {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.own
}

// adopt keeps a cluster's name for good, and gives the nodes that have another one: they
// were let in while this node had none. A node that has another name refuses.
func (n *name) adopt(cluster string) (strangers []string, err error) {
	n.turn <- struct{}{}
	defer func() { <-n.turn }()
	own := n.identity()
	switch own.Cluster {
	case cluster:
		return nil, nil
	case "":
	default:
		return nil, foreign(own.Node, own.Cluster, cluster)
	}
	own.Cluster = cluster
	if err := own.keep(n.store); err != nil {
		return nil, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.own = own
	for peer, theirs := range n.peers {
		if theirs != "" && theirs != cluster {
			strangers = append(strangers, peer)
		}
	}
	return strangers, nil
}

// identify is what this node says of itself to others.
func (n *name) identify() link.Identity {
	own := n.identity()
	return link.Identity{Cluster: own.Cluster, Shards: own.Shards, Format: own.Format}
}

// recognise refuses a node of another cluster. One of a version without identities
// says nothing of itself.
func (n *name) recognise(peer string, theirs link.Identity, _ link.Features) error {
	own := n.identity()
	switch {
	case theirs.Cluster != "" && own.Cluster != "" && theirs.Cluster != own.Cluster:
		return foreign(peer, theirs.Cluster, own.Cluster)
	case theirs.Shards != 0 && theirs.Shards != own.Shards:
		return fmt.Errorf("%w: %s has %d shards, and the cluster of %s has %d: start every node with the same --shards", ErrIdentity, peer, theirs.Shards, own.Node, own.Shards)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.peers[peer] = theirs.Cluster
	return nil
}

// foreign says that a node and its caller belong to different clusters.
func foreign(id, own, other string) error {
	return fmt.Errorf("%w: %s holds data of cluster %s, and was addressed by cluster %s: start each node with the data folder and the addresses of its own cluster", ErrIdentity, id, short(own), short(other))
}

// short is a name as people read it.
func short(cluster string) string { return cluster[:min(8, len(cluster))] }
