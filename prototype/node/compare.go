package node

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"lockstep/prototype/fault"
	"lockstep/prototype/link"
	"lockstep/prototype/order"
)

// Leaders tell their followers the fingerprint of their state, and a follower that
// had another one at the same index stops: what it holds is not what the others
// hold. Reads compare in the same way before they answer (shard.shares); this is
// for replicas that nobody reads.

// compareEvery is how often a leader tells. What it tells was true one round ago,
// so that followers have come as far.
const compareEvery = time.Second

// stateMessage is what the leader of a shard in a term had applied.
type stateMessage struct {
	Shard int
	Term  uint64
	order.State
}

// comparer tells, and compares what it is told.
type comparer struct {
	mesh   *link.Mesh
	roster *roster
	gate   *fault.Gate
	shards []*shard // of the quorum lane
}

func newComparer(mesh *link.Mesh, r *roster, gate *fault.Gate, shards []*shard) *comparer {
	c := &comparer{mesh: mesh, roster: r, gate: gate, shards: shards}
	mesh.Handle(channelState, c.receive)
	return c
}

// run tells until stop is closed.
func (c *comparer) run(stop <-chan struct{}) {
	ticker := time.NewTicker(compareEvery)
	defer ticker.Stop()
	before := make(map[int]stateMessage)
	for {
		select {
		case <-ticker.C:
		case <-stop:
			return
		}
		if c.gate.Pass(context.Background()) != nil {
			return
		}
		var told []stateMessage
		for _, s := range c.shards {
			if !s.leads() {
				delete(before, s.id)
				continue
			}
			now := stateMessage{s.id, s.term(), s.state()}
			if b, ok := before[s.id]; ok && b.Term == now.Term && b.Index > 0 {
				told = append(told, b)
			}
			before[s.id] = now
		}
		payload, err := json.Marshal(told)
		if err != nil || len(told) == 0 {
			continue
		}
		for _, id := range c.roster.others() {
			c.mesh.Send(id, channelState, payload)
		}
	}
}

func (c *comparer) receive(from string, payload []byte, _ func([]byte, error)) {
	var told []stateMessage
	if json.Unmarshal(payload, &told) != nil {
		return
	}
	for _, t := range told {
		if t.Shard < 0 || t.Shard >= len(c.shards) {
			continue
		}
		s := c.shards[t.Shard]
		// One that was the leader and does not know better is no measure.
		if s.leader() != from || s.term() != t.Term || !slices.Contains(s.voters(), from) {
			continue
		}
		if mine, ok := s.fingerprint(t.Index); ok && mine != t.Fingerprint {
			s.halt("at entry " + strconv.FormatUint(t.Index, 10) + " its history is another one than that of the leader, " + from)
		}
	}
}
