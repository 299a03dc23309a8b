package transport

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/raft"

	"lockstep/formattest"
	"lockstep/prototype/fault"
	"lockstep/prototype/link"
	"lockstep/prototype/node/disk"
	"lockstep/prototype/node/roster"
	"lockstep/prototype/node/wire"
)

// call is a request of the consensus library as it is read.
type call struct {
	Kind    rpcKind
	Request any
}

// TestFormats_requests: entries, votes and handovers pass between nodes of every version.
// A leader of ce0e543 that hands over does not say in which term it leads.
func TestFormats_requests(t *testing.T) {
	read := func(data []byte) (call, error) {
		request, err := decodeRequest(data)
		if err == nil && rpcKind(data[0]) == rpcTimeoutNow {
			request, err = decodeTimeoutNow(data)
		}
		return call{rpcKind(data[0]), request}, err
	}
	write := func(c call) []byte {
		if r, ok := c.Request.(*raft.AppendEntriesRequest); ok {
			return encodeAppend(r, r.LeaderCommitIndex)
		}
		data, err := encodeJSON(c.Kind, c.Request)
		if err != nil {
			t.Error(err)
		}
		return data
	}
	header := raft.RPCHeader{ProtocolVersion: 3, ID: []byte("n1"), Addr: []byte("n1:9090")}
	handover := raft.TimeoutNowRequest{RPCHeader: header}
	//lint:ignore SA1019 the library fills in Candidate still, so it is on the wire
	vote := &raft.RequestVoteRequest{RPCHeader: header, Term: 4, Candidate: []byte("n1:9090"), LastLogIndex: 300, LastLogTerm: 3}
	transfer := *vote
	transfer.LeadershipTransfer = true
	formattest.Hold(t, "append.hex", call{1, &raft.AppendEntriesRequest{RPCHeader: header, Term: 3, PrevLogEntry: 299, PrevLogTerm: 2, LeaderCommitIndex: 298, Entries: []*raft.Log{
		{Index: 300, Term: 3, Type: raft.LogCommand, Data: []byte("data"), Extensions: []byte{1, 2}, AppendedAt: time.Unix(0, 1_800_000_000_000_000_001)},
		{Index: 301, Term: 3, Type: raft.LogConfiguration},
	}}}, read, write)
	formattest.Hold(t, "append-none.hex", call{1, &raft.AppendEntriesRequest{RPCHeader: header, Term: 3, Entries: []*raft.Log{}}}, read, write)
	formattest.Hold(t, "vote.hex", call{2, vote}, read, write)
	formattest.Hold(t, "pre-vote.hex", call{3, &raft.RequestPreVoteRequest{RPCHeader: header, Term: 4, LastLogIndex: 300, LastLogTerm: 3}}, read, write)
	formattest.Hold(t, "timeout-now.hex", call{4, timeoutNow{handover, 3, time.Second}}, read, write)
	formattest.Hold(t, "timeout-now-ce0e543.hex", call{4, timeoutNow{TimeoutNowRequest: handover}}, read, nil)
	formattest.Hold(t, "vote-on-suspicion.hex", call{5, &transfer}, read, write)
}

// TestFormats_answers: what a follower of any version answers is counted.
func TestFormats_answers(t *testing.T) {
	header := raft.RPCHeader{ProtocolVersion: 3, ID: []byte("n2"), Addr: []byte("n2:9090")}
	write := func(value any) []byte {
		data, err := encodeResponse(value)
		if err != nil {
			t.Error(err)
		}
		return data
	}
	formattest.Hold(t, "append-answer.hex", raft.AppendEntriesResponse{RPCHeader: header, Term: 3, LastLog: 300, Success: true, NoRetryBackoff: true}, func(data []byte) (r raft.AppendEntriesResponse, err error) {
		return r, decodeResponse(data, &r)
	}, func(r raft.AppendEntriesResponse) []byte { return write(&r) })
	formattest.Hold(t, "vote-answer.json", raft.RequestVoteResponse{RPCHeader: header, Term: 4, Granted: true}, formattest.FromJSON[raft.RequestVoteResponse], func(r raft.RequestVoteResponse) []byte { return write(&r) })
	formattest.Hold(t, "pre-vote-answer.json", raft.RequestPreVoteResponse{RPCHeader: header, Term: 4, Granted: true}, formattest.FromJSON[raft.RequestPreVoteResponse], func(r raft.RequestPreVoteResponse) []byte { return write(&r) })
	formattest.Hold(t, "timeout-now-answer.json", raft.TimeoutNowResponse{RPCHeader: header}, formattest.FromJSON[raft.TimeoutNowResponse], func(r raft.TimeoutNowResponse) []byte { return write(&r) })
}

// loopback is a network of this machine.
type loopback struct{}

func (loopback) Listen(string) (net.Listener, error) { return net.Listen("tcp", "127.0.0.1:0") }

func (loopback) Dial(address string, timeout time.Duration) (net.Conn, error) {
	return net.DialTimeout("tcp", address, timeout)
}

// pair gives the mesh of a node, and one of another node that it reaches as n2.
func pair(t *testing.T) (n1, n2 *link.Mesh) {
	t.Helper()
	var at string
	open := func(id string) *link.Mesh {
		m, err := link.Listen(link.Config{Self: id, Network: loopback{}, Links: fault.NewLinks(), Logger: slog.New(slog.DiscardHandler),
			Find: func(peer string) (string, bool) { return at, peer == "n2" }})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(m.Close)
		return m
	}
	n1, n2 = open("n1"), open("n2")
	at = n2.Addr().String()
	return n1, n2
}

// beat is what a node says of one shard that it leads.
type beat struct {
	Address string
	Shard   uint16
	Term    uint64
}

// TestFormats_beat: a heartbeat is heard, and its answer counts, whichever versions the
// leader and the follower are of.
func TestFormats_beat(t *testing.T) {
	n1, n2 := pair(t)
	said, answered := make(chan []byte, 1), []byte(nil)
	n2.Handle(wire.ChannelBeat, func(_ string, payload []byte, reply func([]byte, error)) {
		said <- bytes.Clone(payload)
		reply(answered, nil)
	})
	leader := NewHeartbeats(nil, n1, roster.New("n1", []roster.Peer{{ID: "n1", Raft: "n1:9090"}, {ID: "n2", Raft: "n2:9090"}}))
	n1.Start()
	n2.Start()
	follower := &Heartbeats{mesh: n2, shards: make(map[uint16]*Transport)}
	send := func(b beat, answer []byte) ([]byte, beatAnswer) {
		answered = answer
		for began := time.Now(); ; { // the first attempts may find nobody
			done := make(chan beatAnswer, 1)
			leader.send("n2", map[uint16]beatWait{b.Shard: {b.Term, done}})
			if a := <-done; !errors.Is(a.err, link.ErrUnreachable) {
				return <-said, a
			}
			if time.Since(began) > 20*time.Second {
				t.Fatal("n2 is not reached within 20 s")
			}
		}
	}
	receive := func(data []byte, success bool) (b beat, answer []byte, err error) {
		requests := make(chan raft.RPC, 1)
		replica := &Transport{requests: requests}
		replica.Admitted.Store(true)
		follower.shards = map[uint16]*Transport{0x103: replica}
		type result struct {
			answer []byte
			err    error
		}
		replied := make(chan result, 1)
		follower.receive("n1", data, func(answer []byte, err error) { replied <- result{answer, err} })
		select {
		case rpc := <-requests:
			r := rpc.Command.(*raft.AppendEntriesRequest)
			b = beat{string(r.Addr), 0x103, r.Term}
			rpc.RespChan <- raft.RPCResponse{Response: &raft.AppendEntriesResponse{Term: 301, Success: success}}
		default:
		}
		r := <-replied
		return b, r.answer, r.err
	}
	told := beat{"n1:9090", 0x103, 300}
	var heartbeat []byte
	formattest.Hold(t, "beat.hex", told, func(data []byte) (beat, error) {
		heartbeat = data
		b, _, err := receive(data, true)
		return b, err
	}, func(b beat) []byte {
		data, _ := send(b, nil)
		return data
	})
	for name, want := range map[string]beatAnswer{"beat-accepted.hex": {term: 301, success: true}, "beat-refused.hex": {term: 301}} {
		formattest.Hold(t, name, want, func(data []byte) (beatAnswer, error) {
			_, a := send(told, data)
			return a, a.err
		}, func(a beatAnswer) []byte {
			_, answer, err := receive(heartbeat, a.success)
			if err != nil {
				t.Error(err)
			}
			return answer
		}, cmp.AllowUnexported(beatAnswer{}))
	}
}

// installed is a snapshot as a follower takes it.
type installed struct {
	Head  raft.InstallSnapshotRequest
	State string
}

// TestFormats_snapshot: a follower that is far behind is filled by a leader of any version.
func TestFormats_snapshot(t *testing.T) {
	header := raft.RPCHeader{ProtocolVersion: 3, ID: []byte("n1"), Addr: []byte("n1:9090")}
	want := installed{raft.InstallSnapshotRequest{RPCHeader: header, SnapshotVersion: 1, Term: 3, LastLogIndex: 300, LastLogTerm: 2, Configuration: []byte{1, 0xff}, ConfigurationIndex: 7, Size: 5}, "state"}
	n1, n2 := pair(t)
	const channel = 3
	sent := make(chan []byte, 1)
	n2.HandleStream(channel, func(_ string, conn net.Conn) {
		defer conn.Close()
		conn.SetReadDeadline(time.Now().Add(5 * time.Second)) // should there be less than is said
		var data bytes.Buffer
		if n, _ := io.CopyN(&data, conn, 4); n == 4 {
			io.CopyN(&data, conn, int64(binary.BigEndian.Uint32(data.Bytes()))+want.Head.Size)
		}
		sent <- data.Bytes()
		json.NewEncoder(conn).Encode(raft.InstallSnapshotResponse{Term: 3, Success: true})
	})
	n1.Start()
	n2.Start()
	formattest.Hold(t, "snapshot.hex", want, func(data []byte) (installed, error) {
		here, there := net.Pipe()
		defer here.Close()
		go here.Write(data)
		requests := make(chan raft.RPC, 1)
		follower := &Transport{requests: requests, stop: make(chan struct{})}
		taken := make(chan installed, 1)
		go func() {
			rpc := <-requests
			state, _ := io.ReadAll(rpc.Reader)
			taken <- installed{*rpc.Command.(*raft.InstallSnapshotRequest), string(state)}
			rpc.RespChan <- raft.RPCResponse{Response: &raft.InstallSnapshotResponse{Term: 3, Success: true}}
		}()
		if _, err := follower.takeSnapshot(there); err != nil {
			return installed{}, err
		}
		return <-taken, nil
	}, func(s installed) []byte {
		leader := &Transport{Config: Config{Mesh: n1, Fence: disk.NewFence(time.Second)}, channel: channel}
		defer leader.Fence.Close()
		var answer raft.InstallSnapshotResponse
		if err := leader.InstallSnapshot("n2", "", &s.Head, &answer, strings.NewReader(s.State)); err != nil || !answer.Success {
			t.Fatal(answer, err)
		}
		return <-sent
	})
	formattest.Hold(t, "snapshot-answer.json", raft.InstallSnapshotResponse{RPCHeader: header, Term: 3, Success: true}, formattest.FromJSON[raft.InstallSnapshotResponse], func(r raft.InstallSnapshotResponse) []byte {
		data, err := encodeResponse(&r)
		if err != nil {
			t.Error(err)
		}
		return data
	})
}
