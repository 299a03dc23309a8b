package node

import (
	"bytes"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/raft"

	"lockstep/prototype/node/storage"
)

// TestPromises_votes: a term and a vote are promised soon after they were written, by
// whoever wrote them.
func TestPromises_votes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := raft.NewInmemStore()
		p, err := openPromises(store, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		s := bare(t, 2, 9, 5)
		defer s.log.Close(0)
		s.stable = promisedVotes{storage.NewStable(store), p.changed}
		p.watch(0, s.promise)
		s.stable.SetUint64([]byte("CurrentTerm"), 7)
		s.stable.SetUint64([]byte("LastVoteTerm"), 6)
		s.stable.Set([]byte("LastVoteCand"), []byte("n2"))
		time.Sleep(saveEvery) // virtual time
		synctest.Wait()
		again, err := openPromises(store, slog.New(slog.DiscardHandler))
		if want := (votes{7, 6, "n2"}); err != nil || again.loaded[0].Votes != want {
			t.Errorf("%+v, %v; want %+v", again.loaded[0].Votes, err, want)
		}
	})
}

// TestPromises_damage: no bit of what was promised changes unnoticed.
func TestPromises_damage(t *testing.T) {
	store := raft.NewInmemStore()
	all := map[int]promise{0: {Log: mark{2, 9}, Applied: 5, Votes: votes{3, 3, "n1"}, Peers: map[string]mark{"n2": {2, 8}}}}
	if err := writePromises(store, all); err != nil {
		t.Fatal(err)
	}
	sound, err := store.Get(keyPromises)
	if err != nil {
		t.Fatal(err)
	}
	for at := range sound {
		for bit := range 8 {
			data := bytes.Clone(sound)
			data[at] ^= 1 << bit
			store.Set(keyPromises, data)
			if _, err := openPromises(store, slog.New(slog.DiscardHandler)); !errors.Is(err, storage.ErrCorrupt) {
				t.Fatalf("bit %d of byte %d: %v", bit, at, err)
			}
		}
	}
}
