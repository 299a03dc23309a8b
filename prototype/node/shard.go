package node

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/raft"

	"lockstep/prototype/order"
)

// shard is one Raft group on this node.
type shard struct {
	id        int
	cfg       Config
	raft      *raft.Raft
	fsm       *fsm
	log       raft.LogStore
	stores    io.Closer
	transport *transport
	evidence  *evidence
	batcher   *batcher
	meter     *shardMeter

	// ready is the newest term in which this node has led and applied a barrier:
	// only then does it know everything that earlier leaders committed.
	ready   atomic.Uint64
	became  signal // after ready changes
	provoke chan struct{}
	stop    chan struct{}
	done    sync.WaitGroup
}

func openShard(id int, cfg Config, layer *streamLayer, meter *shardMeter) (_ *shard, err error) {
	stores, err := cfg.Stores(id)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil && stores.Closer != nil {
			stores.Close()
		}
	}()
	cached, err := raft.NewLogCache(1024, meter.timed(stores.Log))
	if err != nil {
		return nil, fmt.Errorf("cache log: %w", err)
	}
	s := &shard{
		id: id, cfg: cfg, log: cached, stores: stores.Closer, meter: meter,
		fsm:      &fsm{machine: order.New(), meter: meter},
		evidence: newEvidence(len(cfg.Peers)),
		provoke:  make(chan struct{}, 1), stop: make(chan struct{}),
	}
	logger := hclogger(cfg.Logger.With("shard", id))
	s.transport = newTransport(raft.NewNetworkTransportWithConfig(&raft.NetworkTransportConfig{
		Stream: layer, MaxPool: 3, Timeout: max(10*cfg.HeartbeatTimeout, time.Second),
		Logger: logger, MsgpackUseNewTimeFormat: true,
		ServerAddressProvider: addresses(cfg.Peers),
	}), s.evidence, cfg.HeartbeatTimeout)

	rc := raft.DefaultConfig()
	rc.LocalID = raft.ServerID(cfg.ID)
	rc.HeartbeatTimeout = cfg.HeartbeatTimeout
	rc.ElectionTimeout = cfg.ElectionTimeout
	rc.LeaderLeaseTimeout = cfg.LeaseTimeout
	rc.CommitTimeout = cfg.CommitTimeout
	rc.SnapshotThreshold = cfg.SnapshotThreshold
	rc.SnapshotInterval = 10 * time.Second
	rc.TrailingLogs = cfg.TrailingLogs
	rc.MaxAppendEntries = 256
	rc.BatchApplyCh = true
	rc.NoLegacyTelemetry = true
	rc.Logger = logger

	if err := bootstrap(rc, cfg, cached, stores, s.transport); err != nil {
		s.transport.Close()
		return nil, err
	}
	s.raft, err = raft.NewRaft(rc, s.fsm, cached, stores.Stable, stores.Snapshots, s.transport)
	if err != nil {
		s.transport.Close()
		return nil, fmt.Errorf("start raft: %w", err)
	}
	s.batcher = newBatcher(s.raft, cfg, s.stop)
	s.done.Go(s.batcher.run)
	s.done.Go(s.followLeadership)
	s.done.Go(s.provokeRounds)
	return s, nil
}

// bootstrap writes the first configuration, unless the shard has been here
// before. Every member writes the same one, so it does not matter who is first.
func bootstrap(rc *raft.Config, cfg Config, log raft.LogStore, stores Stores, t raft.Transport) error {
	been, err := raft.HasExistingState(log, stores.Stable, stores.Snapshots)
	if err != nil {
		return fmt.Errorf("look for earlier state: %w", err)
	}
	if been {
		return nil
	}
	var members raft.Configuration
	for _, p := range cfg.Peers {
		members.Servers = append(members.Servers, raft.Server{ID: raft.ServerID(p.ID), Address: raft.ServerAddress(p.Raft)})
	}
	if err := raft.BootstrapCluster(rc, log, stores.Stable, stores.Snapshots, t, members); err != nil {
		return fmt.Errorf("bootstrap: %w", err)
	}
	return nil
}

// addresses finds a member by its id in the present configuration, so that a
// cluster may come back on other ports than the log remembers.
type addresses []Peer

func (a addresses) ServerAddr(id raft.ServerID) (raft.ServerAddress, error) {
	for _, p := range a {
		if p.ID == string(id) {
			return raft.ServerAddress(p.Raft), nil
		}
	}
	return "", fmt.Errorf("no peer %q", id)
}

// close ends what asks the library before the library itself: what is still
// queued there when it shuts down is never answered.
func (s *shard) close() error {
	close(s.stop)
	s.done.Wait()
	s.batcher.drain(s.cfg.SubmitTimeout)
	err := s.raft.Shutdown().Error()
	err = errors.Join(err, s.transport.Close())
	if s.stores != nil {
		err = errors.Join(err, s.stores.Close())
	}
	return err
}

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
			if err := s.raft.Barrier(0).Error(); err == nil && s.raft.CurrentTerm() == term {
				s.ready.Store(term)
				s.cfg.Logger.Info("leads", "shard", s.id, "term", term)
			}
			s.became.notify()
		case <-s.stop:
			return
		}
	}
}

// provokeRounds makes the library send a round of heartbeats when a read needs
// newer evidence than there is. Many reads share a round: the next one waits
// until some follower has answered, or until it is clear that none does.
func (s *shard) provokeRounds() {
	for {
		select {
		case <-s.provoke:
			_, _, answered := s.evidence.quorum(s.raft.CurrentTerm())
			// Only the heartbeats are wanted, not the answer: it is no proof, and
			// after a shutdown the library never gives it.
			s.raft.VerifyLeader()
			select {
			case <-answered:
			case <-time.After(s.cfg.HeartbeatTimeout):
			case <-s.stop:
				return
			}
		case <-s.stop:
			return
		}
	}
}

// leader is the id of the node that this one believes to lead, or "".
func (s *shard) leader() string {
	_, id := s.raft.LeaderWithID()
	return string(id)
}

func (s *shard) leads() bool { return s.raft.State() == raft.Leader }

// submit orders commands at this node, if it leads.
func (s *shard) submit(ctx context.Context, commands []order.Command) ([]order.Result, *Error) {
	if !s.leads() {
		return nil, noLeader("this node is not the leader")
	}
	return s.batcher.submit(ctx, commands)
}
