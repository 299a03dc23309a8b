// Package replica is one node's part in one shard, a Raft group: from the queue of sends
// to the state machine, and back to those who wait.
//
// Where things happen:
//
//   - A message waits in the [queue], becomes part of an entry in the [batcher], and has
//     its outcome sent from there (batcher.propose) when the library says that the entry
//     was applied.
//   - It is numbered by order.Machine, which [fsm] calls for every committed entry.
//   - The lease is checked, and a read proven, in read.go.
//
// What this replica may do after a restart is decided from what it finds of itself
// (past.go), and why it takes no part is told by condition.go.
package replica

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/raft"

	"lockstep/prototype/link"
	"lockstep/prototype/mutant"
	"lockstep/prototype/node/disk"
	"lockstep/prototype/node/folder"
	"lockstep/prototype/node/hclogger"
	"lockstep/prototype/node/liveness"
	"lockstep/prototype/node/meter"
	"lockstep/prototype/node/presence"
	"lockstep/prototype/node/storage"
	"lockstep/prototype/node/transport"
	"lockstep/prototype/order"
)

// Replica is one Raft group on this node.
//
//	client ─► batcher ─► raft ─► storage.Log ─► storage.ChecksummedLog ─► store (bolt or WAL)
//	              ▲        │ ▲       │
//	              │        │ └── transport ◄──► the shard's other replicas
//	              │        ▼         │
//	              └────── fsm ─► order.Machine ─► reads
type Replica struct {
	Shard     int
	cfg       Config // Lazy is 0 but for the lazy lane's group
	alone     bool
	raft      *raft.Raft
	fsm       *fsm
	log       *storage.Log
	fence     *disk.Fence
	disk      *disk.Health
	votes     *storage.WatchedStable
	stable    raft.StableStore // the same, as the library uses it
	live      *liveness.Peers
	stores    io.Closer
	snapshots raft.SnapshotStore
	transport *transport.Transport
	ruling    *ruling
	batcher   *batcher
	asked     asked
	meter     *meter.Shard
	compared  comparisons

	// ready is the newest term in which this node has led and applied a barrier:
	// only then does it know everything that earlier leaders committed.
	ready atomic.Uint64
	lead  lead

	past      past                      // what this replica knew of itself when it started
	forgot    atomic.Bool               // it has lost a part of what it had promised
	condition atomic.Pointer[condition] // why it has stopped; nil: it has not
	waits     atomic.Pointer[string]    // what a replica that takes no part waits for
	became    presence.Signal           // after ready changes
	provoke   chan struct{}
	spreading atomic.Bool
	stop      chan struct{}
	done      sync.WaitGroup
	answers   sync.WaitGroup // of the transport
}

// Parts is what a replica is put together from.
type Parts struct {
	Stores   storage.Stores
	Promises *folder.Promises
	Address  string // of this node, for the others
	Alone    bool   // there is no other member that could fill this replica
	Mesh     *link.Mesh
	Beats    *transport.Heartbeats
	Live     *liveness.Peers
	Meter    *meter.Shard
}

// Open takes over the stores, and closes them if it fails. The number is the
// shard's; cfg.Lazy is 0 but for the lazy lane's group.
func Open(id int, cfg Config, p Parts) (_ *Replica, err error) {
	stores := p.Stores
	defer func() {
		if err != nil && stores.Closer != nil {
			stores.Close()
		}
	}()
	store := storage.NewChecksummedLog(p.Meter.Timed(storage.NewFaultyLog(stores.Log, cfg.Disk)))
	if err := store.Verify(); err != nil {
		if stores.Volume != nil {
			err = fmt.Errorf("%s: %w", stores.Volume.Path(), err)
		}
		return nil, fmt.Errorf("%w\nIt is not served. The other members have what it held: when they are ready, move the folder of this shard away and start the node again, and it is filled from them", err)
	}
	if err := storage.DropOvertaken(store, stores.Snapshots); err != nil {
		return nil, err
	}
	s := &Replica{
		Shard: id, cfg: cfg, alone: p.Alone, stores: stores.Closer, snapshots: stores.Snapshots, meter: p.Meter, live: p.Live,
		fence: disk.NewFence(cfg.HungAfter), disk: disk.NewHealth(id, cfg.Logger, stores.Volume, cfg.Disk.Room),
		provoke: make(chan struct{}, 1), stop: make(chan struct{}),
	}
	lc := storage.LogConfig{HungAfter: cfg.HungAfter, Lazy: cfg.Lazy, Hung: func(hung bool) { s.fence.SetHung(disk.PartLog, hung) },
		Health: s.disk, Reopen: stores.Reopen, Flushed: p.Meter.Flushed(s.Leads)}
	machine := &fsm{machine: order.New(), meter: p.Meter, spread: s.spreadSoon, lazy: cfg.Lazy > 0, forked: s.Halt, leads: s.leadsIn}
	tc := transport.Config{Shard: id, Self: raft.ServerAddress(p.Address), Promise: cfg.Promise(), Mesh: p.Mesh, Beats: p.Beats, Live: p.Live, Fence: s.fence, Clock: cfg.Clock,
		State: transport.State{CurrentTerm: func() uint64 { return s.raft.CurrentTerm() }, LeadsIn: s.leadsIn, Settled: s.settled}, Following: s.hearsLeader, Nudge: s.Nudge}
	if cfg.Lazy == 0 {
		lc.MayCut, lc.BeforeCut = s.mayCut, p.Promises.Save
		machine.keep = p.Promises.Changed
		tc.Promises, tc.Holds = p.Promises, s.holds
	}
	if s.log, err = storage.OpenLog(store, lc); err != nil {
		return nil, err
	}
	machine.log, tc.Log = s.log, s.log
	s.fsm, s.transport = machine, transport.New(tc)

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
	rc.MaxAppendEntries = transport.MaxAppendEntries
	rc.BatchApplyCh = true
	rc.NoLegacyTelemetry = true
	rc.ShutdownOnRemove = false // whoever removed it closes it
	rc.Logger = hclogger.New(cfg.Logger.With("shard", id), cfg.Gate)

	s.votes = storage.NewWatchedStable(storage.NewFaultyStable(stores.Stable, cfg.Disk), s.disk, s.fence)
	s.stable = promisedVotes{storage.NewStable(s.votes), p.Promises.Changed}
	snapshots := p.Meter.Snapshots(storage.NewWatchedSnapshots(stores.Snapshots, s.disk, cfg.Disk.Write))
	if err := s.remember(p.Promises); err != nil {
		s.log.Close(time.Second)
		return nil, err
	}
	s.raft, err = raft.NewRaft(rc, s.fsm, s.log, s.stable, snapshots, s.transport)
	if err != nil {
		s.log.Close(time.Second)
		return nil, fmt.Errorf("start raft: %w", err)
	}
	s.log.Superseded(false) // the snapshot that was there is no news
	s.answers.Go(s.transport.Answer)
	s.ruling = newRuling(cfg, s.fsm.machine, s.servers)
	s.batcher = newBatcher(s.raft, cfg, s.ruling, s.meter, s.stop)
	s.done.Go(s.batcher.run)
	s.done.Go(s.followLeadership)
	s.done.Go(s.provokeRounds)
	s.done.Go(s.compact)
	return s, nil
}

// Close ends what asks the library before the library itself, and has its questions
// answered: one that is open when the library shuts down may never be. The log ends
// before the library, too, since the library waits for a state machine that may be
// waiting for a disk that hangs.
func (s *Replica) Close() error {
	close(s.stop)
	if s.votes.Waits() { // the library would answer nobody until that is over
		s.transport.Close()
		s.answers.Wait()
		s.votes.Close()
	}
	s.done.Wait()
	s.fence.Close()
	s.asked.stop()
	s.settle(s.cfg.SubmitTimeout)
	flushed := s.log.Close(time.Second)
	s.transport.Close()
	s.answers.Wait()
	s.votes.Close()
	s.settle(settleWithin)
	err := s.shutdown()
	if s.stores != nil && flushed {
		err = errors.Join(err, s.stores.Close())
	}
	return err
}

// settle waits until the library has answered everything, but not longer than patience:
// without a majority, or while a disk hangs, it may answer nothing.
func (s *Replica) settle(patience time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	s.batcher.drain(ctx)
	s.asked.wait(ctx)
}

// settleWithin bounds the wait for answers that came with the end of the log, or of a
// lead: a leader that reaches nobody any more gives it up within its lease.
const settleWithin = time.Second

// shutdown ends the library. One that waits for a log which could not be opened
// again is left behind.
func (s *Replica) shutdown() error {
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
func (s *Replica) followLeadership() {
	for {
		select {
		case leads := <-s.raft.LeaderCh():
			if !leads {
				s.lead.lose(s.ledUntil(time.Now()))
				s.transport.Evidence.Forget()
				s.became.Notify()
				continue
			}
			term := s.raft.CurrentTerm()
			planned, led := s.succession(term)
			s.lead.won(time.Now())
			s.meter.Won(planned)
			if err := s.ask(func() raft.Future { return s.raft.Barrier(0) }); err == nil && s.raft.CurrentTerm() == term {
				s.lead.knows(time.Now())
				if !led.IsZero() {
					s.meter.Stalled(planned, time.Since(led))
				}
				s.ready.Store(term)
				s.cfg.Logger.Info("leads", "shard", s.Shard, "term", term)
			}
			s.became.Notify()
		case <-s.stop:
			return
		}
	}
}

// OnHung sets how a leader whose disk hangs or fails hands over.
func (s *Replica) OnHung(handOver func()) {
	s.fence.OnRaise(func() {
		why := cmp.Or(s.disk.Problem(), "a write takes long")
		if err := s.log.Err(); err != nil {
			why = err.Error()
		}
		s.cfg.Logger.Error("the disk hangs or has failed: this replica will not lead", "shard", s.Shard, "reason", why)
		if s.Leads() {
			handOver()
		}
	})
}

// nudgeWithin bounds how long a nudge waits for its turn.
const nudgeWithin = 500 * time.Millisecond

// Nudge has the library replicate to all followers at once, which it does for
// every entry and for nothing else.
func (s *Replica) Nudge() {
	if s.Leads() {
		s.raft.Barrier(nudgeWithin)
	}
}

// compactAfter is how many bytes of log make a snapshot worth while, however few
// entries they are.
const compactAfter = 256 << 20

// compact takes snapshots by size; the library counts entries only.
func (s *Replica) compact() {
	ticker := time.NewTicker(10 * time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			if s.log.SinceSnapshot(false) > compactAfter {
				s.log.SinceSnapshot(true)
				if _, err := s.Snapshot(); err != nil {
					s.cfg.Logger.Warn("no snapshot", "shard", s.Shard, "error", err)
				}
			}
		case <-s.stop:
			return
		}
	}
}

// spreadSoon tells followers of what was applied here, unless within a moment
// another entry does.
func (s *Replica) spreadSoon() {
	if !s.transport.Leads() || s.spreading.Swap(true) {
		return
	}
	time.AfterFunc(time.Millisecond, func() {
		s.spreading.Store(false)
		s.transport.Spread(s.fsm.machine.Index())
	})
}

// Snapshot takes one, unless nothing was applied since the last.
func (s *Replica) Snapshot() (taken bool, err error) {
	err = s.ask(func() raft.Future { return s.raft.Snapshot() })
	if errors.Is(err, raft.ErrNothingNewToSnapshot) {
		return false, nil
	}
	return true, err
}
