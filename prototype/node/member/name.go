package member

import (
	"fmt"
	"sync"

	"github.com/hashicorp/raft"

	"lockstep/prototype/link"
	"lockstep/prototype/node/folder"
)

// Name is what a node knows of its cluster's name, and what others said of theirs. Its
// methods may be called from any goroutine.
type Name struct {
	store raft.StableStore

	turn  chan struct{} // to write
	mu    sync.Mutex
	own   folder.Identity
	peers map[string]string // what others said at their newest handshake
}

// NewName keeps the name in a store, beside the rest of the node's identity.
func NewName(store raft.StableStore, own folder.Identity) *Name {
	return &Name{store: store, turn: make(chan struct{}, 1), own: own, peers: make(map[string]string)}
}

// Identity is what this node says of itself.
func (n *Name) Identity() folder.Identity {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.own
}

// adopt keeps a cluster's name for good, and gives the nodes that have another one: they
// were let in while this node had none. A node that has another name refuses.
func (n *Name) adopt(cluster string) (strangers []string, err error) {
	n.turn <- struct{}{}
	defer func() { <-n.turn }()
	own := n.Identity()
	switch own.Cluster {
	case cluster:
		return nil, nil
	case "":
	default:
		return nil, foreign(own.Node, own.Cluster, cluster)
	}
	own.Cluster = cluster
	if err := own.Keep(n.store); err != nil {
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

// Identify is what this node says of itself to others.
func (n *Name) Identify() link.Identity {
	own := n.Identity()
	return link.Identity{Cluster: own.Cluster, Shards: own.Shards, Format: own.Format}
}

// Recognise refuses a node of another cluster. One of a version without identities
// says nothing of itself.
func (n *Name) Recognise(peer string, theirs link.Identity, _ link.Features) error {
	own := n.Identity()
	switch {
	case theirs.Cluster != "" && own.Cluster != "" && theirs.Cluster != own.Cluster:
		return foreign(peer, theirs.Cluster, own.Cluster)
	case theirs.Shards != 0 && theirs.Shards != own.Shards:
		return fmt.Errorf("%w: %s has %d shards, and the cluster of %s has %d: start every node with the same --shards", folder.ErrIdentity, peer, theirs.Shards, own.Node, own.Shards)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.peers[peer] = theirs.Cluster
	return nil
}

// foreign says that a node and its caller belong to different clusters.
func foreign(id, own, other string) error {
	return fmt.Errorf("%w: %s holds data of cluster %s, and was addressed by cluster %s: start each node with the data folder and the addresses of its own cluster", folder.ErrIdentity, id, short(own), short(other))
}

// short is a name as people read it.
func short(cluster string) string { return cluster[:min(8, len(cluster))] }
