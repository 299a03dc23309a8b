package node

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/raft"
)

// A shard without any state on this node's disk may be new, or it may have been
// lost. The difference matters: a member that has lost its disk has forgotten its
// votes and what it had acknowledged, and if it took part again as if nothing had
// happened, a message that a majority had on disk could be gone.
//
// So a replica without state takes no part, in nothing at all, until one of two
// things is certain:
//
//   - The shard is new: every other member says that it has no state either, or,
//     when some do not answer for a while, a majority does, and nobody has any.
//     Whatever was once committed was on a majority, so if less than a majority
//     has lost its disk, nothing was. Then the replica writes the first
//     configuration, which is the same at every founder.
//   - Some member has state. Then this replica joins, as a stranger would; see
//     joiner.
type founding struct {
	node  *Node
	life  string // of this process; see founders
	began time.Time

	mu        sync.Mutex
	undecided map[int]bool
	// founders are those who had no state in the life that they told of, when this
	// node founded: they may found, too, though this node has state by now.
	founders map[string]string
}

const (
	foundEvery = 20 * time.Millisecond
	// foundAfter is how long a founder waits for those who do not answer.
	foundAfter = 2 * time.Second
	askWithin  = 100 * time.Millisecond
)

// foundingQuestion asks whether shards have state; the answer lists those that
// have, and says in which life it was given.
type foundingQuestion struct {
	Life   string
	Shards []int
}

type foundingAnswer struct {
	Life   string
	Held   []int
	Absent []int `json:",omitempty"` // those that the one who answers does not host: the lazy lane's
}

func newFounding(n *Node, life string) *founding {
	f := &founding{node: n, life: life, began: time.Now(), undecided: make(map[int]bool), founders: make(map[string]string)}
	n.mesh.Handle(channelFounding, f.receive)
	return f
}

func (f *founding) receive(from string, payload []byte, reply func([]byte, error)) {
	var q foundingQuestion
	if err := json.Unmarshal(payload, &q); err != nil {
		reply(nil, errRPC)
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	a := foundingAnswer{Life: f.life}
	for _, shard := range q.Shards {
		if shard >= f.node.cfg.groups() {
			a.Absent = append(a.Absent, shard)
		} else if !f.undecided[shard] && f.founders[from] != q.Life {
			a.Held = append(a.Held, shard)
		}
	}
	reply(json.Marshal(a))
}

// step decides for each shard without state, if it can be decided now. It gives
// those that must join.
func (f *founding) step(ctx context.Context) (join []int) {
	open := f.open()
	if len(open) == 0 {
		return nil
	}
	answers := f.ask(ctx, open)
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
	others := len(f.node.cfg.Peers) - 1
	for _, shard := range open {
		mayFound := hosts[shard] == others || (time.Since(f.began) > foundAfter && 2*(hosts[shard]+1) > others+1)
		switch {
		case held[shard]:
			join = append(join, shard)
			f.decided(shard, nil)
		case mayFound:
			if err := f.found(f.node.shards[shard]); err != nil {
				f.node.cfg.Logger.Error("the shard could not be founded", "shard", shard, "error", err)
				continue
			}
			f.decided(shard, answers)
		}
	}
	return join
}

func (f *founding) open() (shards []int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, s := range f.node.shards {
		if f.undecided[s.id] {
			shards = append(shards, s.id)
		}
	}
	return shards
}

func (f *founding) decided(shard int, founders map[string]foundingAnswer) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.undecided, shard)
	for id, a := range founders {
		f.founders[id] = a.Life
	}
}

// ask gives the answers of those who answered.
func (f *founding) ask(ctx context.Context, shards []int) map[string]foundingAnswer {
	answers := make(map[string]foundingAnswer)
	payload, err := json.Marshal(foundingQuestion{f.life, shards})
	if err != nil {
		return answers
	}
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	var mu sync.Mutex
	var asking sync.WaitGroup
	for _, p := range f.node.cfg.Peers {
		if p.ID == f.node.cfg.ID {
			continue
		}
		asking.Go(func() {
			var a foundingAnswer
			answer, err := f.node.mesh.Call(ctx, p.ID, channelFounding, payload)
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

// found writes the first configuration. Every founder writes the same one, so it
// does not matter who is first.
func (f *founding) found(s *shard) error {
	var members raft.Configuration
	for _, p := range f.node.cfg.Peers {
		members.Servers = append(members.Servers, raft.Server{ID: raft.ServerID(p.ID), Address: raft.ServerAddress(p.Raft)})
	}
	if err := s.raft.BootstrapCluster(members).Error(); err != nil {
		return err
	}
	s.transport.open.Store(true)
	return nil
}
