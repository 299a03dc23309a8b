package election

import (
	"context"
	"encoding/json"
	"time"

	"lockstep/prototype/mutant"
	"lockstep/prototype/node/replica"
	"lockstep/prototype/node/wire"
)

// Opinion is what a node thinks of a shard that another one believes to be
// without a leader.
type Opinion struct {
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
func (o Opinion) newer(than Opinion) bool {
	if o.Term != than.Term {
		return o.Term > than.Term
	}
	return o.Index > than.Index
}

// opinion is this node's.
func (d *Detector) opinion(shard int) Opinion {
	s := d.shards[shard]
	o := Opinion{Agrees: s.LacksLeader() && s.MayVote(), Fit: s.MayStand() && !d.balance.Draining.Load(), Calm: d.balance.Calm() && s.HasRoom()}
	o.Term, o.Index = s.End()
	d.mu.Lock()
	o.Running = time.Now().Before(d.campaign[shard])
	d.mu.Unlock()
	return o
}

// question asks about a shard. The one who asks leads it in no term up to Term, and
// will not.
type question struct {
	Shard int
	Term  uint64
}

// receive answers with this node's opinions, in the order of the questions.
func (d *Detector) receive(from string, payload []byte, reply func([]byte, error)) {
	var questions []question
	if err := json.Unmarshal(payload, &questions); err != nil {
		reply(nil, wire.ErrMalformed)
		return
	}
	opinions := make([]Opinion, len(questions))
	for i, q := range questions {
		if q.Shard < 0 || q.Shard >= len(d.shards) {
			continue // the other one has the lazy lane and this one does not: it has no opinion
		}
		d.live.Deny(from, q.Shard, q.Term)
		opinions[i] = d.opinion(q.Shard)
	}
	reply(json.Marshal(opinions))
}

// Disown tells a node that this one does not lead a shard up to a term, though it did
// so before it forgot that. It is for a stranger, which leads nothing until it was
// admitted in a later term.
func (d *Detector) Disown(ctx context.Context, node string, shard int, term uint64) {
	if payload, err := json.Marshal([]question{{shard, term}}); err == nil {
		_, _ = d.mesh.Call(ctx, node, wire.ChannelOpinion, payload) // if it is lost, the next attempt to join tells it again
	}
}

// inquire asks the others that are heard for their opinions, and has this node
// campaign where it is the best to do so.
func (d *Detector) inquire(shards []int) {
	if len(shards) == 0 {
		return
	}
	questions, terms := make([]question, len(shards)), make([]uint64, len(shards))
	for i, id := range shards {
		terms[i] = d.shards[id].Term()
		questions[i] = question{id, d.shards[id].LedNoLonger()}
	}
	payload, err := json.Marshal(questions)
	if err != nil {
		return
	}
	ctx, cancel := context.WithCancel(d.life)
	replies, asked := d.ask(ctx, payload, len(shards))
	d.done.Go(func() {
		defer cancel()
		d.weigh(shards, terms, replies, asked)
	})
}

// reply has one opinion for each shard, or none at all.
type reply struct {
	from     string
	opinions []Opinion
}

// ask asks those that are heard. Each gives one reply, within the time that an answer
// may take on the longest line.
func (d *Detector) ask(ctx context.Context, questions []byte, shards int) (replies chan reply, asked int) {
	others := d.roster.Others()
	replies = make(chan reply, len(others))
	for _, id := range others {
		if !d.live.Hears(id) {
			continue
		}
		asked++
		go func() {
			var opinions []Opinion
			answer, err := d.live.Ask(ctx, id, wire.ChannelOpinion, questions)
			if err == nil && json.Unmarshal(answer, &opinions) == nil && len(opinions) == shards {
				replies <- reply{id, opinions}
			} else {
				replies <- reply{from: id}
			}
		}()
	}
	return replies, asked
}

// weigh decides about each shard: when all have replied, or, from askAgain on, as soon
// as a majority agrees. Who has not replied by then may be far away, or be silent since.
func (d *Detector) weigh(shards []int, terms []uint64, replies <-chan reply, asked int) {
	opinions := make([]map[string]Opinion, len(shards))
	for i := range shards {
		opinions[i] = make(map[string]Opinion)
	}
	undecided := len(shards)
	decide := func(all bool) {
		for i, id := range shards {
			if opinions[i] == nil {
				continue
			}
			opinions[i][d.cfg.ID] = d.opinion(id)
			if all || d.poll(id, opinions[i]).agreed {
				d.decide(id, terms[i], opinions[i])
				opinions[i] = nil
				undecided--
			}
		}
	}
	soon := time.NewTimer(askAgain)
	defer soon.Stop()
	for late := false; asked > 0 && undecided > 0; {
		select {
		case r := <-replies:
			asked--
			for i, o := range r.opinions {
				if opinions[i] != nil {
					opinions[i][r.from] = o
				}
			}
		case <-soon.C:
			late = true
		}
		if late {
			decide(false)
		}
	}
	decide(true)
}

// poll counts what is thought of a shard.
func (d *Detector) poll(shard int, opinions map[string]Opinion) poll {
	s := d.shards[shard]
	return count(preference(s.Turn(), s.Voters()), opinions)
}

// decide has this node campaign if it is the one to do so. The opinions are of the
// term in which they were asked for: in a newer one somebody else has begun an election,
// and a campaign would depose whoever has won it.
func (d *Detector) decide(shard int, term uint64, opinions map[string]Opinion) {
	s := d.shards[shard]
	if s.Term() != term || !s.LacksLeader() {
		d.later(shard, othersTurn)
		return
	}
	p := d.poll(shard, opinions)
	switch {
	case !p.agreed && !mutant.On(mutant.SuspicionOfOne):
	case p.running:
	case p.best == d.cfg.ID:
		d.mu.Lock()
		d.campaign[shard] = time.Now().Add(replica.CampaignFor)
		d.mu.Unlock()
		d.cfg.Logger.Info("campaigns", "shard", shard, "silent", s.Leader())
		s.Campaign()
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
