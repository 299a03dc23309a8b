// Package election decides when a shard gets another leader: because its own fell silent
// ([Detector]), or because another node should lead it ([Balancer]).
//
// It never decides who wins. Safety is the consensus library's alone; a wrong suspicion
// costs a term.
package election

import (
	"context"
	"sync"
	"time"

	"lockstep/prototype/link"
	"lockstep/prototype/node/liveness"
	"lockstep/prototype/node/replica"
	"lockstep/prototype/node/roster"
	"lockstep/prototype/node/transport"
	"lockstep/prototype/node/wire"
)

// Detector notices that another node has fallen silent, and sees to it that the
// shards which it led get a leader. It watches nodes, not shards: a node that
// hosts sixty-four shards is alive or dead as a whole, so one message every few
// milliseconds tells for all of them, and the consensus library may run with the
// slow timers that it was tuned for.
//
// It decides when to hold an election, never who wins. Safety is the library's
// alone; a wrong suspicion costs a term.
//
//   - A node is suspected when nothing at all has come from it for
//     replica.Config.DetectAfter.
//   - Nobody campaigns on a suspicion of its own: a majority of the voters must
//     share it, or be without a leader. So a link that is cut between two nodes
//     deposes nobody. This stands in for the library's pre-vote.
//   - Among those who share it, the one with the newest log campaigns, and among
//     equals the one that the shard prefers. So the first election succeeds, and
//     the shards of a dead node spread over the others.
//   - A voter refuses the campaign if it has heard from the leader after all.
//     That refusal is what the lease of a leader rests on; see package transport.
//
// If the detector itself fails, for whatever reason, the library's timers hold
// an election a second or two later.
type Detector struct {
	life    context.Context
	cfg     replica.Config
	mesh    *link.Mesh
	roster  *roster.Roster
	live    *liveness.Peers
	shards  []*replica.Replica
	balance *Balancer
	began   time.Time
	done    sync.WaitGroup

	mu         sync.Mutex
	leaderless map[int]time.Time
	retry      map[int]time.Time // when to ask again
	campaign   map[int]time.Time // until when a campaign of this node goes on
}

const (
	// leaderlessFor is how long a shard may be without a leader before somebody
	// is asked to campaign: an election that is under way should end first.
	leaderlessFor = 60 * time.Millisecond
	askAgain      = 30 * time.Millisecond  // after an opinion that was not shared
	othersTurn    = 100 * time.Millisecond // after another one was found to be better
)

// NewDetector looks after the shards, and hands leads over as the balancer does. When
// life ends, so does what it has asked.
func NewDetector(life context.Context, cfg replica.Config, mesh *link.Mesh, r *roster.Roster, live *liveness.Peers, shards []*replica.Replica, balance *Balancer) *Detector {
	d := &Detector{life: life, cfg: cfg, mesh: mesh, roster: r, live: live, shards: shards, balance: balance, began: time.Now(),
		leaderless: make(map[int]time.Time), retry: make(map[int]time.Time), campaign: make(map[int]time.Time)}
	mesh.Handle(wire.ChannelOpinion, d.receive)
	return d
}

// Close ends what has been asked; no look may follow.
func (d *Detector) Close() { d.done.Wait() }

// Tick looks around. It is called with every beat.
func (d *Detector) Tick() {
	if !d.live.Watches() {
		return
	}
	majority, back := d.live.Look()
	if back {
		d.done.Go(d.refill)
	}
	// Voters that have just started refuse to vote; asking them is in vain.
	if majority && time.Since(d.began) > d.cfg.Promise()+transport.BeatEvery {
		d.inquire(d.open(time.Now()))
	}
}

// refill has the library replicate to a node that is back: it would wait for the
// next send, or for a second or two.
func (d *Detector) refill() {
	for _, s := range d.shards {
		s.Nudge()
	}
}

// open lists the shards that need a leader, as this node sees it, and may be
// asked about now.
func (d *Detector) open(now time.Time) (open []int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, s := range d.shards {
		if !s.LacksLeader() {
			delete(d.leaderless, s.Shard)
			continue
		}
		since, ok := d.leaderless[s.Shard]
		if !ok {
			since = now
			d.leaderless[s.Shard] = now
		}
		if (s.Leader() != "" || now.Sub(since) >= leaderlessFor) && !now.Before(d.retry[s.Shard]) {
			d.retry[s.Shard] = now.Add(askAgain)
			open = append(open, s.Shard)
		}
	}
	return open
}

func (d *Detector) later(shard int, pause time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.retry[shard] = time.Now().Add(pause)
}
