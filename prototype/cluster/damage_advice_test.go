package cluster

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"lockstep/prototype/node"
	"lockstep/prototype/node/storage"
)

// TestDamage_advice does what the error says that refuses damaged data: it moves
// the folder away that the error names, starts the node again, and the node has
// everything.
func TestDamage_advice(t *testing.T) {
	for _, kind := range storage.LogStores {
		for _, damaged := range []string{"stable.db", "shard-0/log.db", "shard-0/wal/wal-meta.db"} {
			if kind == storage.Bolt && filepath.Base(damaged) == "wal-meta.db" || kind == storage.WAL && filepath.Base(damaged) == "log.db" {
				continue
			}
			t.Run(fmt.Sprint(kind, "/", damaged), func(t *testing.T) { followAdvice(t, kind, damaged) })
		}
	}
}

func followAdvice(t *testing.T, kind storage.LogStore, damaged string) {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	dir, fabric := t.TempDir(), NewFabric()
	ids := []string{"n1", "n2", "n3"}
	var peers []node.Peer
	for _, id := range ids {
		peers = append(peers, memoryPeer(id))
	}
	nodes := map[string]*node.Node{}
	open := func(id string) error {
		cfg := node.DefaultConfig()
		cfg.ID, cfg.Peers, cfg.Shards = id, peers, 1
		cfg.Network, cfg.Stores = fabric, storage.DiskStores(filepath.Join(dir, id), kind, slog.New(slog.DiscardHandler))
		n, err := node.Open(cfg)
		if err == nil {
			nodes[id] = n
		}
		return err
	}
	for _, id := range ids {
		if err := open(id); err != nil {
			t.Fatal(err)
		}
	}
	defer func() {
		for _, n := range nodes {
			if err := n.Close(); err != nil {
				t.Error(err)
			}
		}
	}()
	const messages = 20
	for i := range messages {
		for {
			_, err := nodes["n1"].Submit(ctx, room, message(fmt.Sprint(i)))
			if err == nil {
				break
			}
			if ctx.Err() != nil {
				t.Fatal(err)
			}
		}
	}
	holds := func(id string) {
		t.Helper()
		for {
			changed := nodes[id].Watch(room)
			if upto, _ := nodes[id].Digest(room, messages); upto == messages {
				return
			}
			select {
			case <-changed:
			case <-ctx.Done():
				t.Fatalf("%s has not got all messages", id)
			}
		}
	}
	holds("n3")
	if err := nodes["n3"].Close(); err != nil {
		t.Fatal(err)
	}
	delete(nodes, "n3")
	if err := os.Truncate(filepath.Join(dir, "n3", damaged), 5000); err != nil {
		t.Fatal(err)
	}
	err := open("n3")
	if !errors.Is(err, storage.ErrCorrupt) {
		t.Fatalf("opened with %v", err)
	}
	advice := regexp.MustCompile(`move the whole data folder (\S+) away and start the node again`).FindStringSubmatch(err.Error())
	if advice == nil {
		t.Fatalf("no advice: %v", err)
	}
	if err := os.Rename(advice[1], advice[1]+"-away"); err != nil {
		t.Fatal(err)
	}
	if err := open("n3"); err != nil {
		t.Fatal(err)
	}
	holds("n3")
}
