package folder

import (
	"bytes"
	"errors"
	"log/slog"
	"testing"

	"github.com/hashicorp/raft"

	"lockstep/prototype/node/storage"
)

// TestPromises_damage: no bit of what was promised changes unnoticed.
func TestPromises_damage(t *testing.T) {
	store := raft.NewInmemStore()
	all := map[int]Promise{0: {Log: Mark{2, 9}, Applied: 5, Votes: Votes{3, 3, "n1"}, Peers: map[string]Mark{"n2": {2, 8}}}}
	if err := WritePromises(store, all); err != nil {
		t.Fatal(err)
	}
	sound, err := store.Get(KeyPromises)
	if err != nil {
		t.Fatal(err)
	}
	for at := range sound {
		for bit := range 8 {
			data := bytes.Clone(sound)
			data[at] ^= 1 << bit
			store.Set(KeyPromises, data)
			if _, err := OpenPromises(store, slog.New(slog.DiscardHandler)); !errors.Is(err, storage.ErrCorrupt) {
				t.Fatalf("bit %d of byte %d: %v", bit, at, err)
			}
		}
	}
}
