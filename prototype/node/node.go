package node

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/raft"

	"lockstep/prototype/fault"
	"lockstep/prototype/order"
)

// Remote carries a request to another node, which answers it itself or not at
// all. It must report an outcome as failed only if the other node certainly did
// not order anything.
type Remote interface {
	Submit(ctx context.Context, to Peer, conversation string, commands []order.Command) ([]order.Result, *Error)
	Read(ctx context.Context, to Peer, r ReadRequest) (order.View, *Error)
}

// Node is a running replica. Its methods may be called from any goroutine.
type Node struct {
	cfg    Config
	mux    *mux
	links  *fault.Links
	shards []*shard
	meter  *meter
	stop   chan struct{}
}

// Open starts a node. Close ends it.
func Open(cfg Config) (*Node, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	n := &Node{cfg: cfg, links: fault.NewLinks(), meter: newMeter(), stop: make(chan struct{})}
	var err error
	if n.mux, err = newMux(cfg, n.links); err != nil {
		return nil, err
	}
	for id := range cfg.Shards {
		s, err := openShard(id, cfg, n.mux.layers[id], n.meter.shard(id))
		if err != nil {
			return nil, errors.Join(fmt.Errorf("open shard %d: %w", id, err), n.Close())
		}
		n.shards = append(n.shards, s)
	}
	n.meter.watch(n)
	return n, nil
}

// Close stops the node. Sends that are waiting end as failed or unknown.
func (n *Node) Close() error {
	close(n.stop)
	n.mux.closeListener()
	var err error
	for _, s := range n.shards {
		err = errors.Join(err, s.close())
	}
	n.mux.close()
	return err
}

// ID is the node's name.
func (n *Node) ID() string { return n.cfg.ID }

func (n *Node) shardOf(conversation string) *shard {
	return n.shards[ShardOf(conversation, len(n.shards))]
}

// Submit orders messages of one conversation, here or at the leader. It gives
// the results of those that were ordered, from the first on; the error is about
// the rest.
func (n *Node) Submit(ctx context.Context, conversation string, commands []order.Command) ([]order.Result, *Error) {
	ctx, cancel := context.WithTimeout(ctx, n.cfg.SubmitTimeout)
	defer cancel()
	s := n.shardOf(conversation)
	if s.leads() {
		return s.submit(ctx, commands)
	}
	leader, err := n.reachable(s)
	if err != nil {
		return nil, err
	}
	return n.cfg.Remote.Submit(ctx, leader, conversation, commands)
}

// SubmitHere is Submit without forwarding: what a node does for another one.
func (n *Node) SubmitHere(ctx context.Context, conversation string, commands []order.Command) ([]order.Result, *Error) {
	ctx, cancel := context.WithTimeout(ctx, n.cfg.SubmitTimeout)
	defer cancel()
	return n.shardOf(conversation).submit(ctx, commands)
}

// Read reads one conversation, here or at the leader, as the level asks.
func (n *Node) Read(ctx context.Context, r ReadRequest) (order.View, *Error) {
	ctx, cancel := context.WithTimeout(ctx, n.cfg.ReadTimeout)
	defer cancel()
	s := n.shardOf(r.Conversation)
	if r.Level == Session || r.Level == Local || s.leads() {
		return s.read(ctx, r)
	}
	leader, err := n.reachable(s)
	if err != nil {
		return order.View{}, err
	}
	return n.cfg.Remote.Read(ctx, leader, r)
}

// ReadHere is Read without forwarding.
func (n *Node) ReadHere(ctx context.Context, r ReadRequest) (order.View, *Error) {
	ctx, cancel := context.WithTimeout(ctx, n.cfg.ReadTimeout)
	defer cancel()
	return n.shardOf(r.Conversation).read(ctx, r)
}

// reachable is the leader, if one is known and no fault cuts the way to it.
func (n *Node) reachable(s *shard) (Peer, *Error) {
	id := s.leader()
	leader, ok := n.cfg.peer(id)
	if !ok || id == n.cfg.ID {
		return Peer{}, noLeader("no leader is known for this conversation's shard")
	}
	if n.links.IsCut(id, fault.Out) {
		return Peer{}, noLeader("the leader cannot be reached from this node")
	}
	return leader, nil
}

// Digest covers a conversation up to a seq, at this replica; see
// order.Machine.Digest.
func (n *Node) Digest(conversation string, upto uint64) (uint64, order.Digest) {
	return n.shardOf(conversation).fsm.machine.Digest(conversation, upto)
}

// Watch gives a channel that is closed when this replica's state of the
// conversation's shard changes. Take it before reading.
func (n *Node) Watch(conversation string) <-chan struct{} {
	return n.shardOf(conversation).fsm.applied.wait()
}

// Status is what a node knows of itself.
type Status struct {
	Node   string        `json:"node"`
	Shards []ShardStatus `json:"shards"`
}

// ShardStatus is the state of one shard at one node.
type ShardStatus struct {
	Shard        int    `json:"shard"`
	Lane         string `json:"lane"`
	Role         string `json:"role"` // leader, follower, candidate, shutdown
	Term         uint64 `json:"term"`
	Leader       string `json:"leader"` // "" if none is known
	CommitIndex  uint64 `json:"commit_index"`
	AppliedIndex uint64 `json:"applied_index"`
}

// LaneQuorum is the one lane that there is: ordered by the leader, acknowledged
// by a majority.
const LaneQuorum = "quorum"

// Status gives the state of every shard at this node.
func (n *Node) Status() Status {
	status := Status{Node: n.cfg.ID}
	for _, s := range n.shards {
		status.Shards = append(status.Shards, ShardStatus{
			Shard: s.id, Lane: LaneQuorum, Role: role(s.raft.State()), Term: s.raft.CurrentTerm(), Leader: s.leader(),
			CommitIndex: s.raft.CommitIndex(), AppliedIndex: s.raft.AppliedIndex(),
		})
	}
	return status
}

func role(state raft.RaftState) string {
	switch state {
	case raft.Leader:
		return "leader"
	case raft.Candidate:
		return "candidate"
	case raft.Follower:
		return "follower"
	}
	return "shutdown"
}

// Ready says whether every shard has a leader that this node knows.
func (n *Node) Ready() bool {
	for _, s := range n.shards {
		if s.leader() == "" {
			return false
		}
	}
	return true
}

// Fault breaks something at this node.
func (n *Node) Fault(f fault.Fault) error {
	var peers []string
	for _, p := range n.cfg.Peers {
		if p.ID != n.cfg.ID {
			peers = append(peers, p.ID)
		}
	}
	if err := f.Validate(peers); err != nil {
		return err
	}
	n.links.Add(f)
	n.cfg.Logger.Warn("fault", "kind", f.Kind, "peers", f.Peers, "direction", f.Direction)
	return nil
}

// Faults lists what is broken at this node.
func (n *Node) Faults() []fault.Fault { return n.links.Active() }

// Heal mends every fault at this node.
func (n *Node) Heal() { n.links.Heal() }

// AcceptFrom gives an error if a fault keeps that peer's requests away. The one
// who carries requests between nodes must ask.
func (n *Node) AcceptFrom(peer string) error {
	if n.links.IsCut(peer, fault.In) {
		return fault.ErrCut
	}
	return nil
}
