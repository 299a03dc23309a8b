package node

import (
	"sync"
	"time"

	"lockstep/prototype/link"
)

// detector notices that another node has fallen silent, and sees to it that the
// shards which it led get a leader. It watches nodes, not shards: a node that
// hosts sixty-four shards is alive or dead as a whole, so one message every few
// milliseconds tells for all of them, and the consensus library may run with the
// slow timers that it was tuned for.
//
// It decides when to hold an election, never who wins. Safety is the library's
// alone; a wrong suspicion costs a term.
//
//   - A node is suspected when nothing at all has come from it for
//     Config.DetectAfter.
//   - Nobody campaigns on a suspicion of its own: a majority of the voters must
//     share it, or be without a leader. So a link that is cut between two nodes
//     deposes nobody. This stands in for the library's pre-vote.
//   - Among those who share it, the one with the newest log campaigns, and among
//     equals the one that the shard prefers. So the first election succeeds, and
//     the shards of a dead node spread over the others.
//   - A voter refuses the campaign if it has heard from the leader after all.
//     That refusal is what the lease of a leader rests on; see [loyalty].
//
// If the detector itself fails, for whatever reason, the library's timers hold
// an election a second or two later.
type detector struct {
	cfg      replicaConfig
	mesh     *link.Mesh
	roster   *roster
	live     *liveness
	shards   []*shard
	calm     func() bool // see balancer.calm
	draining func() bool
	began    time.Time
	done     sync.WaitGroup

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

// newDetector looks after the shards. calm says whether this node may be given a lead,
// and draining whether it gives away those that it has.
func newDetector(cfg replicaConfig, mesh *link.Mesh, r *roster, live *liveness, shards []*shard, calm, draining func() bool) *detector {
	d := &detector{cfg: cfg, mesh: mesh, roster: r, live: live, shards: shards, calm: calm, draining: draining, began: time.Now(),
		leaderless: make(map[int]time.Time), retry: make(map[int]time.Time), campaign: make(map[int]time.Time)}
	mesh.Handle(channelOpinion, d.receive)
	return d
}

// close ends what has been asked; no look may follow.
func (d *detector) close() { d.done.Wait() }

// tick looks around. It is called with every beat.
func (d *detector) tick() {
	if !d.live.watches() {
		return
	}
	majority, back := d.live.look()
	if back {
		d.done.Go(d.refill)
	}
	// Voters that have just started refuse to vote; asking them is in vain.
	if majority && time.Since(d.began) > d.cfg.promise()+beatEvery {
		d.inquire(d.open(time.Now()))
	}
}

// refill has the library replicate to a node that is back: it would wait for the
// next send, or for a second or two.
func (d *detector) refill() {
	for _, s := range d.shards {
		s.nudge()
	}
}

// open lists the shards that need a leader, as this node sees it, and may be
// asked about now.
func (d *detector) open(now time.Time) (open []int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, s := range d.shards {
		if !s.lacksLeader() {
			delete(d.leaderless, s.id)
			continue
		}
		since, ok := d.leaderless[s.id]
		if !ok {
			since = now
			d.leaderless[s.id] = now
		}
		if (s.leader() != "" || now.Sub(since) >= leaderlessFor) && !now.Before(d.retry[s.id]) {
			d.retry[s.id] = now.Add(askAgain)
			open = append(open, s.id)
		}
	}
	return open
}

func (d *detector) later(shard int, pause time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.retry[shard] = time.Now().Add(pause)
}
