package node

import (
	"context"
	"encoding/binary"
	"sync"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/lane"
	"lockstep/prototype/link"
	"lockstep/prototype/node/liveness"
	"lockstep/prototype/node/outcome"
	"lockstep/prototype/node/replica"
	"lockstep/prototype/node/roster"
	"lockstep/prototype/node/wire"
	"lockstep/prototype/order"
)

const (
	// LaneQuorum is ordered by the shard's leader and acknowledged by a majority.
	LaneQuorum = "quorum"
	// LaneLazy is that with a log that is flushed once in a while; see [lazyMark].
	LaneLazy = "lazy"
	// LaneLeader and LaneClock are the weak lanes; see package lane.
	LaneLeader = "leader"
	LaneClock  = "clock"
)

// Lanes are all of them.
var Lanes = []string{LaneQuorum, LaneLazy, LaneLeader, LaneClock}

const (
	channelLeaderLane = wire.ChannelLane + iota
	channelClockLane
	channelLeaderSubmit
)

// LaneEvery is how often a lane sends again what may have been lost.
const LaneEvery = 50 * time.Millisecond

// lanes hosts the weak lanes of a node's shards, from the first message on: those
// that nobody uses cost nothing.
type lanes struct {
	cfg    Config
	life   string          // names this life of the node
	ctx    context.Context // ends with it
	mesh   *link.Mesh
	roster *roster.Roster
	live   *liveness.Peers
	shards []*replica.Replica // of the quorum lane, whose leaders lead the lane "leader", too

	mu      sync.Mutex
	used    chan struct{} // closed with the first message
	leaders map[int]*lane.Leader
	clocks  map[int]*lane.Clock
}

func newLanes(cfg Config, life string, ctx context.Context, mesh *link.Mesh, r *roster.Roster, live *liveness.Peers, shards []*replica.Replica) *lanes {
	l := &lanes{cfg: cfg, life: life, ctx: ctx, mesh: mesh, roster: r, live: live, shards: shards,
		used: make(chan struct{}), leaders: make(map[int]*lane.Leader), clocks: make(map[int]*lane.Clock)}
	mesh.Handle(channelLeaderLane, func(from string, payload []byte, _ func([]byte, error)) {
		if shard, message, ok := l.open(payload); ok {
			l.leader(shard).Receive(from, message)
		}
	})
	mesh.Handle(channelClockLane, func(from string, payload []byte, _ func([]byte, error)) {
		if shard, message, ok := l.open(payload); ok {
			l.clock(shard).Receive(l.now(), from, message)
		}
	})
	mesh.Handle(channelLeaderSubmit, l.receiveSubmit)
	return l
}

func (l *lanes) shardOf(conversation string) *replica.Replica {
	return l.shards[ShardOf(conversation, len(l.shards))]
}

func (l *lanes) now() int64 { return l.cfg.Clock.Now().UnixMilli() }

// send puts the shard in front of a lane's message.
func (l *lanes) send(channel uint16, shard int) lane.Send {
	return func(to string, message []byte) {
		l.mesh.Send(to, channel, append(binary.BigEndian.AppendUint16(nil, uint16(shard)), message...))
	}
}

func (l *lanes) open(payload []byte) (shard int, message []byte, ok bool) {
	if len(payload) < 2 {
		return 0, nil, false
	}
	shard = int(binary.BigEndian.Uint16(payload))
	return shard, payload[2:], shard < l.cfg.Shards
}

func (l *lanes) leader(shard int) *lane.Leader {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.leaders[shard] == nil {
		l.use()
		l.leaders[shard] = lane.NewLeader(l.cfg.ID, l.roster.Others, l.send(channelLeaderLane, shard))
		l.leaders[shard].Retain(l.cfg.Retain)
	}
	return l.leaders[shard]
}

func (l *lanes) clock(shard int) *lane.Clock {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.clocks[shard] == nil {
		l.use()
		l.clocks[shard] = lane.NewClock(l.life, l.roster.Others, l.send(channelClockLane, shard))
		l.clocks[shard].Retain(l.cfg.Retain)
	}
	return l.clocks[shard]
}

// use starts the work that lanes make. l.mu is held.
func (l *lanes) use() {
	if len(l.leaders)+len(l.clocks) == 0 {
		close(l.used)
	}
}

func (l *lanes) run() {
	select {
	case <-l.used:
	case <-l.ctx.Done():
		return
	}
	ticker := time.NewTicker(LaneEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			if l.cfg.Gate.Pass(context.Background()) != nil {
				continue
			}
			l.mu.Lock()
			leaders, clocks := make(map[int]*lane.Leader, len(l.leaders)), make([]*lane.Clock, 0, len(l.clocks))
			for shard, x := range l.leaders {
				leaders[shard] = x
			}
			for _, x := range l.clocks {
				clocks = append(clocks, x)
			}
			l.mu.Unlock()
			for shard, x := range leaders {
				l.elect(shard, x)
				x.Tick()
			}
			for _, x := range clocks {
				x.Tick()
			}
		case <-l.ctx.Done():
			return
		}
	}
}

// elect makes this node the lane's leader when it leads the shard. It is never
// told that it leads no more: it learns that from its successor, or not at all.
func (l *lanes) elect(shard int, x *lane.Leader) {
	if s := l.shards[shard]; s.Leads() && l.live.Majority().Err() == nil {
		x.Lead(s.Term())
	}
}

// submit orders commands in a weak lane.
func (l *lanes) submit(ctx context.Context, name, conversation string, commands []order.Command) ([]order.Result, *outcome.Error) {
	s := l.shardOf(conversation)
	full := &outcome.Error{Outcome: api.Fail, Reason: outcome.ReasonOverloaded, Detail: "the lane holds as many messages as it may", RetryAfter: time.Minute}
	if name == LaneClock {
		results, ok := l.clock(s.Shard).Submit(l.now(), commands)
		if !ok {
			return nil, full
		}
		return results, nil
	}
	x := l.leader(s.Shard)
	l.elect(s.Shard, x)
	if results, ok := x.Submit(l.now(), commands); ok {
		return results, nil
	}
	leader, _ := x.Leading()
	switch leader {
	case l.cfg.ID:
		return nil, full
	case "":
		leader = s.Leader()
	}
	if leader == "" || leader == l.cfg.ID || !l.live.Hears(leader) {
		return nil, outcome.NoLeader("no leader of the lane is known")
	}
	return l.forward(ctx, leader, commands)
}

func (l *lanes) forward(ctx context.Context, leader string, commands []order.Command) ([]order.Result, *outcome.Error) {
	ctx, cancel := context.WithTimeout(ctx, l.cfg.SubmitTimeout)
	defer cancel()
	defer context.AfterFunc(l.ctx, cancel)()
	payload, err := l.mesh.Call(ctx, leader, channelLeaderSubmit, order.Batch{Commands: commands}.Append(nil))
	var answer submitAnswer
	switch {
	case err == nil:
		answer, err = decodeAnswer(payload, len(commands))
	case isUnreachable(err):
		return nil, outcome.NoLeader("the leader of the lane cannot be reached")
	}
	if err != nil {
		return nil, outcome.Uncertain("the leader of the lane took the message and did not answer")
	}
	return answer.Results, answer.Error
}

func isUnreachable(err error) bool { return err == link.ErrUnreachable }

func (l *lanes) receiveSubmit(_ string, payload []byte, reply func([]byte, error)) {
	batch, err := order.DecodeBatch(payload)
	if err != nil || len(batch.Commands) == 0 {
		reply(nil, wire.ErrMalformed)
		return
	}
	var a submitAnswer
	s := l.shardOf(batch.Commands[0].Conversation)
	x := l.leader(s.Shard)
	l.elect(s.Shard, x)
	var ok bool
	if a.Results, ok = x.Submit(l.now(), batch.Commands); !ok {
		a.Error = outcome.NoLeader("this node does not lead the lane")
	}
	reply(a.append(nil), nil)
}

// view and digest are those of this node at the moment: a weak lane promises no
// more to any reader.
func (l *lanes) view(name, conversation string, after uint64, limit int) order.View {
	s := l.shardOf(conversation)
	if name == LaneClock {
		return l.clock(s.Shard).Read(conversation, after, limit)
	}
	return l.leader(s.Shard).Read(conversation, after, limit)
}

func (l *lanes) digest(name, conversation string, upto uint64) (uint64, order.Digest) {
	s := l.shardOf(conversation)
	if name == LaneClock {
		return l.clock(s.Shard).Digest(conversation, upto)
	}
	return l.leader(s.Shard).Digest(conversation, upto)
}

// conversations counts those of the weak lanes at this node.
func (l *lanes) conversations() (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, x := range l.leaders {
		n += x.Conversations()
	}
	for _, x := range l.clocks {
		n += x.Conversations()
	}
	return n
}

// status lists a lane of every shard.
func (l *lanes) status(name string) (list []api.ShardStatus) {
	for _, s := range l.shards {
		status := api.ShardStatus{Shard: s.Shard, Lane: name, Role: "replica"}
		if name == LaneLeader {
			status.Leader, status.Term = l.leader(s.Shard).Leading()
			if status.Role = "follower"; status.Leader == l.cfg.ID {
				status.Role = "leader"
			}
		}
		list = append(list, status)
	}
	return list
}
