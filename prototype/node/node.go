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
	"lockstep/prototype/node/election"
	"lockstep/prototype/node/folder"
	"lockstep/prototype/node/liveness"
	"lockstep/prototype/node/member"
	"lockstep/prototype/node/meter"
	"lockstep/prototype/node/outcome"
	"lockstep/prototype/node/replica"
	"lockstep/prototype/node/roster"
	"lockstep/prototype/node/transport"
	"lockstep/prototype/node/wire"
)

// Node is one process of the cluster. Its methods may be called from any goroutine.
type Node struct {
	cfg     Config
	mesh    *link.Mesh
	roster  *roster.Roster
	live    *liveness.Peers
	beats   *transport.Heartbeats
	shards  []*replica.Replica // and, behind them, the group of the lazy lane if there is one
	balance *election.Balancer
	detect  *election.Detector
	members *member.Membership
	lanes   *lanes
	faults  *fault.Set
	meter   *meter.Meter

	name       *member.Name
	promises   *folder.Promises
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
	faults, meter, roster := fault.NewSet(links, cfg.Disk, cfg.Clock), meter.New(), roster.New(cfg.ID, cfg.Peers)
	stores, name, promises, err := openStores(cfg)
	if err != nil {
		return nil, err
	}
	mesh, err := link.Listen(link.Config{Self: cfg.ID, Address: roster.Self.Raft, Network: cfg.Network, Links: links, Find: roster.RaftAddress, Logger: cfg.Logger,
		Features: link.Features(replica.OncePerSender | followsSends), Identity: name.Identify, Admit: name.Recognise, Refused: meter.Refused})
	if err != nil {
		return nil, errors.Join(err, closeStores(stores))
	}
	if cfg.Features == nil {
		cfg.Features = func(peer string) (uint64, bool) {
			f, ok := mesh.Features(peer)
			return uint64(f), ok
		}
	}
	live, beats := liveness.New(cfg.ID, cfg.DetectAfter, mesh, roster), transport.NewHeartbeats(cfg.Gate, mesh, roster)
	shards, err := openShards(cfg, stores, meter, replica.Parts{Promises: promises, Address: roster.Self.Raft, Alone: len(cfg.Peers) == 1 && !cfg.Join,
		Mesh: mesh, Beats: beats, Live: live})
	if err != nil {
		mesh.Close()
		return nil, err
	}
	life, die := context.WithCancel(context.Background())
	quorum := shards[:cfg.Shards]
	balance := election.NewBalancer(cfg.Config, cfg.BalanceAfter, mesh, live, faults, shards, life.Done())
	detect := election.NewDetector(cfg.Config, mesh, roster, live, shards, balance)
	incarnation := cfg.ID + "@" + strconv.FormatInt(time.Now().UnixNano(), 36)
	members := member.New(member.Config{ID: cfg.ID, Peers: cfg.Peers, Join: cfg.Join, Life: incarnation, Context: life, Mesh: mesh, Roster: roster, Live: live,
		Promises: promises, Balance: balance, Elections: detect, Shards: shards, Quorum: cfg.Shards, Name: name, Logger: cfg.Logger})
	n := &Node{cfg: cfg, mesh: mesh, roster: roster, live: live, beats: beats, shards: shards, balance: balance, detect: detect, members: members,
		lanes: newLanes(cfg, incarnation, life, mesh, roster, live, quorum), faults: faults, meter: meter,
		name: name, promises: promises, departures: newDepartures(), arrivals: newArrivals(), life: life, die: die}
	mesh.Handle(wire.ChannelSubmit, n.receiveSubmit)
	mesh.Handle(wire.ChannelSubmitFollowed, n.receiveFollowed)
	mesh.Handle(wire.ChannelRead, n.receiveRead)
	mesh.Handle(wire.ChannelAsk, n.receiveAsk)
	compare, founding := newComparer(mesh, roster, cfg.Gate, quorum), member.NewFounding(members)
	n.expose()
	mesh.Start()
	beats.Start(detect.Tick)
	n.done.Go(balance.Run)
	n.done.Go(func() { balance.WatchRoom(cfg.DiskReserve) })
	n.done.Go(n.lanes.run)
	n.done.Go(func() { compare.run(life.Done()) })
	n.done.Go(func() { members.Run(founding) })
	return n, nil
}

// Close stops the node. Sends that are waiting end as failed or unknown.
func (n *Node) Close() error {
	n.die()
	n.done.Wait()
	n.members.Close()
	n.beats.Close()
	n.promises.Close(slices.ContainsFunc(n.shards, (*replica.Replica).Hangs))
	n.cfg.Disk.Close()
	n.detect.Close()
	err := closeShards(n.shards)
	n.mesh.Close()
	return err
}

// ID is the node's name.
func (n *Node) ID() string { return n.cfg.ID }

// Self is how others reach this node.
func (n *Node) Self() roster.Peer { return n.roster.Self }

// Config is what the node was opened with.
func (n *Node) Config() Config { return n.cfg }

// Done gives a channel that is closed when the node begins to end.
func (n *Node) Done() <-chan struct{} { return n.life.Done() }

// ShardOf is the number of the conversation's shard.
func (n *Node) ShardOf(conversation string) int { return ShardOf(conversation, n.cfg.Shards) }

// Leader is the node that leads the conversation's shard, if this one knows it and it
// is another one.
func (n *Node) Leader(conversation string) (roster.Peer, *outcome.Error) {
	return n.reachable(n.shardOf(conversation))
}

func (n *Node) shardOf(conversation string) *replica.Replica {
	if s := n.lazyShard(); s != nil && strings.HasPrefix(conversation, lazyMark) {
		return s
	}
	return n.shards[ShardOf(conversation, n.cfg.Shards)]
}

// Drain makes this node a follower in every shard, while the context lasts: it takes no
// lead any more and hands over those that it has. The number is of the shards that it
// still leads.
func (n *Node) Drain(ctx context.Context) (leads int) { return n.balance.Drain(ctx) }

// EndDrain lets the node lead again.
func (n *Node) EndDrain() { n.balance.Draining.Store(false) }

// Cluster is the name of this node's cluster, or "" while it has none.
func (n *Node) Cluster() string { return n.name.Identity().Cluster }

// Members lists the members as this node knows them.
func (n *Node) Members() []member.Member { return n.members.List() }

// Remove takes a member out of every shard and tells it so. It may be called at
// any node and repeated if it fails on the way; what was done stays done.
func (n *Node) Remove(ctx context.Context, id string) error {
	return n.members.RemoveEverywhere(ctx, id)
}

// Left gives a channel that is closed when this node has been removed from every
// shard. It answers still, and has nothing new to say: close it.
func (n *Node) Left() <-chan struct{} { return n.members.Gone }

// Removed says that the channel of Left was closed because this node found itself
// removed.
func (n *Node) Removed() bool { return n.members.IsRemoved() }
