package transport

import (
	"context"
	"encoding/binary"
	"sync"
	"time"

	"github.com/hashicorp/raft"

	"lockstep/prototype/fault"
	"lockstep/prototype/link"
	"lockstep/prototype/node/roster"
	"lockstep/prototype/node/wire"
)

// Heartbeats carries the heartbeats. The library sends one for each shard and
// follower; here those of all shards to one node wait for a common beat and travel
// in one message. A beat goes out even when there is none, so that the other node
// hears from this one; see [election.Detector].
//
// A heartbeat that waited is no [Evidence] for a read: it says when the follower
// answered, not since when.
type Heartbeats struct {
	mesh   *link.Mesh
	roster *roster.Roster
	gate   *fault.Gate
	self   []byte // this node's address, as the library wants to see it
	stop   chan struct{}
	done   sync.WaitGroup

	mu      sync.Mutex
	waiting map[raft.ServerID]map[uint16]beatWait
	shards  map[uint16]*Transport
	heard   map[string]time.Time // when each node last answered, and so had heard this one
	began   time.Time
}

type beatWait struct {
	term uint64
	done chan<- beatAnswer
}

type beatAnswer struct {
	term    uint64
	success bool
	err     error
}

const (
	// BeatEvery is how often the others hear from this node. Several beats must
	// fit into the time after which a silent node is suspected.
	BeatEvery = 30 * time.Millisecond
	// carryEvery is how many beats there are to one that carries heartbeats.
	// Several of those must fit into a leader's lease.
	carryEvery = 20
)

// NewHeartbeats answers those of the other nodes from now on; Start begins to send.
func NewHeartbeats(gate *fault.Gate, mesh *link.Mesh, r *roster.Roster) *Heartbeats {
	b := &Heartbeats{mesh: mesh, gate: gate, self: []byte(r.Self.Raft), roster: r, stop: make(chan struct{}), waiting: make(map[raft.ServerID]map[uint16]beatWait),
		shards: make(map[uint16]*Transport), heard: make(map[string]time.Time), began: time.Now()}
	mesh.Handle(wire.ChannelBeat, b.receive)
	return b
}

// Start begins to beat, and calls each with every beat.
func (b *Heartbeats) Start(each func()) { b.done.Go(func() { b.run(each) }) }

// unheardFor is how long a node may answer no beat before it counts as one that does not
// hear this node: several beats, and the longest trip there and back.
const unheardFor = 5 * carryEvery * BeatEvery

// HeardBy says whether a node has answered lately. One that this node hears and that
// does not answer is behind a link that is cut in one direction.
func (b *Heartbeats) HeardBy(id string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	last := b.heard[id]
	if last.IsZero() {
		last = b.began
	}
	return id == b.roster.Self.ID || time.Since(last) < unheardFor
}

// Close ends the sending.
func (b *Heartbeats) Close() {
	close(b.stop)
	b.done.Wait()
}

// join waits for the next beat to a follower and gives its answer.
func (b *Heartbeats) join(to raft.ServerID, shard uint16, term uint64) <-chan beatAnswer {
	answers := make(chan beatAnswer, 1)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.waiting[to] == nil {
		b.waiting[to] = make(map[uint16]beatWait)
	}
	b.waiting[to][shard] = beatWait{term, answers}
	return answers
}

func (b *Heartbeats) run(each func()) {
	ticker := time.NewTicker(BeatEvery)
	defer ticker.Stop()
	for beat := 0; ; beat++ {
		select {
		case <-ticker.C:
			if b.gate.Pass(context.Background()) != nil {
				continue
			}
			each()
			others := b.roster.Others()
			if beat%carryEvery != 0 {
				for _, to := range others {
					b.mesh.Send(to, wire.ChannelBeat, nil)
				}
				continue
			}
			b.mu.Lock()
			waiting := b.waiting
			b.waiting = make(map[raft.ServerID]map[uint16]beatWait)
			b.mu.Unlock()
			for _, to := range others {
				b.send(raft.ServerID(to), waiting[raft.ServerID(to)])
			}
		case <-b.stop:
			return
		}
	}
}

// A beat is the sender's address, and for each shard its number and the term in
// which the sender leads it. The answer is, in the same order, for each shard a
// byte that says whether the follower went along, and the follower's term.
func (b *Heartbeats) send(to raft.ServerID, waits map[uint16]beatWait) {
	payload := wire.AppendBytes(nil, b.self)
	order := make([]beatWait, 0, len(waits))
	for shard, w := range waits {
		payload = binary.BigEndian.AppendUint16(payload, shard)
		payload = binary.AppendUvarint(payload, w.term)
		order = append(order, w)
	}
	b.mesh.Go(string(to), wire.ChannelBeat, payload, link.Options{}, func(payload []byte, err error) {
		if err == nil {
			b.mu.Lock()
			b.heard[string(to)] = time.Now()
			b.mu.Unlock()
		}
		d := wire.Reader{Data: payload}
		for _, w := range order {
			a := beatAnswer{err: err}
			if err == nil {
				flag := d.Byte()
				a.term, a.success = d.Uvarint(), flag == beatAccepted
				if d.Failed || flag == beatUnanswered {
					a.err = errTimeout
				}
			}
			w.done <- a
		}
	})
}

const (
	beatRefused = iota
	beatAccepted
	beatUnanswered
)

// receive answers for the replicas of this node.
func (b *Heartbeats) receive(from string, payload []byte, reply func([]byte, error)) {
	if len(payload) == 0 {
		return // it was heard, which is all
	}
	d := wire.Reader{Data: payload}
	header := raft.RPCHeader{ProtocolVersion: raft.ProtocolVersionMax, ID: []byte(from), Addr: d.Bytes()}
	var all []<-chan raft.RPCResponse
	for len(d.Data) >= 3 {
		shard := binary.BigEndian.Uint16(d.Data)
		d.Data = d.Data[2:]
		all = append(all, b.feed(shard, header, d.Uvarint()))
	}
	if d.Failed || len(d.Data) > 0 {
		reply(nil, wire.ErrMalformed)
		return
	}
	if len(all) == 0 {
		reply(nil, nil)
		return
	}
	b.mesh.Answer(func() {
		late := time.NewTimer(BeatEvery)
		defer late.Stop()
		over := false
		var out []byte
		for _, answer := range all {
			var r raft.RPCResponse
			if over {
				select {
				case r = <-answer:
				default:
				}
			} else {
				select {
				case r = <-answer:
				case <-late.C:
					over = true
				}
			}
			resp, ok := r.Response.(*raft.AppendEntriesResponse)
			switch {
			case !ok || r.Error != nil:
				out = binary.AppendUvarint(append(out, beatUnanswered), 0)
			case resp.Success:
				out = binary.AppendUvarint(append(out, beatAccepted), resp.Term)
			default:
				out = binary.AppendUvarint(append(out, beatRefused), resp.Term)
			}
		}
		reply(out, nil)
	})
}

// feed shows the library a heartbeat.
func (b *Heartbeats) feed(shard uint16, header raft.RPCHeader, term uint64) <-chan raft.RPCResponse {
	answers := make(chan raft.RPCResponse, 1)
	t := b.shards[shard]
	if t == nil || !t.Admitted.Load() || t.tooOld(term) {
		answers <- raft.RPCResponse{Error: wire.ErrMalformed}
		return answers
	}
	t.loyalty.note(string(header.ID), term)
	select {
	case t.requests <- raft.RPC{Command: &raft.AppendEntriesRequest{RPCHeader: header, Term: term}, RespChan: answers}:
	default:
		answers <- raft.RPCResponse{Error: errBusy}
	}
	return answers
}
