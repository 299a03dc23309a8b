package node

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/raft"

	"lockstep/prototype/link"
	"lockstep/prototype/mutant"
	"lockstep/prototype/node/disk"
	"lockstep/prototype/node/hclogger"
	"lockstep/prototype/node/storage"
	"lockstep/prototype/order"
)

// shard is one Raft group on this node.
//
//	client ─► batcher ─► raft ─► storage.Log ─► storage.ChecksummedLog ─► store (bolt or WAL)
//	              ▲        │ ▲       │
//	              │        │ └── transport ◄──► the shard's other replicas
//	              │        ▼         │
//	              └────── fsm ─► order.Machine ─► reads
type shard struct {
	id        int
	cfg       Config // Lazy is 0 but for the lazy lane's group
	raft      *raft.Raft
	fsm       *fsm
	log       *storage.Log
	fence     *disk.Fence
	disk      *disk.Health
	votes     *storage.WatchedStable
	detector  *detector
	stores    io.Closer
	snapshots raft.SnapshotStore
	transport *transport
	evidence  *evidence
	ruling    *ruling
	batcher   *batcher
	meter     *shardMeter

	// ready is the newest term in which this node has led and applied a barrier:
	// only then does it know everything that earlier leaders committed.
	ready atomic.Uint64
	lead  lead

	past      past                      // what this replica knew of itself when it started
	forgot    atomic.Bool               // it has lost a part of what it had promised
	condition atomic.Pointer[condition] // why it has stopped; nil: it has not
	waits     atomic.Pointer[string]    // what a replica that takes no part waits for
	became    signal                    // after ready changes
	provoke   chan struct{}
	spreading atomic.Bool
	stop      chan struct{}
	done      sync.WaitGroup
	answers   sync.WaitGroup // of the transport
}

// openShard takes over the stores, and closes them if it fails.
func openShard(id int, cfg Config, stores storage.Stores, p *promises, self Peer, mesh *link.Mesh, b *beats, d *detector, meter *shardMeter) (_ *shard, err error) {
	defer func() {
		if err != nil && stores.Closer != nil {
			stores.Close()
		}
	}()
	store := storage.NewChecksummedLog(meter.timed(storage.NewFaultyLog(stores.Log, cfg.Disk)))
	if err := store.Verify(); err != nil {
		if stores.Volume != nil {
			err = fmt.Errorf("%s: %w", stores.Volume.Path(), err)
		}
		return nil, fmt.Errorf("%w\nIt is not served. The other members have what it held: when they are ready, move the folder of this shard away and start the node again, and it is filled from them", err)
	}
	if err := storage.DropOvertaken(store, stores.Snapshots); err != nil {
		return nil, err
	}
	s := &shard{
		id: id, cfg: cfg, stores: stores.Closer, snapshots: stores.Snapshots, meter: meter, detector: d, evidence: newEvidence(),
		fence: disk.NewFence(cfg.HungAfter), disk: disk.NewHealth(id, cfg.Logger, stores.Volume, cfg.Disk.Room),
		provoke: make(chan struct{}, 1), stop: make(chan struct{}),
	}
	lc := storage.LogConfig{HungAfter: cfg.HungAfter, Lazy: cfg.Lazy, Hung: func(hung bool) { s.fence.SetHung(disk.PartLog, hung) },
		Health: s.disk, Reopen: stores.Reopen}
	if cfg.Lazy == 0 {
		lc.MayCut, lc.BeforeCut = s.mayCut, p.save
	}
	if s.log, err = storage.OpenLog(store, lc); err != nil {
		return nil, err
	}
	s.fsm = &fsm{machine: order.New(), log: s.log, meter: meter, spread: s.spreadSoon, lazy: cfg.Lazy > 0, forked: s.halt}
	s.evidence.clock = cfg.Clock
	s.transport = newTransport(mesh, b, id, raft.ServerAddress(self.Raft), s.evidence, s.log, s.fence, cfg.promise())
	s.transport.nudge = s.nudge
	s.transport.state = raftState{func() uint64 { return s.raft.CurrentTerm() }, s.leadsIn}
	s.transport.denied = func(leader string) uint64 { return d.deniedUpTo(id, leader) }
	s.transport.following, s.transport.hears, s.transport.arrival = s.hearsLeader, d.hears, d.arrival

	rc := raft.DefaultConfig()
	rc.LocalID = raft.ServerID(cfg.ID)
	rc.HeartbeatTimeout = cfg.HeartbeatTimeout
	rc.ElectionTimeout = cfg.ElectionTimeout
	rc.LeaderLeaseTimeout = cfg.LeaseTimeout
	if mutant.On(mutant.LeaseEqualsHeartbeat) {
		rc.LeaderLeaseTimeout = rc.HeartbeatTimeout
	}
	rc.CommitTimeout = cfg.CommitTimeout
	rc.SnapshotThreshold = cfg.SnapshotThreshold
	rc.SnapshotInterval = 10 * time.Second
	rc.TrailingLogs = cfg.TrailingLogs
	rc.MaxAppendEntries = maxAppendEntries
	rc.BatchApplyCh = true
	rc.NoLegacyTelemetry = true
	rc.ShutdownOnRemove = false // whoever removed it closes it
	rc.Logger = hclogger.New(cfg.Logger.With("shard", id), cfg.Gate)

	s.votes = storage.NewWatchedStable(storage.NewFaultyStable(stores.Stable, cfg.Disk), s.disk, s.fence)
	stable, snapshots := storage.NewStable(s.votes), storage.NewWatchedSnapshots(stores.Snapshots, s.disk, cfg.Disk.Write)
	if err := s.remember(stable, p); err != nil {
		s.log.Close(time.Second)
		return nil, err
	}
	s.raft, err = raft.NewRaft(rc, s.fsm, s.log, stable, snapshots, s.transport)
	if err != nil {
		s.log.Close(time.Second)
		return nil, fmt.Errorf("start raft: %w", err)
	}
	s.log.Superseded(false) // the snapshot that was there is no news
	s.answers.Go(s.transport.answer)
	s.fence.OnRaise(s.abdicate)
	s.ruling = newRuling(cfg, s.fsm.machine, s.servers)
	s.batcher = newBatcher(s.raft, cfg, s.ruling, s.stop)
	s.done.Go(s.batcher.run)
	s.done.Go(s.followLeadership)
	s.done.Go(s.provokeRounds)
	s.done.Go(s.compact)
	return s, nil
}

// close ends what asks the library before the library itself: what is still
// queued there when it shuts down is never answered. The log ends before the
// library, too, since the library waits for a state machine that may be waiting
// for a disk that hangs.
func (s *shard) close() error {
	close(s.stop)
	if s.votes.Waits() { // the library would answer nobody until that is over
		s.transport.Close()
		s.answers.Wait()
		s.votes.Close()
	}
	s.done.Wait()
	s.fence.Close()
	s.batcher.drain(s.cfg.SubmitTimeout)
	flushed := s.log.Close(time.Second)
	s.transport.Close()
	s.answers.Wait()
	s.votes.Close()
	err := s.shutdown()
	if s.stores != nil && flushed {
		err = errors.Join(err, s.stores.Close())
	}
	return err
}

// shutdown ends the library. One that waits for a log which could not be opened
// again is left behind.
func (s *shard) shutdown() error {
	if !s.disk.Sick() {
		return s.raft.Shutdown().Error()
	}
	down := make(chan error, 1)
	go func() { down <- s.raft.Shutdown().Error() }()
	select {
	case err := <-down:
		return err
	case <-time.After(shutdownWithin):
		return errors.New("the disk has failed and the library waits for it: it is left behind")
	}
}

const shutdownWithin = 5 * time.Second

// followLeadership applies a barrier at each gain of leadership, and drops the
// evidence at each loss. The library keeps only the newest edge, so two gains
// in a row mean that the lead was lost in between.
func (s *shard) followLeadership() {
	for {
		select {
		case leads := <-s.raft.LeaderCh():
			if !leads {
				s.evidence.forget()
				s.became.notify()
				continue
			}
			term := s.raft.CurrentTerm()
			s.lead.won(time.Now())
			if err := s.raft.Barrier(0).Error(); err == nil && s.raft.CurrentTerm() == term {
				s.lead.knows(time.Now())
				s.ready.Store(term)
				s.cfg.Logger.Info("leads", "shard", s.id, "term", term)
			}
			s.became.notify()
		case <-s.stop:
			return
		}
	}
}

// abdicate hands over to a follower whose disk works. If it fails, the fence
// falls silent before long.
func (s *shard) abdicate() {
	s.cfg.Logger.Error("the disk hangs or has failed: this replica will not lead", "shard", s.id, "error", s.log.Err(), "disk", s.disk.Problem())
	if s.leads() {
		if err := s.raft.LeadershipTransfer().Error(); err != nil {
			s.cfg.Logger.Warn("the lead could not be handed over", "shard", s.id, "error", err)
		}
	}
}

// nudgeWithin bounds how long a nudge waits for its turn.
const nudgeWithin = 500 * time.Millisecond

// nudge has the library replicate to all followers at once, which it does for
// every entry and for nothing else.
func (s *shard) nudge() {
	if s.leads() {
		s.raft.Barrier(nudgeWithin)
	}
}

// compactAfter is how many bytes of log make a snapshot worth while, however few
// entries they are.
const compactAfter = 256 << 20

// compact takes snapshots by size; the library counts entries only.
func (s *shard) compact() {
	ticker := time.NewTicker(10 * time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			if s.log.SinceSnapshot(false) > compactAfter {
				s.log.SinceSnapshot(true)
				if err := s.raft.Snapshot().Error(); err != nil && !errors.Is(err, raft.ErrNothingNewToSnapshot) {
					s.cfg.Logger.Warn("no snapshot", "shard", s.id, "error", err)
				}
			}
		case <-s.stop:
			return
		}
	}
}

// spreadSoon tells followers of what was applied here, unless within a moment
// another entry does.
func (s *shard) spreadSoon() {
	if !s.transport.leads() || s.spreading.Swap(true) {
		return
	}
	time.AfterFunc(time.Millisecond, func() {
		s.spreading.Store(false)
		s.transport.spread(s.fsm.machine.Index())
	})
}

// leader is the id of the node that this one believes to lead, or "".
func (s *shard) leader() string {
	_, id := s.raft.LeaderWithID()
	return string(id)
}

func (s *shard) leads() bool { return s.raft.State() == raft.Leader }

// leadsIn gives the term in which this replica leads. The library leaves the state of
// a leader before it enters another term.
func (s *shard) leadsIn() (term uint64, leads bool) {
	term = s.raft.CurrentTerm()
	return term, s.leads() && s.raft.CurrentTerm() == term
}

// follows gives the leader that this replica follows and its term; none while that
// changes. The library forgets a leader before it enters another term.
func (s *shard) follows() (term uint64, leader string) {
	term = s.raft.CurrentTerm()
	if leader = s.leader(); s.raft.CurrentTerm() != term {
		return 0, ""
	}
	return term, leader
}

// hearsLeader says whether this replica follows a leader that its node hears.
func (s *shard) hearsLeader() bool {
	leader := s.leader()
	return leader != "" && leader != s.cfg.ID && s.detector.hears(leader) && !s.detector.denies(s, leader)
}

// voters are the members that vote, in the same order at every node.
func (s *shard) voters() (ids []string) {
	for _, server := range s.raft.GetConfiguration().Configuration().Servers {
		if server.Suffrage == raft.Voter {
			ids = append(ids, string(server.ID))
		}
	}
	slices.Sort(ids)
	return ids
}

// servers are all members, whether they vote or not, by the newest configuration.
func (s *shard) servers() (ids []string) {
	for _, server := range s.raft.GetConfiguration().Configuration().Servers {
		ids = append(ids, string(server.ID))
	}
	return ids
}

// others are the voters beside this node.
func (s *shard) others() []raft.ServerID {
	var ids []raft.ServerID
	for _, server := range s.raft.GetConfiguration().Configuration().Servers {
		if server.Suffrage == raft.Voter && server.ID != raft.ServerID(s.cfg.ID) {
			ids = append(ids, server.ID)
		}
	}
	return ids
}

// submit queues commands at this node, if it leads, and gives the function that
// waits for their outcome.
func (s *shard) submit(commands []order.Command) func(context.Context) ([]order.Result, *Error) {
	refuse := func(detail string) func(context.Context) ([]order.Result, *Error) {
		return func(context.Context) ([]order.Result, *Error) { return nil, noLeader(detail) }
	}
	switch {
	case s.serves() != nil:
		return func(context.Context) ([]order.Result, *Error) { return nil, s.serves() }
	case !s.leads():
		return refuse("this node is not the leader")
	case s.detector.majority().Err() != nil:
		return refuse("this leader does not hear a majority")
	case s.fence.MayStand() != nil:
		if problem := s.disk.Problem(); problem != "" {
			return refuseFull(problem)
		}
		return refuse("this leader's disk hangs or has failed")
	case s.disk.IsLow():
		return refuseFull(fmt.Sprintf("less is free on the disk of %s than it keeps in reserve for votes and snapshots", s.cfg.ID))
	}
	if mutant.On(mutant.AckBeforeCommit) {
		return s.guess(commands)
	}
	return s.batcher.submit(commands)
}
