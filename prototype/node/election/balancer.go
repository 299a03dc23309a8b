package election

import (
	"context"
	"encoding/json"
	"sync/atomic"
	"time"

	"lockstep/prototype/fault"
	"lockstep/prototype/link"
	"lockstep/prototype/node/liveness"
	"lockstep/prototype/node/replica"
	"lockstep/prototype/node/wire"
)

// Balancer spreads the leads evenly: the leader of a shard hands over to the
// voter that the shard prefers most among those that are heard; see preference.
// It acts when nothing about the shard has changed for node.Config.BalanceAfter, and
// only towards a node that is calm: with no fault in force, a working disk, and
// nearly all of the log. A handover costs the shard one round of messages, in
// which sends are refused and tried again by the client.
//
// A drain uses the same handover to leave no lead behind.
type Balancer struct {
	cfg      replica.Config
	after    time.Duration // see NewBalancer
	mesh     *link.Mesh
	live     *liveness.Peers
	faults   *fault.Set
	shards   []*replica.Replica
	stop     <-chan struct{}
	Draining atomic.Bool
	places   []placement // by shard
}

// placement is who leads a shard and who should.
type placement struct {
	leader, preferred string
	since             time.Time
}

const balanceEvery = 500 * time.Millisecond

// NewBalancer hands leads over until stop is closed. A shard must have been quiet for so
// long; 0: nothing is handed over but by a drain.
func NewBalancer(cfg replica.Config, after time.Duration, mesh *link.Mesh, live *liveness.Peers, faults *fault.Set, shards []*replica.Replica, stop <-chan struct{}) *Balancer {
	b := &Balancer{cfg: cfg, after: after, mesh: mesh, live: live, faults: faults, shards: shards, stop: stop, places: make([]placement, len(shards))}
	for _, s := range shards {
		s.OnHung(func() {
			// If nobody can take it over, the fence falls silent before long.
			if _, err := b.Relieve(s); err != nil {
				cfg.Logger.Warn("the lead could not be handed over", "shard", s.Shard, "error", err)
			}
		})
	}
	return b
}

// Calm says whether this node may be given a lead.
func (b *Balancer) Calm() bool { return !b.Draining.Load() && len(b.faults.Active()) == 0 }

// Run spreads the leads until stop is closed.
func (b *Balancer) Run() {
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
func (b *Balancer) look() {
	for _, s := range b.shards {
		now := placement{leader: s.Leader(), since: time.Now()}
		for _, id := range preference(s.Turn(), s.Voters()) {
			if b.live.Hears(id) {
				now.preferred = id
				break
			}
		}
		place := &b.places[s.Shard]
		if now.leader != place.leader || now.preferred != place.preferred {
			*place = now
		}
		if !s.Leads() || now.preferred == "" || now.preferred == b.cfg.ID || now.since.Sub(place.since) < b.after {
			continue
		}
		select {
		case <-b.stop:
			return
		default:
		}
		place.since = now.since // not again before long, if it fails
		if b.Calm() && b.calm(s, now.preferred) {
			b.handOver(s, now.preferred)
		}
	}
}

// able says whether a node can take over a shard at once.
func (o *Opinion) able(s *replica.Replica) bool {
	return o != nil && o.Fit && !o.Agrees && !s.Lags(o.Index)
}

func (b *Balancer) able(s *replica.Replica, id string) bool { return b.Asks(s, id).able(s) }

func (b *Balancer) calm(s *replica.Replica, id string) bool {
	o := b.Asks(s, id)
	return o.able(s) && o.Calm
}

// Asks gives a node's opinion of a shard that this node leads, or nil if it does
// not answer.
func (b *Balancer) Asks(s *replica.Replica, id string) *Opinion {
	ask, err := json.Marshal([]question{{Shard: s.Shard}}) // of no term: this node does lead the shard
	if err != nil {
		return nil
	}
	var opinions []Opinion
	payload, err := b.live.Ask(context.Background(), id, wire.ChannelOpinion, ask)
	if err != nil || json.Unmarshal(payload, &opinions) != nil || len(opinions) != 1 {
		return nil
	}
	return &opinions[0]
}

func (b *Balancer) handOver(s *replica.Replica, to string) bool {
	if err := s.HandOver(to); err != nil {
		b.cfg.Logger.Warn("the lead could not be handed over", "shard", s.Shard, "to", to, "error", err)
		return false
	}
	b.cfg.Logger.Info("handed over", "shard", s.Shard, "to", to)
	return true
}

// Relieve hands over a shard that this node leads, to a voter that can lead it at once.
// The library, left to itself, may choose one that is paused, or still a candidate of an
// election that it has lost, and deaf to the request; meanwhile the leader refuses
// sends. It has the choice only if this node finds nobody.
func (b *Balancer) Relieve(s *replica.Replica) (had bool, err error) {
	if !s.Leads() {
		return false, nil
	}
	if b.Leave(s) || b.leave(s, b.able) {
		return true, nil
	}
	return s.HandOverToAny()
}
