package node

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/hashicorp/raft"
)

// joiner makes this node a voter of its shards. For each shard the leader first
// takes it in as one that gets the log and has no vote, and when it has nearly
// all of the log, as a voter: a majority must never depend on a node that still
// has to be filled.
//
// It does that for a node that was told to join, for one that lost its disk
// and comes back under its old name (see founding), and for one whose earlier
// attempt broke off. Every step may be repeated.
type joiner struct {
	node *Node
	done sync.WaitGroup

	mu   sync.Mutex
	left bool
	gone chan struct{} // closed when the node has left
	// removed are the shards whose leader says that this node is no member.
	removed map[int]bool
	warned  time.Time
}

const (
	joinEvery = 50 * time.Millisecond
	// restEvery is how often a node that is a member of all shards looks whether it
	// still is.
	restEvery = time.Second
	// strandedAfter is how long a member that wants to join may be without a leader
	// before it asks whether it was removed while it was away.
	strandedAfter = 2 * time.Second
	joinWithin    = 5 * time.Second
	joinAtOnce    = 8 // shards
	warnEvery     = 10 * time.Second
)

func newJoiner(n *Node) *joiner {
	return &joiner{node: n, gone: make(chan struct{}), removed: make(map[int]bool)}
}

// run founds or joins the shards, and goes on to look for those that need it.
func (j *joiner) run(f *founding) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	j.done.Go(func() {
		select {
		case <-j.node.stop:
		case <-j.gone:
		}
		cancel()
	})
	strangers := make(map[int]bool)
	for _, s := range j.node.quorum() {
		if s.forgot.Load() {
			strangers[s.id] = true
		}
	}
	if j.node.cfg.Join {
		for _, shard := range f.open() {
			strangers[shard] = true
			f.decided(shard, nil)
		}
	}
	began := time.Now()
	for {
		for _, shard := range f.step(ctx) {
			strangers[shard] = true
		}
		j.node.roster.look(j.node.shards)
		j.node.name.look(ctx)
		pause := restEvery
		if j.round(ctx, strangers, time.Since(began) > strandedAfter) > 0 {
			pause = joinEvery
		}
		if len(f.open()) > 0 || !f.answered() && time.Since(began) < strandedAfter {
			pause = foundEvery
		}
		timer := time.NewTimer(pause)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		}
	}
}

// round does for each shard the next step that it needs, and says how many still
// need one. strangers are the shards in which this node is certain to hold
// nothing; they are opened when a leader has admitted it.
func (j *joiner) round(ctx context.Context, strangers map[int]bool, settled bool) (open int) {
	var mu sync.Mutex
	var steps sync.WaitGroup
	slots := make(chan struct{}, joinAtOnce)
	for _, s := range j.node.shards {
		mu.Lock()
		stranger := strangers[s.id]
		mu.Unlock()
		r := memberRequest{Shard: s.id, Peer: j.node.roster.self, Life: j.node.lanes.life}
		switch {
		case s.condition.Load() != nil:
			continue
		case stranger:
			r.Step = stepAdmit
		case s.suffrage() == raft.Nonvoter:
			r.Step, r.Index = stepPromote, s.raft.AppliedIndex()
		case settled && s.leader() == "" && j.node.cfg.Join:
			r.Step = stepReturn
		case settled && s.leader() == "":
			r.Step = stepBelong
		default:
			continue
		}
		if r.Step != stepBelong { // which can wait
			open++
		}
		steps.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			a, err := j.node.askLeader(ctx, r)
			if err == nil && stranger {
				err = s.fill(a.Admitted)
			}
			if err != nil {
				j.refused(s, r.Step, err)
				return
			}
			if r.Step == stepBelong {
				return
			}
			j.node.cfg.Logger.Info("membership", "shard", s.id, "step", r.Step)
			if stranger {
				mu.Lock()
				delete(strangers, s.id)
				mu.Unlock()
			}
		})
	}
	steps.Wait()
	return open
}

// refused notes why a step was not taken. It is an operator's business when the
// leader says no, or when it takes long.
func (j *joiner) refused(s *shard, step memberStep, err error) {
	s.waitFor(err.Error())
	j.node.cfg.Logger.Debug("not a member yet", "shard", s.id, "step", step, "reason", err)
	if errors.Is(err, errRemoved) {
		j.expel(s.id)
	}
	j.mu.Lock()
	loud := step == stepAdmit && time.Since(j.warned) > warnEvery
	if loud {
		j.warned = time.Now()
	}
	j.mu.Unlock()
	if loud {
		j.node.cfg.Logger.Warn("this node does not take part yet", "shard", s.id, "step", step, "reason", err)
	}
}

// expel notes that this node was removed from a shard while it was away, and ends
// its membership when it was removed from all.
func (j *joiner) expel(shard int) {
	j.mu.Lock()
	j.removed[shard] = true
	all := len(j.removed) == len(j.node.shards)
	j.mu.Unlock()
	if all {
		j.node.cfg.Logger.Error(ErrRemoved.Error())
		j.leave()
	}
}

// ErrRemoved is the error for a node that was removed from its cluster while it
// was away.
var ErrRemoved = errors.New("this node was removed from its cluster while it was away: to take it in again, start it with --join and the address of a member")

// Removed says that the channel of Left was closed because this node found itself
// removed.
func (n *Node) Removed() bool {
	n.joiner.mu.Lock()
	defer n.joiner.mu.Unlock()
	return len(n.joiner.removed) == len(n.shards)
}

// suffrage is this node's, as the shard's newest configuration here has it;
// Staging if that does not list the node.
func (s *shard) suffrage() raft.ServerSuffrage {
	for _, server := range s.raft.GetConfiguration().Configuration().Servers {
		if server.ID == raft.ServerID(s.cfg.ID) {
			return server.Suffrage
		}
	}
	return raft.Staging
}

// errRemoved is what a leader says to one that is no member any more.
var errRemoved = errors.New("the shard's leader says that this node is no member")

// errTwin is for two nodes of one name.
func errTwin(id string) error {
	return fmt.Errorf("two nodes must not have one name, %s: stop one of them, or start this one with --join, and a name, addresses and a data folder of its own", id)
}

// errNobodyLeads is for a shard whose leader could not be found just now.
var errNobodyLeads = errors.New("no leader of the shard is known (if a majority of its members has lost its data for good: lockstep recover --help)")

// askLeader has the leader of a shard take a step. Others say whom they believe
// to lead.
func (n *Node) askLeader(ctx context.Context, r memberRequest) (memberAnswer, error) {
	payload, err := json.Marshal(r)
	if err != nil {
		return memberAnswer{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, joinWithin)
	defer cancel()
	asked := map[string]bool{}
	next := append([]string{n.shards[r.Shard].leader()}, n.roster.others()...)
	last := errNobodyLeads
	for len(next) > 0 {
		id := next[0]
		next = next[1:]
		if id == "" || asked[id] {
			continue
		}
		asked[id] = true
		var a memberAnswer
		if id == n.cfg.ID {
			if a = n.step(ctx, r); a == (memberAnswer{}) && n.shards[r.Shard].leader() != id {
				last = fmt.Errorf("the others follow a leader of this node's own name; if that does not pass, there are two of them: %w", errTwin(id))
			}
		} else {
			answer, err := n.mesh.Call(ctx, id, channelMembers, payload)
			if err == nil {
				err = json.Unmarshal(answer, &a)
			}
			if err != nil {
				last = fmt.Errorf("ask %s: %w", id, err)
				continue
			}
		}
		if a.Term > 0 && a.Leader == n.cfg.ID && r.Step == stepAdmit && n.shards[r.Shard].raft.State() == raft.Follower {
			n.detect.disown(ctx, id, question{r.Shard, a.Term})
		}
		switch {
		case a.Done:
			return a, nil
		case a.Removed:
			return a, errRemoved
		case a.Reason != "":
			return a, errors.New(a.Reason)
		}
		next = append([]string{a.Leader}, next...)
	}
	return memberAnswer{}, last
}
