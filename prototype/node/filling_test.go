package node

import (
	"errors"
	"log/slog"
	"testing"

	"github.com/hashicorp/raft"

	"lockstep/prototype/node/disk"
)

// TestFilling: a replica that was admitted gives no vote, asks for none and follows no
// leader of an earlier term, until it holds the entry that admitted it.
func TestFilling(t *testing.T) {
	held := false
	p, err := openPromises(raft.NewInmemStore(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	tr := &transport{requests: make(chan raft.RPC, 8), unanswered: make(chan unanswered, 8), stop: make(chan struct{}), fence: disk.NewFence(0), promises: p}
	tr.following, tr.holds = func() bool { return false }, func(mark) bool { return held }
	tr.open.Store(true)
	tr.filling.Store(&mark{Term: 5, Index: 10})
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
		for name, got := range map[string]error{"a vote": takes(vote), "to stand": tr.mayStand()} {
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
	p.close(false)
}

// TestRecall_filling: a replica that was being filled when it stopped, and does not
// hold the entry that admitted it, has to be admitted again.
func TestRecall_filling(t *testing.T) {
	store := raft.NewInmemStore()
	if err := errors.Join(store.StoreLog(&raft.Log{Index: 9, Term: 5}), store.SetUint64([]byte("CurrentTerm"), 5)); err != nil {
		t.Fatal(err)
	}
	snapshots := raft.NewInmemSnapshotStore()
	for _, tt := range []struct {
		admitted  mark
		forgotten bool
	}{{mark{5, 10}, true}, {mark{5, 9}, false}, {mark{4, 9}, true}} {
		p, err := recall(store, store, snapshots, promise{Filling: &tt.admitted})
		if err != nil {
			t.Fatal(err)
		}
		if got := p.forgotten() != ""; got != tt.forgotten {
			t.Errorf("admitted by %+v, with a log up to 9 of term 5: forgotten %v, want %v", tt.admitted, got, tt.forgotten)
		}
	}
}
