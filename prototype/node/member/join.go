package member

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/hashicorp/raft"

	"lockstep/prototype/link"
	"lockstep/prototype/node/replica"
	"lockstep/prototype/node/wire"
)

const (
	joinEvery = 50 * time.Millisecond
	// restEvery is how often a node that is a member of all shards looks whether it
	// still is.
	restEvery = time.Second
	// strandedAfter is how long a member that wants to join may be without a leader
	// before it asks whether it was removed while it was away.
	strandedAfter = 2 * time.Second
	joinWithin    = 5 * time.Second
	joinAtOnce    = 8 // shards
	warnEvery     = 10 * time.Second
)

// Run makes this node a voter of its shards, founds those that are new, and goes on to
// look for those that need it. For each shard the leader first takes this node in as one
// that gets the log and has no vote, and when it has nearly all of the log, as a voter: a
// majority must never depend on a node that still has to be filled.
//
// It does that for a node that was told to join, for one that lost its disk
// and comes back under its old name (see [Founding]), and for one whose earlier
// attempt broke off. Every step may be repeated.
func (m *Membership) Run(f *Founding) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	m.done.Go(func() {
		select {
		case <-m.Context.Done():
		case <-m.Gone:
		}
		cancel()
	})
	strangers := make(map[int]bool)
	for _, s := range m.quorum() {
		if s.HasForgotten() {
			strangers[s.Shard] = true
		}
	}
	if m.Join {
		for _, shard := range f.open() {
			strangers[shard] = true
			f.decided(shard, nil)
		}
	}
	began := time.Now()
	for {
		for _, shard := range f.step(ctx) {
			strangers[shard] = true
		}
		m.look()
		m.namer.look(ctx, m.Shards[0])
		pause := restEvery
		if m.round(ctx, strangers, time.Since(began) > strandedAfter) > 0 {
			pause = joinEvery
		}
		if len(f.open()) > 0 || !f.answered() && time.Since(began) < strandedAfter {
			pause = foundEvery
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		}
	}
}

// round does for each shard the next step that it needs, and says how many still
// need one. strangers are the shards in which this node is certain to hold
// nothing; they are opened when a leader has admitted it.
func (m *Membership) round(ctx context.Context, strangers map[int]bool, settled bool) (open int) {
	var mu sync.Mutex
	var steps sync.WaitGroup
	slots := make(chan struct{}, joinAtOnce)
	for _, s := range m.Shards {
		mu.Lock()
		stranger := strangers[s.Shard]
		mu.Unlock()
		r := Request{Shard: s.Shard, Peer: m.Roster.Self, Life: m.Life}
		switch {
		case s.Stopped():
			continue
		case stranger:
			r.Step = StepAdmit
		case s.IsBeingFilled():
			open++ // it will ask for its vote
			continue
		case s.Suffrage() == raft.Nonvoter:
			r.Step, r.Index = StepPromote, s.AppliedIndex()
		case settled && s.Leader() == "" && m.Join:
			r.Step = StepReturn
		case settled && s.Leader() == "":
			r.Step = StepBelong
		default:
			continue
		}
		if r.Step != StepBelong { // which can wait
			open++
		}
		steps.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			a, err := m.askLeader(ctx, r)
			if err == nil && stranger {
				err = s.Fill(a.Admitted)
			}
			if err != nil {
				m.refused(s, r.Step, err)
				return
			}
			if r.Step == StepBelong {
				return
			}
			m.Logger.Info("membership", "shard", s.Shard, "step", r.Step)
			if stranger {
				mu.Lock()
				delete(strangers, s.Shard)
				mu.Unlock()
			}
		})
	}
	steps.Wait()
	return open
}

// refused notes why a step was not taken. It is an operator's business when the
// leader says no, or when it takes long.
func (m *Membership) refused(s *replica.Replica, step Step, err error) {
	s.WaitFor(err.Error())
	m.Logger.Debug("not a member yet", "shard", s.Shard, "step", step, "reason", err)
	if errors.Is(err, errRemoved) {
		m.expel(s.Shard)
	}
	m.mu.Lock()
	loud := step == StepAdmit && time.Since(m.warned) > warnEvery
	if loud {
		m.warned = time.Now()
	}
	m.mu.Unlock()
	if loud {
		m.Logger.Warn("this node does not take part yet", "shard", s.Shard, "step", step, "reason", err)
	}
}

// expel notes that this node was removed from a shard while it was away, and ends
// its membership when it was removed from all.
func (m *Membership) expel(shard int) {
	m.mu.Lock()
	m.removed[shard] = true
	all := len(m.removed) == len(m.Shards)
	m.mu.Unlock()
	if all {
		m.Logger.Error(ErrRemoved.Error())
		m.leave()
	}
}

// ErrRemoved is the error for a node that was removed from its cluster while it
// was away.
var ErrRemoved = errors.New("this node was removed from its cluster while it was away: to take it in again, start it with --join and the address of a member")

// IsRemoved says that the channel of gone was closed because this node found itself
// removed.
func (m *Membership) IsRemoved() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.removed) == len(m.Shards)
}

// errRemoved is what a leader says to one that is no member any more.
var errRemoved = errors.New("the shard's leader says that this node is no member")

// errNobodyLeads is for a shard whose leader could not be found just now.
var errNobodyLeads = errors.New("no leader of the shard is known (if a majority of its members has lost its data for good: lockstep recover --help)")

// askLeader has the leader of a shard take a step. Others say whom they believe
// to lead.
func (m *Membership) askLeader(ctx context.Context, r Request) (Answer, error) {
	payload, err := json.Marshal(r)
	if err != nil {
		return Answer{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, joinWithin)
	defer cancel()
	asked := map[string]bool{}
	next := append([]string{m.Shards[r.Shard].Leader()}, m.Roster.Others()...)
	last := errNobodyLeads
	for len(next) > 0 {
		id := next[0]
		next = next[1:]
		if id == "" || asked[id] {
			continue
		}
		asked[id] = true
		var a Answer
		if id == m.ID {
			if a = m.Step(ctx, r); a == (Answer{}) && m.Shards[r.Shard].Leader() != id {
				last = fmt.Errorf("the others follow a leader of this node's own name; if that does not pass, there are two of them: %w", link.ErrTwin(id))
			}
		} else {
			answer, err := m.Mesh.Call(ctx, id, wire.ChannelMembers, payload)
			if err == nil {
				err = json.Unmarshal(answer, &a)
			}
			if err != nil {
				last = fmt.Errorf("ask %s: %w", id, err)
				continue
			}
		}
		if a.Term > 0 && a.Leader == m.ID && r.Step == StepAdmit && m.Shards[r.Shard].IsFollower() {
			m.Elections.Disown(ctx, id, r.Shard, a.Term)
		}
		switch {
		case a.Done:
			return a, nil
		case a.Removed:
			return a, errRemoved
		case a.Reason != "":
			return a, errors.New(a.Reason)
		}
		next = append([]string{a.Leader}, next...)
	}
	return Answer{}, last
}
