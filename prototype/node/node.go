package node

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"lockstep/prototype/fault"
	"lockstep/prototype/link"
)

// Node is one process of the cluster. Its methods may be called from any goroutine.
type Node struct {
	cfg     Config
	mesh    *link.Mesh
	roster  *roster
	live    *liveness
	beats   *beats
	shards  []*shard // and, behind them, the group of the lazy lane if there is one
	balance *balancer
	detect  *detector
	members *membership
	lanes   *lanes
	faults  *fault.Set
	meter   *meter

	name       *name
	promises   *promises
	departures *departures // of what is passed on to leaders
	arrivals   *arrivals

	life context.Context // ends with Close: nobody waits for what a closed node was asked
	die  context.CancelFunc
	done sync.WaitGroup // of what runs beside the rooms' own goroutines
}

// Open starts a node. Close ends it. It builds the rooms in the order of the drawing,
// each from those below it:
//
//	lanes   members   detect
//	   │        │ └──────┤
//	   │        │     balance
//	   ▼        ▼        ▼
//	shards: transport, log, machine
//	   │        │        │
//	   ▼        ▼        ▼
//	 beats    live    promises
//	   └───┬────┘        │
//	 mesh, roster   stores, name
func Open(cfg Config) (_ *Node, err error) {
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
	faults, meter, roster := fault.NewSet(links, cfg.Disk, cfg.Clock), newMeter(), newRoster(cfg.ID, cfg.Peers)
	stores, name, promises, err := openStores(cfg)
	if err != nil {
		return nil, err
	}
	mesh, err := link.Listen(link.Config{Self: cfg.ID, Address: roster.self.Raft, Network: cfg.Network, Links: links, Find: roster.raftAddress, Logger: cfg.Logger,
		Features: link.Features(featureOncePerSender), Identity: name.identify, Admit: name.recognise, Refused: meter.refused})
	if err != nil {
		return nil, errors.Join(err, closeStores(stores))
	}
	if cfg.Features == nil {
		cfg.Features = func(peer string) (uint64, bool) {
			f, ok := mesh.Features(peer)
			return uint64(f), ok
		}
	}
	live, beats := newLiveness(cfg.ID, cfg.DetectAfter, mesh, roster), newBeats(cfg.Gate, mesh, roster)
	shards, err := openShards(cfg, stores, meter, parts{Promises: promises, Address: roster.self.Raft, Alone: len(cfg.Peers) == 1 && !cfg.Join,
		Mesh: mesh, Beats: beats, Live: live})
	if err != nil {
		mesh.Close()
		return nil, err
	}
	life, die := context.WithCancel(context.Background())
	quorum := shards[:cfg.Shards]
	balance := newBalancer(cfg.replicaConfig, cfg.BalanceAfter, mesh, live, faults, shards, life.Done())
	detect := newDetector(cfg.replicaConfig, mesh, roster, live, shards, balance.calm, balance.draining.Load)
	names := cfg.ID + "@" + strconv.FormatInt(time.Now().UnixNano(), 36) // this life of the node
	members := newMembership(membershipConfig{ID: cfg.ID, Peers: cfg.Peers, Join: cfg.Join, Life: names, Context: life, Mesh: mesh, Roster: roster, Live: live,
		Promises: promises, Balance: balance, Shards: shards, Quorum: cfg.Shards, Name: name, Logger: cfg.Logger})
	n := &Node{cfg: cfg, mesh: mesh, roster: roster, live: live, beats: beats, shards: shards, balance: balance, detect: detect, members: members,
		lanes: newLanes(cfg, names, life, mesh, roster, live, quorum), faults: faults, meter: meter,
		name: name, promises: promises, departures: newDepartures(), arrivals: newArrivals(), life: life, die: die}
	mesh.Handle(channelSubmit, n.receiveSubmit)
	mesh.Handle(channelRead, n.receiveRead)
	mesh.Handle(channelAsk, n.receiveAsk)
	compare, founding := newComparer(mesh, roster, cfg.Gate, quorum), newFounding(members)
	n.expose()
	mesh.Start()
	beats.start(detect.tick)
	n.done.Go(balance.run)
	n.done.Go(func() { balance.watchRoom(cfg.DiskReserve) })
	n.done.Go(n.lanes.run)
	n.done.Go(func() { compare.run(life.Done()) })
	n.done.Go(func() { members.run(founding) })
	return n, nil
}

// Close stops the node. Sends that are waiting end as failed or unknown.
func (n *Node) Close() error {
	n.die()
	n.done.Wait()
	n.members.close()
	n.beats.close()
	n.promises.close(slices.ContainsFunc(n.shards, func(s *shard) bool { return s.hangs() }))
	n.cfg.Disk.Close()
	n.detect.close()
	err := closeShards(n.shards)
	n.mesh.Close()
	return err
}

// ID is the node's name.
func (n *Node) ID() string { return n.cfg.ID }

// Self is how others reach this node.
func (n *Node) Self() Peer { return n.roster.self }

// Config is what the node was opened with.
func (n *Node) Config() Config { return n.cfg }

// Done gives a channel that is closed when the node begins to end.
func (n *Node) Done() <-chan struct{} { return n.life.Done() }

// ShardOf is the number of the conversation's shard.
func (n *Node) ShardOf(conversation string) int { return ShardOf(conversation, n.cfg.Shards) }

// Leader is the node that leads the conversation's shard, if this one knows it and it
// is another one.
func (n *Node) Leader(conversation string) (Peer, *Error) {
	return n.reachable(n.shardOf(conversation))
}

func (n *Node) shardOf(conversation string) *shard {
	if s := n.lazyShard(); s != nil && strings.HasPrefix(conversation, lazyMark) {
		return s
	}
	return n.shards[ShardOf(conversation, n.cfg.Shards)]
}

// Drain prepares the node for its end: it takes no lead any more and hands over those
// that it has, while the context lasts. The number is of the shards that it still leads.
func (n *Node) Drain(ctx context.Context) (leads int) { return n.balance.drain(ctx) }

// EndDrain lets the node lead again.
func (n *Node) EndDrain() { n.balance.draining.Store(false) }

// Cluster is the name of this node's cluster, or "" while it has none.
func (n *Node) Cluster() string { return n.name.identity().Cluster }

// Members lists the members as this node knows them.
func (n *Node) Members() []Member { return n.members.list() }

// Remove takes a member out of every shard and tells it so. It may be called at
// any node and repeated if it fails on the way; what was done stays done.
func (n *Node) Remove(ctx context.Context, id string) error {
	return n.members.removeEverywhere(ctx, id)
}

// Left gives a channel that is closed when this node has been removed from every
// shard. It answers still, and has nothing new to say: close it.
func (n *Node) Left() <-chan struct{} { return n.members.gone }

// Removed says that the channel of Left was closed because this node found itself
// removed.
func (n *Node) Removed() bool { return n.members.isRemoved() }
