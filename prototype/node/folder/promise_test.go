package folder

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
		reopen := func() *Promises {
			t.Helper()
			p, err := OpenPromises(store, slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		written := func(what string, want Mark) {
			t.Helper()
			time.Sleep(SaveEvery) // virtual time
			synctest.Wait()
			if got := reopen().Remembers(0, "n2"); got != want {
				t.Errorf("%s: %v is written, want %v", what, got, want)
			}
		}
		p := reopen()
		for _, m := range []Mark{{1, 5}, {1, 4}, {1, 5}} {
			p.Acknowledged(0, "n2", m)
		}
		if got := p.Remembers(0, "n2"); got != (Mark{1, 5}) {
			t.Errorf("%v is remembered, want what is newest", got)
		}
		if got := p.Remembers(1, "n2"); got != (Mark{}) {
			t.Errorf("%v is remembered of another shard", got)
		}
		written("after an acknowledgement", Mark{1, 5})
		p.Acknowledged(0, "n2", Mark{1, 6})
		written("after the next one", Mark{1, 6})
		p.Releases(0, "n3")
		p.Releases(0, "n2")
		written("after its removal", Mark{})
		p.Acknowledged(0, "n2", Mark{2, 7})
		p.Close(false)
		if got := reopen().Remembers(0, "n2"); got != (Mark{2, 7}) {
			t.Errorf("when it is closed %v is written", got)
		}
		p.Acknowledged(0, "n2", Mark{2, 8})
		written("after it was closed", Mark{2, 7})
	})
}

// TestPromises_of_a_shard: what a shard has promised is written, too, and kept for
// a shard that is not served in this life.
func TestPromises_of_a_shard(t *testing.T) {
	store := raft.NewInmemStore()
	for range 2 {
		p, err := OpenPromises(store, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		if len(p.Loaded) == 0 {
			p.Watch(0, func(Promise) Promise { return Promise{Log: Mark{2, 9}, Applied: 5} })
		}
		if err := p.Save(); err != nil {
			t.Fatal(err)
		}
	}
	p, err := OpenPromises(store, slog.New(slog.DiscardHandler))
	if got := p.Loaded[0]; err != nil || got.Log != (Mark{2, 9}) || got.Applied != 5 {
		t.Errorf("%+v, %v", got, err)
	}
}
