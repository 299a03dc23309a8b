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
	// Agrees: it hears no leader either, and would vote now. A voter that does not
	// yet, or not while its disk hangs, must not count towards a majority: the
	// campaign would be in vain, and the library stands again only after its election
	// timeout.
	Agrees bool
	// Fit: it may campaign. It is not while its disk is sick, or while an election
	// of its own goes on, or while it drains.
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
	o := opinion{Agrees: d.lacksLeader(s) && s.transport.admit(rpcVote, nil) == nil, Fit: s.raft.State() == raft.Follower && s.transport.mayStand() == nil && !d.draining(), Calm: d.calm() && !s.disk.IsLow() && s.disk.Problem() == "", Index: s.raft.LastIndex()}
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

// question asks about a shard. The one who asks leads it in no term up to Term, and
// will not.
type question struct {
	Shard int
	Term  uint64
}

// ledNoLonger is the newest term of which it is certain that this replica does not
// lead in it and will not. A candidate may win the term that it is in; a follower
// has no way back. The term is read first: whatever the state is after that, a
// follower's earlier term is lost to it.
func (s *shard) ledNoLonger() uint64 {
	term := s.raft.CurrentTerm()
	if s.raft.State() != raft.Follower && term > 0 {
		return term - 1
	}
	return term
}

// receive answers with this node's opinions, in the order of the questions.
func (d *detector) receive(from string, payload []byte, reply func([]byte, error)) {
	var questions []question
	if err := json.Unmarshal(payload, &questions); err != nil {
		reply(nil, errRPC)
		return
	}
	opinions := make([]opinion, len(questions))
	for i, q := range questions {
		if q.Shard < 0 || q.Shard >= len(d.shards) {
			continue // the other one has the lazy lane and this one does not: it has no opinion
		}
		d.deny(from, q)
		opinions[i] = d.opinion(q.Shard)
	}
	reply(json.Marshal(opinions))
}

// deny notes that a node does not lead a shard, whatever this node believes: it
// has started again, so quickly that nobody missed it. What it says holds up to
// its term; it may have won a later one since.
func (d *detector) deny(who string, q question) {
	d.deniedMu.Lock()
	defer d.deniedMu.Unlock()
	of := denial{q.Shard, who}
	d.denied[of] = max(d.denied[of], q.Term)
}

// disown tells a node that this one does not lead a shard up to a term, though it did
// so before it forgot that. It is for a stranger, which leads nothing until it was
// admitted in a later term.
func (d *detector) disown(ctx context.Context, node string, q question) {
	if payload, err := json.Marshal([]question{q}); err == nil {
		_, _ = d.mesh.Call(ctx, node, channelOpinion, payload) // if it is lost, the next attempt to join tells it again
	}
}

// denial is what somebody says of himself. One that asks because it has heard a
// denial says that it does not lead either, and that must not undo the other's.
type denial struct {
	shard int
	node  string
}

// denies says whether the leader that the shard believes in has said that it is
// none.
func (d *detector) denies(s *shard, leader string) bool {
	term := d.deniedUpTo(s.id, leader)
	return term > 0 && s.raft.CurrentTerm() <= term
}

// deniedUpTo is the newest term in which a node has said that it does not lead a
// shard; 0 if it has not said so.
func (d *detector) deniedUpTo(shard int, leader string) uint64 {
	d.deniedMu.Lock()
	defer d.deniedMu.Unlock()
	return d.denied[denial{shard, leader}]
}

// inquire asks the others for their opinions, and has this node campaign where
// it is the best to do so.
func (d *detector) inquire(shards []int) {
	if len(shards) == 0 {
		return
	}
	questions, terms := make([]question, len(shards)), make([]uint64, len(shards))
	for i, id := range shards {
		terms[i] = d.shards[id].raft.CurrentTerm()
		questions[i] = question{id, d.shards[id].ledNoLonger()}
	}
	payload, err := json.Marshal(questions)
	if err != nil {
		return
	}
	type reply struct {
		from     string
		opinions []opinion
	}
	others := d.roster.others()
	replies := make(chan reply, len(others))
	asked := 0
	ctx, cancel := context.WithTimeout(context.Background(), askAgain)
	for _, id := range others {
		if !d.hears(id) {
			continue
		}
		asked++
		go func() {
			var opinions []opinion
			answer, err := d.mesh.Call(ctx, id, channelOpinion, payload)
			if err == nil && json.Unmarshal(answer, &opinions) == nil && len(opinions) == len(shards) {
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
			d.decide(id, terms[i], byShard[i])
		}
	})
}

// decide has this node campaign if it is the one to do so. The opinions are of the
// term in which they were asked for: in a newer one somebody else has begun an election,
// and a campaign would depose whoever has won it.
func (d *detector) decide(shard int, term uint64, opinions map[string]opinion) {
	s := d.shards[shard]
	if s.raft.CurrentTerm() != term || !d.lacksLeader(s) {
		d.later(shard, othersTurn)
		return
	}
	p := count(preference(s.turn(), s.voters()), opinions)
	switch {
	case !p.agreed && !mutant.On(mutant.SuspicionOfOne):
	case p.running:
	case p.best == d.cfg.ID:
		d.mu.Lock()
		d.campaign[shard] = time.Now().Add(ownTurn)
		d.mu.Unlock()
		s.cfg.Logger.Info("campaigns", "shard", shard, "silent", s.leader())
		s.campaign()
	default:
		d.later(shard, othersTurn)
	}
}

// turn is what a shard's preference goes by. The lazy lane's is that of shard 0: who
// compares the lanes wants one failure to strike both.
func (s *shard) turn() int {
	if s.id == s.cfg.Shards {
		return 0
	}
	return s.id
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
