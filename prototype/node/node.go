package node

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/raft"

	"lockstep/prototype/fault"
	"lockstep/prototype/link"
	"lockstep/prototype/mutant"
	"lockstep/prototype/order"
)

// Node is a running replica. Its methods may be called from any goroutine.
type Node struct {
	cfg     Config
	mesh    *link.Mesh
	beats   *beats
	detect  *detector
	balance *balancer
	room    sync.WaitGroup // of watchRoom
	lanes   *lanes
	roster  *roster
	joiner  *joiner
	faults  *fault.Set
	shards  []*shard // and, behind them, the group of the lazy lane if there is one
	meter   *meter
	stop    chan struct{}

	promises *promises
	name     *namer
	life     context.Context // ends with Close: nobody waits for what a closed node was asked
	die      context.CancelFunc

	budget    *budget      // of what the requests of clients hold
	followers atomic.Int64 // of events

	departures *departures // of what is passed on to leaders
	arrivals   *arrivals
}

// Open starts a node. Close ends it.
func Open(cfg Config) (*Node, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if cfg.Disk == nil {
		cfg.Disk = fault.NewDisk()
	}
	if cfg.Clock == nil {
		cfg.Clock = fault.NewClock()
	}
	links := fault.NewLinks()
	n := &Node{cfg: cfg, faults: fault.NewSet(links, cfg.Disk, cfg.Clock), meter: newMeter(), stop: make(chan struct{}),
		budget: newBudget(cfg.MaxInFlight), departures: newDepartures(), arrivals: newArrivals(), roster: newRoster(cfg)}
	n.joiner = newJoiner(n)
	n.life, n.die = context.WithCancel(context.Background())
	var err error
	n.mesh, err = link.Listen(link.Config{Self: cfg.ID, Address: n.roster.self.Raft, Network: cfg.Network, Links: links, Find: n.roster.raftAddress, Logger: cfg.Logger,
		Features: link.Features(featureOncePerSender), Identity: n.identify, Admit: n.recognise, Refused: n.meter.refused})
	if err != nil {
		return nil, err
	}
	if cfg.Features == nil {
		cfg.Features = func(peer string) (uint64, bool) {
			f, ok := n.mesh.Features(peer)
			return uint64(f), ok
		}
	}
	n.beats = newBeats(cfg, n.mesh, n.roster)
	n.detect = newDetector(cfg, n.mesh, n.roster)
	n.balance = newBalancer(n)
	n.detect.calm, n.detect.draining = n.balance.calm, n.balance.draining.Load
	stores, err := n.openStores()
	if err != nil {
		return nil, errors.Join(err, n.Close())
	}
	for id := range cfg.groups() {
		own, label := cfg, strconv.Itoa(id)
		if id < cfg.Shards {
			own.Lazy = 0
		} else {
			label = LaneLazy
		}
		s, err := openShard(id, own, stores[id], n.promises, n.roster.self, n.mesh, n.beats, n.detect, n.meter.shard(label))
		if err != nil {
			for _, rest := range stores[id+1:] {
				if rest.Closer != nil {
					err = errors.Join(err, rest.Close())
				}
			}
			return nil, errors.Join(fmt.Errorf("open shard %s: %w", label, err), n.Close())
		}
		n.shards = append(n.shards, s)
	}
	n.lanes = newLanes(n)
	n.mesh.Handle(channelSubmit, n.receiveSubmit)
	n.mesh.Handle(channelRead, n.receiveRead)
	n.mesh.Handle(channelMembers, n.receiveMember)
	n.mesh.Handle(channelAsk, n.receiveAsk)
	n.mesh.Handle(channelState, n.receiveState)
	founding := newFounding(n, n.lanes.life)
	for _, s := range n.shards {
		founding.undecided[s.id] = s.past.empty() && !s.forgot.Load()
	}
	n.detect.shards = n.shards
	n.mesh.Start()
	n.beats.each = n.detect.tick
	n.beats.start()
	n.balance.done.Go(n.balance.run)
	n.room.Go(n.watchRoom)
	n.lanes.done.Go(n.lanes.run)
	n.joiner.done.Go(func() { n.joiner.run(founding) })
	n.joiner.done.Go(n.compare)
	n.meter.watch(n)
	return n, nil
}

// Close stops the node. Sends that are waiting end as failed or unknown.
func (n *Node) Close() error {
	close(n.stop)
	n.die()
	n.balance.done.Wait()
	n.room.Wait()
	if n.lanes != nil {
		n.lanes.done.Wait()
	}
	n.joiner.done.Wait()
	n.beats.close()
	if n.promises != nil {
		n.promises.close(slices.ContainsFunc(n.shards, func(s *shard) bool { return s.fence.MayStand() != nil }))
	}
	n.cfg.Disk.Close()
	n.detect.close()
	errs := make([]error, len(n.shards))
	var closing sync.WaitGroup
	for i, s := range n.shards {
		closing.Go(func() { errs[i] = s.close() })
	}
	closing.Wait()
	n.mesh.Close()
	return errors.Join(errs...)
}

// ID is the node's name.
func (n *Node) ID() string { return n.cfg.ID }

func (n *Node) shardOf(conversation string) *shard {
	if s := n.lazyShard(); s != nil && strings.HasPrefix(conversation, lazyMark) {
		return s
	}
	return n.shards[ShardOf(conversation, n.cfg.Shards)]
}

// Submit orders messages of one conversation, here or at the leader. It gives
// the results of those that were ordered, from the first on; the error is about
// the rest.
func (n *Node) Submit(ctx context.Context, conversation string, commands []order.Command) ([]order.Result, *Error) {
	for patience := n.shardOf(conversation).patience(ctx); ; {
		results, err := n.SubmitLater(conversation, commands)(ctx)
		if err == nil || len(results) > 0 || !patience.again(err) {
			return results, err
		}
	}
}

// SubmitLater is Submit in two steps: what is submitted first is ordered first,
// if all goes well, and the function that it returns waits for the outcome. It
// must be called.
func (n *Node) SubmitLater(conversation string, commands []order.Command) func(context.Context) ([]order.Result, *Error) {
	s := n.shardOf(conversation)
	for patience := s.patience(n.life); !s.leads(); {
		if _, err := n.reachable(s); err == nil || !patience.again(err) {
			break
		}
	}
	if s.leads() {
		return n.within(s.submit(commands), n.detect.majority(), s.fence.Working())
	}
	leader, err := n.reachable(s)
	if err != nil {
		return func(context.Context) ([]order.Result, *Error) { return nil, err }
	}
	return n.within(n.forwardSubmit(leader, conversation, commands), n.detect.present(leader.ID))
}

// within bounds the wait for an outcome: by time, and by the presence of those
// without whom there will be none.
func (n *Node) within(wait func(context.Context) ([]order.Result, *Error), while ...context.Context) func(context.Context) ([]order.Result, *Error) {
	ctx, cancel := context.WithTimeout(context.Background(), n.cfg.SubmitTimeout)
	return func(caller context.Context) ([]order.Result, *Error) {
		defer cancel()
		defer context.AfterFunc(caller, cancel)()
		for _, w := range while {
			defer context.AfterFunc(w, cancel)()
		}
		return wait(ctx)
	}
}

// Read reads one conversation as the level asks. This node answers even if it
// does not lead: it asks the leader how far it must have come, and waits for
// that.
func (n *Node) Read(ctx context.Context, r ReadRequest) (order.View, *Error) {
	ctx, cancel := context.WithTimeout(ctx, n.cfg.ReadTimeout)
	defer cancel()
	s := n.shardOf(r.Conversation)
	if err := n.Await(ctx, r); err != nil {
		return order.View{}, err
	}
	return s.view(r)
}

// Await returns when this node may answer a read of a conversation, or of any
// other one in its shard, that had arrived by then.
func (n *Node) Await(ctx context.Context, r ReadRequest) *Error {
	for patience := n.shardOf(r.Conversation).patience(ctx); ; {
		if err := n.await(ctx, r); err == nil || !patience.again(err) {
			return err
		}
	}
}

func (n *Node) await(ctx context.Context, r ReadRequest) *Error {
	s := n.shardOf(r.Conversation)
	if r.Level == Session || r.Level == Local || s.leads() {
		return s.await(ctx, r)
	}
	if mutant.On(mutant.FollowerReadsLocally) {
		return nil
	}
	leader, err := n.reachable(s)
	if err != nil {
		return err
	}
	state, err := n.forwardRead(ctx, leader, s.id, r.Level)
	if err != nil {
		return err
	}
	if err := s.catchUp(ctx, state.Index); err != nil {
		return err
	}
	return s.holds(state)
}

// reachable is the leader, if one is known.
func (n *Node) reachable(s *shard) (Peer, *Error) {
	if err := s.serves(); err != nil {
		return Peer{}, err
	}
	id := s.leader()
	leader, ok := n.roster.peer(id)
	if !ok || id == n.cfg.ID || !n.detect.hears(id) {
		return Peer{}, s.leaderless()
	}
	return leader, nil
}

// Digest covers a conversation up to a seq, at this replica; see
// order.Machine.Digest.
func (n *Node) Digest(conversation string, upto uint64) (uint64, order.Digest) {
	return n.shardOf(conversation).fsm.machine.Digest(conversation, upto)
}

// Watch gives a channel that is closed when this replica's state of the
// conversation's shard changes. Take it before reading.
func (n *Node) Watch(conversation string) <-chan struct{} {
	return n.shardOf(conversation).fsm.applied.wait()
}

// Status is what a node knows of itself.
type Status struct {
	Node   string        `json:"node"`
	Shards []ShardStatus `json:"shards"`         // of the quorum lane, by number
	Lazy   *ShardStatus  `json:"lazy,omitempty"` // the lazy lane's only group; nil where there is none
	// Refusals are the connections between this node and others that one of the two
	// has refused lately.
	Refusals []link.Refusal `json:"refusals,omitempty"`
}

// ShardStatus is the state of one shard at one node.
type ShardStatus struct {
	Shard        int    `json:"shard"`
	Lane         string `json:"lane"`
	Role         string `json:"role"` // leader, follower, candidate, shutdown
	Term         uint64 `json:"term"`
	Leader       string `json:"leader"` // "" if none is known
	CommitIndex  uint64 `json:"commit_index"`
	AppliedIndex uint64 `json:"applied_index"`
	Disk         string `json:"disk,omitempty"` // what is wrong with its disk, and what to do
	Lead         *Lead  `json:"lead,omitempty"` // of a leader
	// Trouble is why this replica takes no part in the shard, and what may be done;
	// "" if it does.
	Trouble string `json:"trouble,omitempty"`
	Forked  bool   `json:"-"` // Trouble is that this replica's history is not its leader's
}

// Status gives the state of every shard at this node.
func (n *Node) Status() Status {
	status := Status{Node: n.cfg.ID, Refusals: n.mesh.Refusals()}
	for _, s := range n.quorum() {
		status.Shards = append(status.Shards, s.status(s.id, LaneQuorum))
	}
	if s := n.lazyShard(); s != nil {
		lazy := s.status(0, LaneLazy)
		status.Lazy = &lazy
	}
	return status
}

func (s *shard) status(number int, lane string) ShardStatus {
	status := ShardStatus{
		Shard: number, Lane: lane, Role: role(s.raft.State()), Term: s.raft.CurrentTerm(), Leader: s.leader(),
		CommitIndex: s.raft.CommitIndex(), AppliedIndex: s.raft.AppliedIndex(), Disk: s.diskProblem(), Trouble: s.trouble(), Forked: s.condition.Load() != nil,
	}
	if status.Role == "leader" {
		status.Lead = s.lead.status(time.Now())
	}
	return status
}

func role(state raft.RaftState) string {
	switch state {
	case raft.Leader:
		return "leader"
	case raft.Candidate:
		return "candidate"
	case raft.Follower:
		return "follower"
	}
	return "shutdown"
}

// Ready says whether this node can answer for every shard of the quorum lane.
func (n *Node) Ready() bool { return n.unready() == nil }

// Unready says why this node cannot answer for some shard of the quorum lane: its
// disk takes nothing, its replica takes no part, or it knows no leader, perhaps
// since nodes refuse each other. It is "" if it can.
func (n *Node) Unready() string {
	if err := n.unready(); err != nil {
		return err.Detail
	}
	return ""
}

func (n *Node) unready() *Error {
	for _, s := range n.quorum() {
		if problem := s.diskProblem(); problem != "" {
			return diskFull(fmt.Sprintf("shard %d: %s", s.id, problem))
		}
	}
	for _, s := range n.quorum() {
		if err := s.serves(); err != nil {
			return err
		}
		if why := s.trouble(); why != "" {
			return noLeader(fmt.Sprintf("shard %d: %s%s", s.id, why, n.refusals()))
		}
		if s.leader() == "" {
			return noLeader(fmt.Sprintf("shard %d: it has no leader that this node knows%s", s.id, n.refusals()))
		}
		// Whoever replaces disks one by one goes by this. While it is being filled it may
		// read in the log that it has a vote, which was its former life's.
		if s.suffrage() != raft.Voter || s.transport.unfilled() != nil {
			return noLeader(fmt.Sprintf("shard %d: this replica is being filled and has no vote yet", s.id))
		}
	}
	return nil
}

// refusals tells which nodes refuse each other.
func (n *Node) refusals() (text string) {
	for _, r := range n.mesh.Refusals() {
		other := r.Peer
		if r.By != n.cfg.ID {
			other = "this node"
		}
		text += fmt.Sprintf("; %s refuses %s (%s): %s", r.By, other, r.Reason, r.Detail)
	}
	return text
}

// Fault breaks something at this node. What stays broken has an id by which Mend
// ends it; what happens at once has none.
func (n *Node) Fault(f fault.Fault) (fault.Status, error) {
	if err := f.Validate(n.roster.others()); err != nil {
		return fault.Status{}, err
	}
	n.cfg.Logger.Warn("fault", "what", f)
	switch f.Kind {
	case fault.Transfer:
		return n.eachShard(f, func(s *shard) (bool, error) {
			if !s.leads() {
				return false, nil
			}
			return true, s.raft.LeadershipTransfer().Error()
		})
	case fault.Snapshot:
		return n.eachShard(f, func(s *shard) (bool, error) {
			err := s.raft.Snapshot().Error()
			if errors.Is(err, raft.ErrNothingNewToSnapshot) {
				return false, nil
			}
			return true, err
		})
	}
	return fault.Status{ID: n.faults.Add(f), Fault: f}, nil
}

// eachShard counts as hits the shards at which something was done.
func (n *Node) eachShard(f fault.Fault, do func(*shard) (bool, error)) (fault.Status, error) {
	status := fault.Status{Fault: f}
	for _, s := range n.shards {
		done, err := do(s)
		if done {
			status.Hits++
		}
		if err != nil {
			return status, fmt.Errorf("%s at shard %d: %w", f.Kind, s.id, err)
		}
	}
	return status, nil
}

// Faults lists what is broken at this node, and how often it struck.
func (n *Node) Faults() []fault.Status { return n.faults.Active() }

// Mend ends one fault and tells what it did.
func (n *Node) Mend(id int) (fault.Status, error) { return n.faults.Mend(id) }

// Heal mends every fault at this node and tells what each did.
func (n *Node) Heal() []fault.Status { return n.faults.Heal() }
