package member

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/raft"

	"lockstep/prototype/node/folder"
	"lockstep/prototype/node/replica"
	"lockstep/prototype/node/roster"
	"lockstep/prototype/node/wire"
)

// Founding decides what becomes of the shards without state.
//
// A shard without any state on this node's disk may be new, or it may have been
// lost. The difference matters: a member that has lost its disk has forgotten its
// votes and what it had acknowledged, and if it took part again as if nothing had
// happened, a message that a majority had on disk could be gone.
//
// So a replica without state takes no part, in nothing at all, until one of two
// things is certain:
//
//   - The shard is new: every other member says that it has no state either. One
//     that does not answer may hold what a majority has lost, so it is waited for,
//     however long. Then the replica writes the first configuration, which is the
//     same at every founder.
//   - Some member has state. Then this replica joins, as a stranger would; see
//     Membership.Run.
//
// One that has state tells the others, once in its life, where its log ended when
// it started. A former leader that was told more answers so: then this replica's
// whole folder is an older copy, which nothing within it can show.
type Founding struct {
	m    *Membership
	told map[string]bool // the members that have answered in this life

	began time.Time

	mu        sync.Mutex
	undecided map[int]bool
	// founders are those who had no state in the life that they told of, when this
	// node founded: they may found, too, though this node has state by now.
	founders map[string]string
}

const (
	foundEvery = 20 * time.Millisecond
	// lazyFoundAfter is how long the lazy lane's founders wait for those who do not
	// host it: a majority founds that lane, which promises nothing to anybody.
	lazyFoundAfter = 2 * time.Second
)

// foundingQuestion asks whether shards have state; the answer lists those that
// have, and says in which life it was given.
type foundingQuestion struct {
	Life   string
	Shards []int
	Marks  map[int]folder.Mark `json:",omitempty"` // where the logs ended of the shards that have state
}

type foundingAnswer struct {
	Life   string
	Held   []int
	Absent []int `json:",omitempty"` // those that the one who answers does not host: the lazy lane's
	// Acknowledged is what the one who asks had acknowledged to the one who answers,
	// where that is more than it has.
	Acknowledged map[int]folder.Mark `json:",omitempty"`
}

// NewFounding begins with what the replicas hold, and answers the others from now on.
func NewFounding(m *Membership) *Founding {
	f := &Founding{m: m, told: make(map[string]bool), began: time.Now(), undecided: make(map[int]bool), founders: make(map[string]string)}
	for _, s := range m.Shards {
		f.undecided[s.Shard] = isEmpty(s)
	}
	m.Mesh.Handle(wire.ChannelFounding, f.receive)
	return f
}

func (f *Founding) receive(from string, payload []byte, reply func([]byte, error)) {
	var q foundingQuestion
	if err := json.Unmarshal(payload, &q); err != nil {
		reply(nil, wire.ErrMalformed)
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	a := foundingAnswer{Life: f.m.Life}
	for _, shard := range q.Shards {
		if shard >= len(f.m.Shards) {
			a.Absent = append(a.Absent, shard)
		} else if !f.undecided[shard] && f.founders[from] != q.Life {
			a.Held = append(a.Held, shard)
		}
	}
	for shard, m := range q.Marks {
		if r := f.m.Promises.Remembers(shard, from); m.Before(r) {
			if a.Acknowledged == nil {
				a.Acknowledged = make(map[int]folder.Mark)
			}
			a.Acknowledged[shard] = r
		}
	}
	reply(json.Marshal(a))
}

// step decides for each shard without state, if it can be decided now. It gives
// those that must join, those among them that have forgotten something.
func (f *Founding) step(ctx context.Context) (join []int) {
	open := f.open()
	if len(open) == 0 && f.answered() {
		return nil
	}
	answers := f.ask(ctx, open)
	for id, a := range answers {
		f.told[id] = true
		join = append(join, f.m.acknowledged(id, a.Acknowledged)...)
	}
	held := make(map[int]bool)
	hosts := make(map[int]int) // that answered
	for _, a := range answers {
		for _, shard := range a.Held {
			held[shard] = true
		}
		for _, shard := range open {
			if !slices.Contains(a.Absent, shard) {
				hosts[shard]++
			}
		}
	}
	others := len(f.m.Peers) - 1
	for _, shard := range open {
		switch {
		case held[shard]:
			join = append(join, shard)
			f.decided(shard, nil)
		case hosts[shard] == others, shard >= f.m.Quorum && time.Since(f.began) > lazyFoundAfter && roster.Majority(hosts[shard]+1, others+1):
			if err := f.found(f.m.Shards[shard]); err != nil {
				f.m.Logger.Error("the shard could not be founded", "shard", shard, "error", err)
				continue
			}
			f.decided(shard, answers)
		default:
			f.m.Shards[shard].WaitFor("a shard is founded when every member has answered that it holds nothing of it; " + strings.Join(f.missing(), ", ") + " did not answer yet")
		}
	}
	return join
}

// answered says whether every member has answered in this life.
func (f *Founding) answered() bool { return len(f.missing()) == 0 }

func (f *Founding) missing() (ids []string) {
	for _, p := range f.m.Peers {
		if p.ID != f.m.ID && !f.told[p.ID] {
			ids = append(ids, p.ID)
		}
	}
	return ids
}

// acknowledged gives the shards in which this replica must join again, by what a former
// leader was told.
func (m *Membership) acknowledged(leader string, more map[int]folder.Mark) (join []int) {
	for shard, told := range more {
		if shard >= 0 && shard < m.Quorum && m.Shards[shard].Reminded(leader, told) {
			join = append(join, shard)
		}
	}
	return join
}

// marks is where the logs ended of the shards that had state when this node
// started.
func (m *Membership) marks() map[int]folder.Mark {
	marks := make(map[int]folder.Mark)
	for _, s := range m.quorum() {
		if held, ok := s.HeldAtStart(); ok {
			marks[s.Shard] = held
		}
	}
	return marks
}

func (f *Founding) open() (shards []int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, s := range f.m.Shards {
		if f.undecided[s.Shard] {
			shards = append(shards, s.Shard)
		}
	}
	return shards
}

func (f *Founding) decided(shard int, founders map[string]foundingAnswer) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.undecided, shard)
	for id, a := range founders {
		f.founders[id] = a.Life
	}
}

// ask gives the answers of those who answered.
func (f *Founding) ask(ctx context.Context, shards []int) map[string]foundingAnswer {
	answers := make(map[string]foundingAnswer)
	payload, err := json.Marshal(foundingQuestion{f.m.Life, shards, f.m.marks()})
	if err != nil {
		return answers
	}
	var mu sync.Mutex
	var asking sync.WaitGroup
	for _, p := range f.m.Peers {
		if p.ID == f.m.ID {
			continue
		}
		asking.Go(func() {
			var a foundingAnswer
			answer, err := f.m.Live.Ask(ctx, p.ID, wire.ChannelFounding, payload)
			if err != nil || json.Unmarshal(answer, &a) != nil {
				return
			}
			mu.Lock()
			defer mu.Unlock()
			answers[p.ID] = a
		})
	}
	asking.Wait()
	return answers
}

// found founds a shard with all the peers.
func (f *Founding) found(s *replica.Replica) error {
	var members raft.Configuration
	for _, p := range f.m.Peers {
		members.Servers = append(members.Servers, raft.Server{ID: raft.ServerID(p.ID), Address: raft.ServerAddress(p.Raft)})
	}
	return s.Found(members)
}

// isEmpty says whether a replica holds nothing, and never did.
func isEmpty(s *replica.Replica) bool {
	_, held := s.HeldAtStart()
	return !held && !s.HasForgotten()
}
