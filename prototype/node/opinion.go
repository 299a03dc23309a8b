package node

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/hashicorp/raft"

	"lockstep/prototype/mutant"
)

// opinion is what a node thinks of a shard that another one believes to be
// without a leader.
type opinion struct {
	Agrees bool // it hears no leader either
	// Fit: it may campaign. It is not while its disk is sick, or while an election
	// of its own goes on.
	Fit bool
	// Running: it has just begun to campaign, and should not be disturbed.
	Running bool
	Calm    bool   // it may be given a lead: no fault is in force there, and no drain
	Term    uint64 // of the last entry of its log
	Index   uint64
}

// newer says whether a log is newer than another one, as voters judge it.
func (o opinion) newer(than opinion) bool {
	if o.Term != than.Term {
		return o.Term > than.Term
	}
	return o.Index > than.Index
}

func (d *detector) opinion(shard int) opinion {
	s := d.shards[shard]
	o := opinion{Agrees: d.lacksLeader(s), Fit: s.fence.mayStand() == nil && s.raft.State() == raft.Follower, Calm: d.calm(), Index: s.raft.LastIndex()}
	d.mu.Lock()
	o.Running = time.Now().Before(d.campaign[shard])
	d.mu.Unlock()
	var last raft.Log
	if s.log.GetLog(o.Index, &last) == nil {
		o.Term = last.Term
	} else { // the log ends in a snapshot
		o.Term, _ = strconv.ParseUint(s.raft.Stats()["last_snapshot_term"], 10, 64)
	}
	return o
}

// receive answers with this node's opinions, in the order of the question.
func (d *detector) receive(_ string, payload []byte, reply func([]byte, error)) {
	var shards []int
	if err := json.Unmarshal(payload, &shards); err != nil {
		reply(nil, errRPC)
		return
	}
	opinions := make([]opinion, len(shards))
	for i, id := range shards {
		if id < 0 || id >= len(d.shards) {
			reply(nil, errRPC)
			return
		}
		opinions[i] = d.opinion(id)
	}
	reply(json.Marshal(opinions))
}

// inquire asks the others for their opinions, and has this node campaign where
// it is the best to do so.
func (d *detector) inquire(shards []int) {
	if len(shards) == 0 {
		return
	}
	question, err := json.Marshal(shards)
	if err != nil {
		return
	}
	type reply struct {
		from     string
		opinions []opinion
	}
	replies := make(chan reply, len(d.peers))
	asked := 0
	ctx, cancel := context.WithTimeout(context.Background(), askAgain)
	for id := range d.peers {
		if !d.hears(id) {
			continue
		}
		asked++
		go func() {
			var opinions []opinion
			payload, err := d.mesh.Call(ctx, id, channelOpinion, question)
			if err == nil && json.Unmarshal(payload, &opinions) == nil && len(opinions) == len(shards) {
				replies <- reply{id, opinions}
			} else {
				replies <- reply{from: id}
			}
		}()
	}
	d.done.Go(func() {
		defer cancel()
		byShard := make([]map[string]opinion, len(shards))
		for i, id := range shards {
			byShard[i] = map[string]opinion{d.cfg.ID: d.opinion(id)}
		}
		for range asked {
			r := <-replies
			for i, o := range r.opinions {
				byShard[i][r.from] = o
			}
		}
		for i, id := range shards {
			d.decide(id, byShard[i])
		}
	})
}

func (d *detector) decide(shard int, opinions map[string]opinion) {
	s := d.shards[shard]
	voters := s.voters()
	agree, best, running := 0, "", false
	for _, id := range preference(shard, voters) {
		o, ok := opinions[id]
		if !ok || !o.Agrees {
			continue
		}
		agree++
		running = running || o.Running
		if o.Fit && (best == "" || o.newer(opinions[best])) {
			best = id
		}
	}
	switch {
	case 2*agree <= len(voters) && !mutant.On(mutant.SuspicionOfOne):
	case running:
	case best == d.cfg.ID:
		d.mu.Lock()
		d.campaign[shard] = time.Now().Add(ownTurn)
		d.mu.Unlock()
		s.cfg.Logger.Info("campaigns", "shard", shard, "silent", s.leader())
		s.campaign()
	default:
		d.later(shard, othersTurn)
	}
}

// preference lists the members in the order in which they should lead a shard:
// the first choices rotate from shard to shard, and so do the second ones, so
// that the shards of a dead node spread over all others. ids must be in the same
// order at every node.
func preference(shard int, ids []string) []string {
	n := len(ids)
	if n < 2 {
		return ids
	}
	order := []string{ids[shard%n]}
	for i := range n - 1 {
		order = append(order, ids[(shard%n+1+(shard/n+i)%(n-1))%n])
	}
	return order
}
