package node

import (
	"context"
	"encoding/json"
	"sync"
	"sync/atomic"
	"time"

	"lockstep/prototype/fault"
	"lockstep/prototype/link"
)

// balancer spreads the leads evenly: the leader of a shard hands over to the
// voter that the shard prefers most among those that are heard; see preference.
// It acts when nothing about the shard has changed for node.Config.BalanceAfter, and
// only towards a node that is calm: with no fault in force, a working disk, and
// nearly all of the log. A handover costs the shard one round of messages, in
// which sends are refused and tried again by the client.
//
// A drain uses the same handover to leave no lead behind.
type balancer struct {
	cfg      replicaConfig
	after    time.Duration // see newBalancer
	mesh     *link.Mesh
	live     *liveness
	faults   *fault.Set
	shards   []*shard
	stop     <-chan struct{}
	draining atomic.Bool
	places   []placement // by shard
	done     sync.WaitGroup
}

// placement is who leads a shard and who should.
type placement struct {
	leader, preferred string
	since             time.Time
}

const (
	balanceEvery  = 500 * time.Millisecond
	opinionWithin = 100 * time.Millisecond
)

// newBalancer hands leads over until stop is closed. A shard must have been quiet for so
// long; 0: nothing is handed over but by a drain.
func newBalancer(cfg replicaConfig, after time.Duration, mesh *link.Mesh, live *liveness, faults *fault.Set, shards []*shard, stop <-chan struct{}) *balancer {
	return &balancer{cfg: cfg, after: after, mesh: mesh, live: live, faults: faults, shards: shards, stop: stop, places: make([]placement, len(shards))}
}

// calm says whether this node may be given a lead.
func (b *balancer) calm() bool { return !b.draining.Load() && len(b.faults.Active()) == 0 }

func (b *balancer) run() {
	if b.after == 0 {
		return
	}
	ticker := time.NewTicker(balanceEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			b.look()
		case <-b.stop:
			return
		}
	}
}

// look hands over the shards whose time has come.
func (b *balancer) look() {
	for _, s := range b.shards {
		now := placement{leader: s.leader(), since: time.Now()}
		for _, id := range preference(s.turn(), s.voters()) {
			if b.live.hears(id) {
				now.preferred = id
				break
			}
		}
		place := &b.places[s.id]
		if now.leader != place.leader || now.preferred != place.preferred {
			*place = now
		}
		if !s.leads() || now.preferred == "" || now.preferred == b.cfg.ID || now.since.Sub(place.since) < b.after {
			continue
		}
		select {
		case <-b.stop:
			return
		default:
		}
		place.since = now.since // not again before long, if it fails
		if b.calm() && b.fit(s, now.preferred) {
			b.handOver(s, now.preferred)
		}
	}
}

// fit says whether a node can take over a shard at once.
func (b *balancer) fit(s *shard, id string) bool {
	o := b.asks(s, id)
	return o != nil && o.Fit && o.Calm && !o.Agrees && !s.lags(o.Index)
}

// asks gives a node's opinion of a shard that this node leads, or nil if it does
// not answer.
func (b *balancer) asks(s *shard, id string) *opinion {
	ask, err := json.Marshal([]question{{Shard: s.id}}) // of no term: this node does lead the shard
	if err != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), opinionWithin)
	defer cancel()
	var opinions []opinion
	payload, err := b.mesh.Call(ctx, id, channelOpinion, ask)
	if err != nil || json.Unmarshal(payload, &opinions) != nil || len(opinions) != 1 {
		return nil
	}
	return &opinions[0]
}

func (b *balancer) handOver(s *shard, to string) bool {
	if err := s.handOver(to); err != nil {
		b.cfg.Logger.Warn("the lead could not be handed over", "shard", s.id, "to", to, "error", err)
		return false
	}
	b.cfg.Logger.Info("handed over", "shard", s.id, "to", to)
	return true
}
