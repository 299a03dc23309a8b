package member

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/raft"

	"lockstep/prototype/link"
	"lockstep/prototype/node/folder"
	"lockstep/prototype/node/replica"
	"lockstep/prototype/node/roster"
	"lockstep/prototype/node/wire"
)

// The leader of a shard changes the shard's members, one at a time, by entries of
// the shard's log; this is hashicorp/raft's single-server change (Ongaro's thesis,
// chapter 4). What is ours is when it is safe to ask for one.

// Step is one of a membership.
type Step string

const (
	// StepAdmit takes in a node that holds nothing, without a vote. If it was a
	// member before, that one is removed first: it has forgotten its votes, and
	// must not be counted where it was. Once the removal is committed, every
	// majority that could elect or commit shares a voter with the one that
	// committed it.
	StepAdmit Step = "admit"
	// StepReturn takes a node in again that was removed and has what it held.
	StepReturn Step = "return"
	// StepBelong asks whether a node is a member.
	StepBelong Step = "belong"
	// StepPromote gives a vote to one that has nearly all of the log.
	StepPromote Step = "promote"
	// StepRemove removes a member.
	StepRemove Step = "remove"
	// StepLeft tells a node that it has been removed everywhere.
	StepLeft Step = "left"
)

// Request asks the leader of a shard to take a step.
type Request struct {
	Step  Step
	Shard int
	Peer  roster.Peer
	Index uint64 // how far a node has come that asks for a vote
	Life  string `json:",omitempty"` // of the node that asks
}

// Answer says whether a step was taken, and if not, why, or whom to ask.
type Answer struct {
	Done   bool
	Leader string // whom to ask instead
	// Term is given where Leader is the stranger itself that asks: in that term its
	// former life led, and the others wait for it until it says that it does not.
	Term   uint64 `json:",omitempty"`
	Reason string // why not, if the leader says no
	// Removed is the answer to stepBelong for one that is no member.
	Removed bool `json:",omitempty"`
	// Admitted is the entry by which a node was admitted.
	Admitted folder.Mark `json:",omitzero"`
}

// Member is a node of the cluster and what it takes part in.
type Member struct {
	roster.Peer
	Voter   int  `json:"voter"`   // shards of the quorum lane in which it has a vote
	Joining int  `json:"joining"` // and in which it does not have one yet
	Heard   bool `json:"heard"`   // by the node that was asked
}

// List tells the members as this node knows them.
func (m *Membership) List() (members []Member) {
	m.look()
	for _, p := range m.Roster.All() {
		one := Member{Peer: p, Heard: m.Live.Hears(p.ID)}
		for _, s := range m.quorum() {
			switch server, ok := s.Server(p.ID); {
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

func (m *Membership) receive(from string, payload []byte, reply func([]byte, error)) {
	var r Request
	if err := json.Unmarshal(payload, &r); err != nil || r.Shard < 0 || r.Shard >= len(m.Shards) || r.Peer.ID == "" {
		reply(nil, wire.ErrMalformed)
		return
	}
	if r.Peer.ID != from && r.Step != StepRemove && r.Step != StepLeft {
		reply(nil, errors.New("a node can only join by itself"))
		return
	}
	m.Mesh.Answer(func() {
		ctx, cancel := context.WithTimeout(m.Context, joinWithin)
		defer cancel()
		reply(json.Marshal(m.Step(ctx, r)))
	})
}

// Step takes a step, if this node leads the shard.
func (m *Membership) Step(ctx context.Context, r Request) Answer {
	if r.Step == StepLeft {
		if r.Peer.ID == m.ID {
			m.leave()
		}
		return Answer{Done: true}
	}
	s := m.Shards[r.Shard]
	if !s.Leads() {
		a := Answer{Leader: s.Leader()}
		if term, leader := s.Follows(); leader == r.Peer.ID && r.Step == StepAdmit && r.Life != "" && m.lifeOf(ctx, leader) == r.Life {
			a.Term = term
		}
		return a
	}
	var err error
	switch r.Step {
	case StepBelong:
		if _, ok := s.Server(r.Peer.ID); !ok {
			return Answer{Removed: true}
		}
	case StepAdmit, StepReturn:
		if err := m.onlyOne(ctx, s, r); err != nil {
			return Answer{Reason: err.Error()}
		}
		m.Roster.Welcome(r.Peer)
		var at folder.Mark
		if at, err = m.admit(s, r.Peer, r.Step == StepReturn); err == nil {
			m.look()
			return Answer{Done: true, Admitted: at}
		}
	case StepPromote:
		err = m.promote(s, r.Peer, r.Index)
	case StepRemove:
		if r.Peer.ID == m.ID {
			if !m.Balance.Leave(s) {
				return Answer{Reason: "this node leads the shard, and nobody can take it over"}
			}
			m.Balance.Settle(ctx, s)
			return Answer{Leader: s.Leader()}
		}
		err = m.remove(s, r.Peer.ID)
	default:
		err = fmt.Errorf("there is no step %q", r.Step)
	}
	if errors.Is(err, raft.ErrNotLeader) || errors.Is(err, raft.ErrLeadershipLost) {
		return Answer{Leader: s.Leader()}
	}
	if err != nil {
		return Answer{Reason: err.Error()}
	}
	m.look()
	return Answer{Done: true}
}

// onlyOne refuses a node while another one of its name answers where the members
// know it: it would be removed from the shard, and one that was started by mistake
// would take its place.
func (m *Membership) onlyOne(ctx context.Context, s *replica.Replica, r Request) error {
	if _, member := s.Server(r.Peer.ID); !member || r.Life == "" {
		return nil
	}
	if life := m.lifeOf(ctx, r.Peer.ID); life == "" || life == r.Life {
		return nil // nobody else is there
	}
	known, _ := m.Roster.Find(r.Peer.ID)
	return fmt.Errorf("another node of this name runs at %s: %w", known.Raft, link.ErrTwin(r.Peer.ID))
}

// lifeOf gives the life of the process that runs at a member's address; "" if none
// answers.
func (m *Membership) lifeOf(ctx context.Context, id string) string {
	payload, err := json.Marshal(foundingQuestion{Life: m.Life})
	if err != nil {
		return ""
	}
	var a foundingAnswer
	if answer, err := m.Live.Ask(ctx, id, wire.ChannelFounding, payload); err != nil || json.Unmarshal(answer, &a) != nil {
		return ""
	}
	return a.Life
}

// admit gives the entry that admits a node; none if it is a member and keeps what
// it has.
func (m *Membership) admit(s *replica.Replica, p roster.Peer, keeps bool) (at folder.Mark, err error) {
	if p.Raft == "" {
		return at, errors.New("a member needs an address for the other nodes")
	}
	if _, ok := s.Server(p.ID); ok && keeps {
		return at, nil
	} else if ok {
		if err := m.remove(s, p.ID); err != nil {
			return at, err
		}
	}
	return s.Admit(p.ID, p.Address())
}

func (m *Membership) promote(s *replica.Replica, p roster.Peer, index uint64) error {
	server, ok := s.Server(p.ID)
	switch {
	case !ok:
		return errors.New("it has not been admitted")
	case server.Suffrage == raft.Voter:
		return nil
	}
	return s.Promote(server, index)
}

// remove removes a member, unless those that remain could not go on: a change
// that cannot be committed would stop the shard.
func (m *Membership) remove(s *replica.Replica, id string) error {
	if _, ok := s.Server(id); !ok {
		return nil
	}
	remain := slices.DeleteFunc(s.Voters(), func(v string) bool { return v == id })
	if err := canGoOn(remain, func(v string) bool { return v == m.ID || m.Balance.Asks(s, v) != nil }); err != nil {
		return err
	}
	if err := s.Remove(id); err != nil {
		return err
	}
	m.Promises.Releases(s.Shard, id)
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
	if !roster.Majority(answered, len(remain)) {
		return fmt.Errorf("of the %d voters that would remain, %d answer this leader: without a majority the shard would stand still", len(remain), answered)
	}
	return nil
}

// RemoveEverywhere takes a member out of every shard and tells it so. It may be called at
// any node and repeated if it fails on the way; what was done stays done.
func (m *Membership) RemoveEverywhere(ctx context.Context, id string) error {
	p, ok := m.Roster.Find(id)
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
	farewell := Request{Step: StepLeft, Peer: p}
	if id == m.ID {
		m.Step(ctx, farewell)
	} else if payload, err := json.Marshal(farewell); err == nil {
		// It need not be there to be removed.
		_, _ = m.Live.Ask(ctx, id, wire.ChannelMembers, payload)
	}
	m.look()
	return nil
}

// removeFrom asks until the shard has a leader that does it.
func (m *Membership) removeFrom(ctx context.Context, s *replica.Replica, p roster.Peer) error {
	for {
		_, err := m.askLeader(ctx, Request{Step: StepRemove, Shard: s.Shard, Peer: p})
		if err == nil {
			return nil
		}
		select {
		case <-time.After(joinEvery):
		case <-ctx.Done():
			return fmt.Errorf("shard %d: %w", s.Shard, err)
		}
	}
}

// ErrNoMember is the error for a node that is not in the cluster.
var ErrNoMember = errors.New("there is no such member")

// leave notes that this node is a member no more.
func (m *Membership) leave() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.left {
		m.left = true
		close(m.Gone)
	}
}
