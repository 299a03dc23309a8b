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

// list tells the members as this node knows them.
func (m *membership) list() (members []Member) {
	m.look()
	for _, p := range m.Roster.all() {
		one := Member{Peer: p, Heard: m.Live.hears(p.ID)}
		for _, s := range m.quorum() {
			switch server, ok := s.server(p.ID); {
			case !ok:
			case server.Suffrage == raft.Voter:
				one.Voter++
			default:
				one.Joining++
			}
		}
		members = append(members, one)
	}
	return members
}

func (m *membership) receive(from string, payload []byte, reply func([]byte, error)) {
	var r memberRequest
	if err := json.Unmarshal(payload, &r); err != nil || r.Shard < 0 || r.Shard >= len(m.Shards) || r.Peer.ID == "" {
		reply(nil, errRPC)
		return
	}
	if r.Peer.ID != from && r.Step != stepRemove && r.Step != stepLeft {
		reply(nil, errors.New("a node can only join by itself"))
		return
	}
	go func() {
		ctx, cancel := context.WithTimeout(m.Context, joinWithin)
		defer cancel()
		reply(json.Marshal(m.step(ctx, r)))
	}()
}

// step takes a step, if this node leads the shard.
func (m *membership) step(ctx context.Context, r memberRequest) memberAnswer {
	if r.Step == stepLeft {
		if r.Peer.ID == m.ID {
			m.leave()
		}
		return memberAnswer{Done: true}
	}
	s := m.Shards[r.Shard]
	if !s.leads() {
		return memberAnswer{Leader: s.leader()}
	}
	var err error
	switch r.Step {
	case stepBelong:
		if _, ok := s.server(r.Peer.ID); !ok {
			return memberAnswer{Removed: true}
		}
	case stepAdmit, stepReturn:
		if err := m.onlyOne(ctx, s, r); err != nil {
			return memberAnswer{Reason: err.Error()}
		}
		m.Roster.welcome(r.Peer)
		var at mark
		if at, err = m.admit(s, r.Peer, r.Step == stepReturn); err == nil {
			m.look()
			return memberAnswer{Done: true, Admitted: at}
		}
	case stepPromote:
		err = m.promote(s, r.Peer, r.Index)
	case stepRemove:
		if r.Peer.ID == m.ID {
			if !m.Balance.leave(s) {
				return memberAnswer{Reason: "this node leads the shard, and nobody can take it over"}
			}
			m.Balance.settle(ctx, s)
			return memberAnswer{Leader: s.leader()}
		}
		err = m.remove(s, r.Peer.ID)
	default:
		err = fmt.Errorf("there is no step %q", r.Step)
	}
	if errors.Is(err, raft.ErrNotLeader) || errors.Is(err, raft.ErrLeadershipLost) {
		return memberAnswer{Leader: s.leader()}
	}
	if err != nil {
		return memberAnswer{Reason: err.Error()}
	}
	m.look()
	return memberAnswer{Done: true}
}

// onlyOne refuses a node while another one of its name answers where the members
// know it: it would be removed from the shard, and one that was started by mistake
// would take its place.
func (m *membership) onlyOne(ctx context.Context, s *shard, r memberRequest) error {
	if _, member := s.server(r.Peer.ID); !member || r.Life == "" {
		return nil
	}
	payload, err := json.Marshal(foundingQuestion{Life: m.Life})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	var a foundingAnswer
	answer, err := m.Mesh.Call(ctx, r.Peer.ID, channelFounding, payload)
	if err != nil || json.Unmarshal(answer, &a) != nil || a.Life == r.Life {
		return nil // nobody else is there
	}
	known, _ := m.Roster.peer(r.Peer.ID)
	return fmt.Errorf("another node of this name runs at %s: %w", known.Raft, errTwin(r.Peer.ID))
}

// admit gives the entry that admits a node; none if it is a member and keeps what
// it has.
func (m *membership) admit(s *shard, p Peer, keeps bool) (at mark, err error) {
	if p.Raft == "" {
		return at, errors.New("a member needs an address for the other nodes")
	}
	if _, ok := s.server(p.ID); ok && keeps {
		return at, nil
	} else if ok {
		if err := m.remove(s, p.ID); err != nil {
			return at, err
		}
	}
	return s.admit(p.ID, p.address())
}

func (m *membership) promote(s *shard, p Peer, index uint64) error {
	server, ok := s.server(p.ID)
	switch {
	case !ok:
		return errors.New("it has not been admitted")
	case server.Suffrage == raft.Voter:
		return nil
	}
	return s.promote(server, index)
}

// remove removes a member, unless those that remain could not go on: a change
// that cannot be committed would stop the shard.
func (m *membership) remove(s *shard, id string) error {
	if _, ok := s.server(id); !ok {
		return nil
	}
	remain := slices.DeleteFunc(s.voters(), func(v string) bool { return v == id })
	if err := canGoOn(remain, func(v string) bool { return v == m.ID || m.Balance.asks(s, v) != nil }); err != nil {
		return err
	}
	if err := s.remove(id); err != nil {
		return err
	}
	m.Promises.releases(s.id, id)
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

// removeEverywhere takes a member out of every shard and tells it so. It may be called at
// any node and repeated if it fails on the way; what was done stays done.
func (m *membership) removeEverywhere(ctx context.Context, id string) error {
	p, ok := m.Roster.peer(id)
	if !ok {
		return fmt.Errorf("remove %s: %w", id, ErrNoMember)
	}
	errs := make([]error, len(m.Shards))
	var removing sync.WaitGroup
	slots := make(chan struct{}, joinAtOnce)
	for i, s := range m.Shards {
		removing.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			errs[i] = m.removeFrom(ctx, s, p)
		})
	}
	removing.Wait()
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("remove %s: %w", id, err)
	}
	farewell := memberRequest{Step: stepLeft, Peer: p}
	if id == m.ID {
		m.step(ctx, farewell)
	} else if payload, err := json.Marshal(farewell); err == nil {
		ctx, cancel := context.WithTimeout(ctx, askWithin)
		defer cancel()
		// It need not be there to be removed.
		_, _ = m.Mesh.Call(ctx, id, channelMembers, payload)
	}
	m.look()
	return nil
}

// removeFrom asks until the shard has a leader that does it.
func (m *membership) removeFrom(ctx context.Context, s *shard, p Peer) error {
	for {
		_, err := m.askLeader(ctx, memberRequest{Step: stepRemove, Shard: s.id, Peer: p})
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
func (m *membership) leave() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.left {
		m.left = true
		close(m.gone)
	}
}
