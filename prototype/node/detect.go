package node

import (
	"context"
	"sync"
	"time"

	"github.com/hashicorp/raft"

	"lockstep/prototype/link"
	"lockstep/prototype/node/presence"
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
	cfg      Config
	mesh     *link.Mesh
	roster   *roster
	shards   []*shard
	calm     func() bool // see balancer.calm
	draining func() bool
	began    time.Time
	done     sync.WaitGroup

	deniedMu sync.Mutex
	denied   map[denial]uint64 // up to which term somebody has said that he does not lead

	mu         sync.Mutex
	peers      map[string]*presence.Presence
	quorum     *presence.Presence // whether a majority is heard
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
	ownTurn       = 300 * time.Millisecond // after a campaign
)

func newDetector(cfg Config, mesh *link.Mesh, r *roster) *detector {
	d := &detector{cfg: cfg, mesh: mesh, roster: r, began: time.Now(), peers: make(map[string]*presence.Presence),
		quorum: presence.New(), leaderless: make(map[int]time.Time), retry: make(map[int]time.Time), campaign: make(map[int]time.Time), denied: make(map[denial]uint64)}
	for _, id := range r.others() {
		d.peers[id] = presence.New()
	}
	mesh.Handle(channelOpinion, d.receive)
	return d
}

// close ends what has been asked; no look may follow.
func (d *detector) close() { d.done.Wait() }

// hears says whether a node was heard within DetectAfter.
func (d *detector) hears(id string) bool {
	return d.cfg.DetectAfter == 0 || id == d.cfg.ID || time.Since(d.mesh.Heard(id)) < d.cfg.DetectAfter
}

// present gives a context that ends when the node falls silent; it has ended
// already if the node is not there.
func (d *detector) present(id string) context.Context {
	d.mu.Lock()
	defer d.mu.Unlock()
	if p := d.peers[id]; p != nil && d.cfg.DetectAfter > 0 {
		return p.Context()
	}
	return context.Background()
}

// arrival gives a channel that is closed when the node is heard.
func (d *detector) arrival(id string) <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.peers[id] == nil {
		d.peers[id] = presence.New()
	}
	return d.peers[id].Arrived()
}

// majority gives a context that ends when this node no longer hears a majority.
func (d *detector) majority() context.Context {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.cfg.DetectAfter == 0 || d.roster.alone() {
		return context.Background()
	}
	return d.quorum.Context()
}

// tick looks around. It is called with every beat.
func (d *detector) tick() {
	// Voters that have just started refuse to vote; asking them is in vain.
	if d.cfg.DetectAfter > 0 && d.look() && time.Since(d.began) > d.cfg.promise()+beatEvery {
		d.inquire(d.open(time.Now()))
	}
}

// look notes who is there, and says whether that is a majority.
func (d *detector) look() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	back := false
	for _, id := range d.roster.others() {
		p := d.peers[id]
		if p == nil {
			p = presence.New()
			d.peers[id] = p
		}
		if here := d.hears(id); here && !p.Here() {
			back = true
			p.Set(true)
		} else {
			p.Set(here)
		}
	}
	if back {
		d.done.Go(d.refill)
	}
	d.quorum.Set(d.roster.majority(d.hears))
	return d.quorum.Here()
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
		if !d.lacksLeader(s) {
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

// lacksLeader says whether the shard has no leader that this node hears.
func (d *detector) lacksLeader(s *shard) bool {
	leader := s.leader()
	return !s.leads() && (leader == "" || !d.hears(leader) || d.denies(s, leader))
}

func (d *detector) later(shard int, pause time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.retry[shard] = time.Now().Add(pause)
}

// campaign makes the library stand for election, as if the leader had asked for
// it: that passes over the library's pre-vote, for which the opinions of the
// others have stood in. The election has no privilege; see transport.privileged.
func (s *shard) campaign() {
	s.lead.campaigns(time.Now())
	if s.fence.MayStand() != nil || s.leads() {
		return
	}
	answers := make(chan raft.RPCResponse, 1)
	header := raft.RPCHeader{ProtocolVersion: raft.ProtocolVersionMax, ID: []byte(s.cfg.ID), Addr: []byte(s.transport.self)}
	select {
	case s.transport.requests <- raft.RPC{Command: &raft.TimeoutNowRequest{RPCHeader: header}, RespChan: answers}:
	default: // it is busy; there will be another turn
	}
}
