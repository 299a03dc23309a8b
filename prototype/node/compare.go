package node

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"lockstep/prototype/order"
)

// Leaders tell their followers the fingerprint of their state, and a follower that
// had another one at the same index stops: what it holds is not what the others
// hold. Reads compare in the same way before they answer (shard.holds); this is
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

// compare tells until the node ends.
func (n *Node) compare() {
	ticker := time.NewTicker(compareEvery)
	defer ticker.Stop()
	before := make(map[int]stateMessage)
	for {
		select {
		case <-ticker.C:
		case <-n.stop:
			return
		}
		if n.cfg.Gate.Pass(context.Background()) != nil {
			return
		}
		var told []stateMessage
		for _, s := range n.quorum() {
			if !s.leads() {
				delete(before, s.id)
				continue
			}
			now := stateMessage{s.id, s.raft.CurrentTerm(), s.fsm.machine.State()}
			if b, ok := before[s.id]; ok && b.Term == now.Term && b.Index > 0 {
				told = append(told, b)
			}
			before[s.id] = now
		}
		payload, err := json.Marshal(told)
		if err != nil || len(told) == 0 {
			continue
		}
		for _, id := range n.roster.others() {
			n.mesh.Send(id, channelState, payload)
		}
	}
}

func (n *Node) receiveState(from string, payload []byte, _ func([]byte, error)) {
	var told []stateMessage
	if json.Unmarshal(payload, &told) != nil {
		return
	}
	for _, t := range told {
		if t.Shard < 0 || t.Shard >= n.cfg.Shards {
			continue
		}
		s := n.shards[t.Shard]
		// One that was the leader and does not know better is no measure.
		if s.leader() != from || s.raft.CurrentTerm() != t.Term || !slices.Contains(s.voters(), from) {
			continue
		}
		if mine, ok := s.fsm.trail.at(t.Index); ok && mine != t.Fingerprint {
			s.halt("at entry " + strconv.FormatUint(t.Index, 10) + " its history is another one than that of the leader, " + from)
		}
	}
}
