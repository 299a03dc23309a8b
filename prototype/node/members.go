package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/raft"
)

// The leader of a shard changes the shard's members, one at a time, by entries of
// the shard's log; this is hashicorp/raft's single-server change (Ongaro's thesis,
// chapter 4). What is ours is when it is safe to ask for one.

// The steps of a membership.
type memberStep string

const (
	// stepAdmit takes in a node that holds nothing, without a vote. If it was a
	// member before, that one is removed first: it has forgotten its votes, and
	// must not be counted where it was. Once the removal is committed, every
	// majority that could elect or commit shares a voter with the one that
	// committed it.
	stepAdmit memberStep = "admit"
	// stepReturn takes a node in again that was removed and has what it held.
	stepReturn memberStep = "return"
	// stepBelong asks whether a node is a member.
	stepBelong memberStep = "belong"
	// stepPromote gives a vote to one that has nearly all of the log.
	stepPromote memberStep = "promote"
	// stepRemove removes a member.
	stepRemove memberStep = "remove"
	// stepLeft tells a node that it has been removed everywhere.
	stepLeft memberStep = "left"
)

type memberRequest struct {
	Step  memberStep
	Shard int
	Peer  Peer
	Index uint64 // how far a node has come that asks for a vote
	Life  string `json:",omitempty"` // of the node that asks
}

type memberAnswer struct {
	Done   bool
	Leader string // whom to ask instead
	// Term is given where Leader is the stranger itself that asks: in that term its
	// former life led, and the others wait for it until it says that it does not.
	Term   uint64 `json:",omitempty"`
	Reason string // why not, if the leader says no
	// Removed is the answer to stepBelong for one that is no member.
	Removed bool `json:",omitempty"`
	// Admitted is the entry by which a node was admitted.
	Admitted mark `json:",omitzero"`
}

// Member is a node of the cluster and what it takes part in.
type Member struct {
	Peer
	Voter   int  `json:"voter"`   // shards of the quorum lane in which it has a vote
	Joining int  `json:"joining"` // and in which it does not have one yet
	Heard   bool `json:"heard"`   // by the node that was asked
}

// Members lists the members as this node knows them.
func (n *Node) Members() (members []Member) {
	n.roster.look(n.shards)
	for _, p := range n.roster.all() {
		m := Member{Peer: p, Heard: n.detect.hears(p.ID)}
		for _, s := range n.quorum() {
			for _, server := range s.raft.GetConfiguration().Configuration().Servers {
				switch {
				case server.ID != raft.ServerID(p.ID):
				case server.Suffrage == raft.Voter:
					m.Voter++
				default:
					m.Joining++
				}
			}
		}
		members = append(members, m)
	}
	return members
}

func (n *Node) receiveMember(from string, payload []byte, reply func([]byte, error)) {
	var r memberRequest
	if err := json.Unmarshal(payload, &r); err != nil || r.Shard < 0 || r.Shard >= len(n.shards) || r.Peer.ID == "" {
		reply(nil, errRPC)
		return
	}
	if r.Peer.ID != from && r.Step != stepRemove && r.Step != stepLeft {
		reply(nil, errors.New("a node can only join by itself"))
		return
	}
	go func() {
		ctx, cancel := context.WithTimeout(n.life, joinWithin)
		defer cancel()
		reply(json.Marshal(n.step(ctx, r)))
	}()
}

// step takes a step, if this node leads the shard.
func (n *Node) step(ctx context.Context, r memberRequest) memberAnswer {
	if r.Step == stepLeft {
		if r.Peer.ID == n.cfg.ID {
			n.joiner.leave()
		}
		return memberAnswer{Done: true}
	}
	s := n.shards[r.Shard]
	if !s.leads() {
		a := memberAnswer{Leader: s.leader()}
		if term, leader := s.follows(); leader == r.Peer.ID && r.Step == stepAdmit && r.Life != "" && n.lifeOf(ctx, leader) == r.Life {
			a.Term = term
		}
		return a
	}
	var err error
	switch r.Step {
	case stepBelong:
		if _, ok := s.server(r.Peer.ID); !ok {
			return memberAnswer{Removed: true}
		}
	case stepAdmit, stepReturn:
		if err := n.onlyOne(ctx, s, r); err != nil {
			return memberAnswer{Reason: err.Error()}
		}
		n.roster.welcome(r.Peer)
		var at mark
		if at, err = n.admit(s, r.Peer, r.Step == stepReturn); err == nil {
			n.roster.look(n.shards)
			return memberAnswer{Done: true, Admitted: at}
		}
	case stepPromote:
		err = n.promote(s, r.Peer, r.Index)
	case stepRemove:
		if r.Peer.ID == n.cfg.ID {
			if !n.balance.leave(s) {
				return memberAnswer{Reason: "this node leads the shard, and nobody can take it over"}
			}
			n.settle(ctx, s)
			return memberAnswer{Leader: s.leader()}
		}
		err = n.remove(s, r.Peer.ID)
	default:
		err = fmt.Errorf("there is no step %q", r.Step)
	}
	if errors.Is(err, raft.ErrNotLeader) || errors.Is(err, raft.ErrLeadershipLost) {
		return memberAnswer{Leader: s.leader()}
	}
	if err != nil {
		return memberAnswer{Reason: err.Error()}
	}
	n.roster.look(n.shards)
	return memberAnswer{Done: true}
}

func (s *shard) server(id string) (raft.Server, bool) {
	for _, server := range s.raft.GetConfiguration().Configuration().Servers {
		if server.ID == raft.ServerID(id) {
			return server, true
		}
	}
	return raft.Server{}, false
}

// onlyOne refuses a node while another one of its name answers where the members
// know it: it would be removed from the shard, and one that was started by mistake
// would take its place.
func (n *Node) onlyOne(ctx context.Context, s *shard, r memberRequest) error {
	if _, member := s.server(r.Peer.ID); !member || r.Life == "" {
		return nil
	}
	if life := n.lifeOf(ctx, r.Peer.ID); life == "" || life == r.Life {
		return nil // nobody else is there
	}
	known, _ := n.roster.peer(r.Peer.ID)
	return fmt.Errorf("another node of this name runs at %s: %w", known.Raft, errTwin(r.Peer.ID))
}

// lifeOf gives the life of the process that runs at a member's address; "" if none
// answers.
func (n *Node) lifeOf(ctx context.Context, id string) string {
	payload, err := json.Marshal(foundingQuestion{Life: n.lanes.life})
	if err != nil {
		return ""
	}
	var a foundingAnswer
	if answer, err := n.askFor(ctx, id, channelFounding, payload); err != nil || json.Unmarshal(answer, &a) != nil {
		return ""
	}
	return a.Life
}

// admit gives the entry that admits a node; none if it is a member and keeps what
// it has.
func (n *Node) admit(s *shard, p Peer, keeps bool) (at mark, err error) {
	if p.Raft == "" {
		return at, errors.New("a member needs an address for the other nodes")
	}
	if _, ok := s.server(p.ID); ok && keeps {
		return at, nil
	} else if ok {
		if err := n.remove(s, p.ID); err != nil {
			return at, err
		}
	}
	err = s.ruling.admit(p.ID, func() error {
		entry := s.raft.AddNonvoter(raft.ServerID(p.ID), p.address(), 0, joinWithin)
		if err := entry.Error(); err != nil {
			return err
		}
		var e raft.Log
		if err := s.log.GetLog(entry.Index(), &e); err != nil {
			return fmt.Errorf("look at the entry that admits: %w", err)
		}
		at = mark{e.Term, e.Index}
		return nil
	})
	return at, err
}

func (n *Node) promote(s *shard, p Peer, index uint64) error {
	server, ok := s.server(p.ID)
	switch {
	case !ok:
		return errors.New("it has not been admitted")
	case server.Suffrage == raft.Voter:
		return nil
	case index+mayLag < s.raft.LastIndex():
		return fmt.Errorf("it has come to entry %d of %d", index, s.raft.LastIndex())
	}
	return s.raft.AddVoter(server.ID, server.Address, 0, joinWithin).Error()
}

// remove removes a member, unless those that remain could not go on: a change
// that cannot be committed would stop the shard.
func (n *Node) remove(s *shard, id string) error {
	if _, ok := s.server(id); !ok {
		return nil
	}
	remain := slices.DeleteFunc(s.voters(), func(v string) bool { return v == id })
	if err := canGoOn(remain, func(v string) bool { return v == n.cfg.ID || n.balance.asks(s, v) != nil }); err != nil {
		return err
	}
	if err := s.raft.RemoveServer(raft.ServerID(id), 0, joinWithin).Error(); err != nil {
		return err
	}
	n.promises.releases(s.id, id)
	return nil
}

// canGoOn gives an error unless a majority of those that remain answers.
func canGoOn(remain []string, answers func(id string) bool) error {
	answered := 0
	for _, v := range remain {
		if answers(v) {
			answered++
		}
	}
	if !majority(answered, len(remain)) {
		return fmt.Errorf("of the %d voters that would remain, %d answer this leader: without a majority the shard would stand still", len(remain), answered)
	}
	return nil
}

// Remove takes a member out of every shard and tells it so. It may be called at
// any node and repeated if it fails on the way; what was done stays done.
func (n *Node) Remove(ctx context.Context, id string) error {
	p, ok := n.roster.peer(id)
	if !ok {
		return fmt.Errorf("remove %s: %w", id, ErrNoMember)
	}
	errs := make([]error, len(n.shards))
	var removing sync.WaitGroup
	slots := make(chan struct{}, joinAtOnce)
	for i, s := range n.shards {
		removing.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			errs[i] = n.removeFrom(ctx, s, p)
		})
	}
	removing.Wait()
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("remove %s: %w", id, err)
	}
	farewell := memberRequest{Step: stepLeft, Peer: p}
	if id == n.cfg.ID {
		n.step(ctx, farewell)
	} else if payload, err := json.Marshal(farewell); err == nil {
		// It need not be there to be removed.
		_, _ = n.askFor(ctx, id, channelMembers, payload)
	}
	n.roster.look(n.shards)
	return nil
}

// removeFrom asks until the shard has a leader that does it.
func (n *Node) removeFrom(ctx context.Context, s *shard, p Peer) error {
	for {
		_, err := n.askLeader(ctx, memberRequest{Step: stepRemove, Shard: s.id, Peer: p})
		if err == nil {
			return nil
		}
		select {
		case <-time.After(joinEvery):
		case <-ctx.Done():
			return fmt.Errorf("shard %d: %w", s.id, err)
		}
	}
}

// ErrNoMember is the error for a node that is not in the cluster.
var ErrNoMember = errors.New("there is no such member")

// leave notes that this node is a member no more.
func (j *joiner) leave() {
	j.mu.Lock()
	defer j.mu.Unlock()
	if !j.left {
		j.left = true
		close(j.gone)
	}
}

// Left gives a channel that is closed when this node has been removed from every
// shard. It answers still, and has nothing new to say: close it.
func (n *Node) Left() <-chan struct{} { return n.joiner.gone }
