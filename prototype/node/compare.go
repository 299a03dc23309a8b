package node

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"lockstep/prototype/fault"
	"lockstep/prototype/link"
	"lockstep/prototype/node/replica"
	"lockstep/prototype/node/roster"
	"lockstep/prototype/node/wire"
	"lockstep/prototype/order"
)

// Leaders tell their followers the fingerprint of their state, and a follower that
// had another one at the same index stops: what it holds is not what the others
// hold. Reads compare in the same way before they answer (Replica.Shares); this is
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
	roster *roster.Roster
	gate   *fault.Gate
	shards []*replica.Replica // of the quorum lane
}

func newComparer(mesh *link.Mesh, r *roster.Roster, gate *fault.Gate, shards []*replica.Replica) *comparer {
	c := &comparer{mesh: mesh, roster: r, gate: gate, shards: shards}
	mesh.Handle(wire.ChannelState, c.receive)
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
			if !s.Leads() {
				delete(before, s.Shard)
				continue
			}
			now := stateMessage{s.Shard, s.Term(), s.State()}
			if b, ok := before[s.Shard]; ok && b.Term == now.Term && b.Index > 0 {
				told = append(told, b)
			}
			before[s.Shard] = now
		}
		payload, err := json.Marshal(told)
		if err != nil || len(told) == 0 {
			continue
		}
		for _, id := range c.roster.Others() {
			c.mesh.Send(id, wire.ChannelState, payload)
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
		if s.Leader() != from || s.Term() != t.Term || !slices.Contains(s.Voters(), from) {
			continue
		}
		if equal, known := s.Agrees(t.State); known && !equal {
			s.Halt("at entry " + strconv.FormatUint(t.Index, 10) + " its history is another one than that of the leader, " + from)
		}
	}
}
