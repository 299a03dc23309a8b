package transport

import (
	"errors"
	"log/slog"
	"testing"

	"github.com/hashicorp/raft"

	"lockstep/prototype/node/disk"
	"lockstep/prototype/node/folder"
	"lockstep/prototype/node/liveness"
	"lockstep/prototype/node/roster"
)

// TestFilling: a replica that was admitted gives no vote, asks for none and follows no
// leader of an earlier term, until it holds the entry that admitted it.
func TestFilling(t *testing.T) {
	held := false
	p, err := folder.OpenPromises(raft.NewInmemStore(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	tr := &Transport{requests: make(chan raft.RPC, 8), unanswered: make(chan unanswered, 8), stop: make(chan struct{}),
		Config: Config{Fence: disk.NewFence(0), Promises: p, Following: func() bool { return false }, Holds: func(folder.Mark) bool { return held }, Live: liveness.New("n1", 0, nil, roster.New("n1", nil))}}
	tr.Admitted.Store(true)
	tr.filling.Store(&folder.Mark{Term: 5, Index: 10})
	takes := func(payload []byte) error {
		var refused error
		tr.receive("n2", payload, func(_ []byte, err error) { refused = err })
		for len(tr.requests) > 0 {
			<-tr.requests
		}
		return refused
	}
	vote, err := encodeJSON(rpcVote, struct{}{})
	if err != nil {
		t.Fatal(err)
	}
	entries := func(term uint64) []byte { return encodeAppend(&raft.AppendEntriesRequest{Term: term}, 0) }
	for _, filled := range []bool{false, true} {
		held = filled
		for name, got := range map[string]error{"a vote": takes(vote), "to stand": tr.MayStand()} {
			if errors.Is(got, errFilling) == filled {
				t.Errorf("filled %v: %s: %v", filled, name, got)
			}
		}
		if got := takes(entries(4)); errors.Is(got, errOldTerm) == filled {
			t.Errorf("filled %v: entries of an earlier term: %v", filled, got)
		}
		if got := takes(entries(5)); got != nil {
			t.Errorf("filled %v: entries of the term: %v", filled, got)
		}
	}
	p.Close(false)
}
