package node

import (
	"context"
	"encoding/binary"
	"sync"
	"time"

	"github.com/hashicorp/raft"

	"lockstep/prototype/fault"
	"lockstep/prototype/link"
)

// beats carries the heartbeats. The library sends one for each shard and
// follower; here those of all shards to one node wait for a common beat and travel
// in one message. A beat goes out even when there is none, so that the other node
// hears from this one; see [detector].
//
// A heartbeat that waited is no [evidence] for a read: it says when the follower
// answered, not since when.
type beats struct {
	mesh   *link.Mesh
	roster *roster
	gate   *fault.Gate
	self   []byte // this node's address, as the library wants to see it
	stop   chan struct{}
	done   sync.WaitGroup

	mu      sync.Mutex
	waiting map[raft.ServerID]map[uint16]beatWait
	shards  map[uint16]*transport
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
	// beatEvery is how often the others hear from this node. Several beats must
	// fit into the time after which a silent node is suspected.
	beatEvery = 30 * time.Millisecond
	// carryEvery is how many beats there are to one that carries heartbeats.
	// Several of those must fit into a leader's lease.
	carryEvery = 20
)

func newBeats(gate *fault.Gate, mesh *link.Mesh, r *roster) *beats {
	b := &beats{mesh: mesh, gate: gate, self: []byte(r.self.Raft), roster: r, stop: make(chan struct{}), waiting: make(map[raft.ServerID]map[uint16]beatWait),
		shards: make(map[uint16]*transport)}
	mesh.Handle(channelBeat, b.receive)
	return b
}

// start begins to beat, and calls each with every beat.
func (b *beats) start(each func()) { b.done.Go(func() { b.run(each) }) }

func (b *beats) close() {
	close(b.stop)
	b.done.Wait()
}

// join waits for the next beat to a follower and gives its answer.
func (b *beats) join(to raft.ServerID, shard uint16, term uint64) <-chan beatAnswer {
	answers := make(chan beatAnswer, 1)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.waiting[to] == nil {
		b.waiting[to] = make(map[uint16]beatWait)
	}
	b.waiting[to][shard] = beatWait{term, answers}
	return answers
}

func (b *beats) run(each func()) {
	ticker := time.NewTicker(beatEvery)
	defer ticker.Stop()
	for beat := 0; ; beat++ {
		select {
		case <-ticker.C:
			if b.gate.Pass(context.Background()) != nil {
				continue
			}
			each()
			others := b.roster.others()
			if beat%carryEvery != 0 {
				for _, to := range others {
					b.mesh.Send(to, channelBeat, nil)
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
func (b *beats) send(to raft.ServerID, waits map[uint16]beatWait) {
	payload := appendBytes(nil, b.self)
	order := make([]beatWait, 0, len(waits))
	for shard, w := range waits {
		payload = binary.BigEndian.AppendUint16(payload, shard)
		payload = binary.AppendUvarint(payload, w.term)
		order = append(order, w)
	}
	b.mesh.Go(string(to), channelBeat, payload, link.Options{}, func(payload []byte, err error) {
		d := reader{data: payload}
		for _, w := range order {
			a := beatAnswer{err: err}
			if err == nil {
				flag := d.byte()
				a.term, a.success = d.uvarint(), flag == beatAccepted
				if d.failed || flag == beatUnanswered {
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
func (b *beats) receive(from string, payload []byte, reply func([]byte, error)) {
	if len(payload) == 0 {
		return // it was heard, which is all
	}
	d := reader{data: payload}
	header := raft.RPCHeader{ProtocolVersion: raft.ProtocolVersionMax, ID: []byte(from), Addr: d.bytes()}
	var all []<-chan raft.RPCResponse
	for len(d.data) >= 3 {
		shard := binary.BigEndian.Uint16(d.data)
		d.data = d.data[2:]
		all = append(all, b.feed(shard, header, d.uvarint()))
	}
	if d.failed || len(d.data) > 0 {
		reply(nil, errRPC)
		return
	}
	if len(all) == 0 {
		reply(nil, nil)
		return
	}
	go func() {
		late := time.NewTimer(beatEvery)
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
	}()
}

// feed shows the library a heartbeat.
func (b *beats) feed(shard uint16, header raft.RPCHeader, term uint64) <-chan raft.RPCResponse {
	answers := make(chan raft.RPCResponse, 1)
	t := b.shards[shard]
	if t == nil || !t.open.Load() || t.tooOld(term) {
		answers <- raft.RPCResponse{Error: errRPC}
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
