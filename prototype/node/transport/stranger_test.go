package transport

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"net"
	"testing"

	"github.com/hashicorp/raft"

	"lockstep/prototype/node/disk"
	"lockstep/prototype/node/liveness"
	"lockstep/prototype/node/roster"
)

// TestTransport_stranger: a replica that takes no part votes for nobody, takes
// neither entries nor a snapshot, and does not stand for election. One that takes
// part has all of it passed on to the library.
func TestTransport_stranger(t *testing.T) {
	for _, member := range []bool{false, true} {
		tr := &Transport{requests: make(chan raft.RPC, 8), unanswered: make(chan unanswered, 8), stop: make(chan struct{}),
			Config: Config{Fence: disk.NewFence(0), Following: func() bool { return false }, State: State{CurrentTerm: func() uint64 { return 1 }}, Live: liveness.New("n1", 0, nil, roster.New("n1", nil))}}
		tr.Admitted.Store(member)

		sent := map[string][]byte{
			"entries":   encodeAppend(&raft.AppendEntriesRequest{Term: 1, Entries: []*raft.Log{{Index: 1, Term: 1}}}, 0),
			"heartbeat": encodeAppend(&raft.AppendEntriesRequest{Term: 1}, 0),
		}
		for name, k := range map[string]rpcKind{"vote": rpcVote, "pre-vote": rpcPreVote, "vote on suspicion": rpcVoteOnSuspicion, "time-out now": rpcTimeoutNow} {
			payload, err := encodeJSON(k, struct{}{})
			if err != nil {
				t.Fatal(err)
			}
			sent[name] = payload
		}
		if member {
			delete(sent, "time-out now") // asks the library for its term; see TestLease_late_handover
		}
		for name, payload := range sent {
			var refused error
			tr.receive("n2", payload, func(_ []byte, err error) { refused = err })
			if passed := len(tr.requests) == 1; passed != member || errors.Is(refused, errStranger) == member {
				t.Errorf("%s, member %v: passed on %v, refused with %v", name, member, passed, refused)
			}
			for len(tr.requests) > 0 {
				<-tr.requests
			}
		}
		if err := tr.MayStand(); errors.Is(err, errStranger) == member || member && err != nil {
			t.Errorf("member %v: stands for election: %v", member, err)
		}
		if passed := passesSnapshot(t, tr); passed != member {
			t.Errorf("member %v: takes a snapshot: %v", member, passed)
		}
		if member {
			continue
		}
		if err := tr.RequestVote("n2", "", nil, nil); !errors.Is(err, errStranger) {
			t.Errorf("asks for a vote: %v", err)
		}
		if err := tr.RequestPreVote("n2", "", nil, nil); !errors.Is(err, errStranger) {
			t.Errorf("asks for a pre-vote: %v", err)
		}
	}
}

// passesSnapshot sends a snapshot and says whether the library is given it.
func passesSnapshot(t *testing.T, tr *Transport) (passed bool) {
	t.Helper()
	here, there := net.Pipe()
	defer here.Close()
	over := make(chan struct{})
	go func() {
		defer close(over)
		tr.receiveSnapshot("n2", there)
	}()
	head, err := json.Marshal(raft.InstallSnapshotRequest{Term: 1})
	if err != nil {
		t.Fatal(err)
	}
	_, sent := here.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(head))), head...))
	select {
	case rpc := <-tr.requests:
		passed = true
		rpc.RespChan <- raft.RPCResponse{Response: &raft.InstallSnapshotResponse{Term: 1, Success: true}}
		var resp raft.InstallSnapshotResponse
		if err := json.NewDecoder(here).Decode(&resp); err != nil || !resp.Success {
			t.Errorf("the answer: %+v, %v", resp, err)
		}
	case <-over:
	}
	if <-over; passed != (sent == nil) {
		t.Errorf("taken: %v, and the sender was told: %v", passed, sent)
	}
	return passed
}
