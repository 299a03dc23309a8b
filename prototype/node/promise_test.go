package node

import (
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/raft"
)

// TestPromises: what followers have acknowledged only grows, is written within the
// stated time, is read again, and is dropped with the follower.
func TestPromises(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := raft.NewInmemStore()
		reopen := func() *promises {
			t.Helper()
			p, err := openPromises(store, slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		written := func(what string, want mark) {
			t.Helper()
			time.Sleep(saveEvery) // virtual time
			synctest.Wait()
			if got := reopen().remembers(0, "n2"); got != want {
				t.Errorf("%s: %v is written, want %v", what, got, want)
			}
		}
		p := reopen()
		for _, m := range []mark{{1, 5}, {1, 4}, {1, 5}} {
			p.acknowledged(0, "n2", m)
		}
		if got := p.remembers(0, "n2"); got != (mark{1, 5}) {
			t.Errorf("%v is remembered, want what is newest", got)
		}
		if got := p.remembers(1, "n2"); got != (mark{}) {
			t.Errorf("%v is remembered of another shard", got)
		}
		written("after an acknowledgement", mark{1, 5})
		p.acknowledged(0, "n2", mark{1, 6})
		written("after the next one", mark{1, 6})
		p.releases(0, "n3")
		p.releases(0, "n2")
		written("after its removal", mark{})
		p.acknowledged(0, "n2", mark{2, 7})
		p.close(false)
		if got := reopen().remembers(0, "n2"); got != (mark{2, 7}) {
			t.Errorf("when it is closed %v is written", got)
		}
		p.acknowledged(0, "n2", mark{2, 8})
		written("after it was closed", mark{2, 7})
	})
}

// TestPromises_of_a_shard: what a shard has promised is written, too, and kept for
// a shard that is not served in this life.
func TestPromises_of_a_shard(t *testing.T) {
	store := raft.NewInmemStore()
	for range 2 {
		p, err := openPromises(store, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		if len(p.loaded) == 0 {
			p.watch(0, func(promise) promise { return promise{Log: mark{2, 9}, Applied: 5} })
		}
		if err := p.save(); err != nil {
			t.Fatal(err)
		}
	}
	p, err := openPromises(store, slog.New(slog.DiscardHandler))
	if got := p.loaded[0]; err != nil || got.Log != (mark{2, 9}) || got.Applied != 5 {
		t.Errorf("%+v, %v", got, err)
	}
}
