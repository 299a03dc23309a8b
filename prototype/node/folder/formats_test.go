package folder

import (
	"errors"
	"log/slog"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/raft"

	"lockstep/formattest"
)

// stored gives what is written under a key.
func stored(t *testing.T, key []byte, write func(raft.StableStore) error) []byte {
	t.Helper()
	store := raft.NewInmemStore()
	if err := write(store); err != nil {
		t.Error(err)
	}
	data, err := Lookup(store, key)
	if err != nil {
		t.Error(err)
	}
	return data
}

// TestFormats_identity: a data folder is known again by every later version, whether or
// not its node had learned the cluster's name.
func TestFormats_identity(t *testing.T) {
	for name, want := range map[string]Identity{
		"identity.json":         {Format: 1, Node: "n1", Shards: 64, Cluster: "0123456789abcdef0123456789abcdef"},
		"identity-unnamed.json": {Format: 1, Node: "n1", Shards: 64},
	} {
		formattest.Hold(t, name, want, func(data []byte) (Identity, error) {
			store := raft.NewInmemStore()
			if err := store.Set(KeyIdentity, data); err != nil {
				return Identity{}, err
			}
			return Claim(store, "n1", 64)
		}, func(i Identity) []byte { return stored(t, KeyIdentity, i.Keep) })
	}
}

// TestFormats_promises: what replicas have promised holds for every later version.
func TestFormats_promises(t *testing.T) {
	formattest.Hold(t, "promises.txt", map[int]Promise{
		0: {Log: Mark{3, 300}, Applied: 299, Votes: Votes{3, 2, "n2"}, Peers: map[string]Mark{"n2": {3, 298}, "n3": {2, 7}}},
		1: {Log: Mark{1, 2}, Filling: &Mark{2, 9}},
	}, func(data []byte) (map[int]Promise, error) {
		store := raft.NewInmemStore()
		if err := store.Set(KeyPromises, data); err != nil {
			return nil, err
		}
		p, err := OpenPromises(store, slog.New(slog.DiscardHandler))
		if err != nil {
			return nil, err
		}
		return p.Loaded, nil
	}, func(all map[int]Promise) []byte {
		return stored(t, KeyPromises, func(store raft.StableStore) error { return WritePromises(store, all) })
	})
}

// TestFormats_votes: a vote is found under the names that the library writes it under.
func TestFormats_votes(t *testing.T) {
	store := raft.NewInmemStore()
	err := errors.Join(store.SetUint64([]byte("CurrentTerm"), 4), store.SetUint64([]byte("LastVoteTerm"), 3), store.Set([]byte("LastVoteCand"), []byte("n2")))
	got, read := ReadVotes(store)
	if diff := cmp.Diff(Votes{4, 3, "n2"}, got); diff != "" || errors.Join(err, read) != nil {
		t.Errorf("%v, %v\n%s\n%s", err, read, diff, formattest.Frozen)
	}
	if string(KeyIdentity) != "Identity" || string(KeyPromises) != "Promises" {
		t.Errorf("identity and promises are kept as %q and %q. %s", KeyIdentity, KeyPromises, formattest.Frozen)
	}
}
