//go:build !js

package node

import (
	"log/slog"
	"testing"
	"time"

	"lockstep/prototype/fault"
	"lockstep/prototype/node/roster"
	"lockstep/prototype/node/storage"
	"lockstep/prototype/order"
)

// TestMetrics_stores: a node on a disk tells how much of log and of snapshots a shard has
// there.
func TestMetrics_stores(t *testing.T) {
	dir := t.TempDir()
	open := func() *Node {
		cfg := DefaultConfig()
		cfg.ID, cfg.Peers, cfg.Shards = "n1", []roster.Peer{{ID: "n1", Raft: "127.0.0.1:0"}}, 1
		cfg.Network, cfg.Stores = TCP{}, storage.DiskStores(dir, storage.WAL, slog.New(slog.DiscardHandler))
		n, err := Open(cfg)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	stored := func(n *Node) map[string]float64 {
		families, err := n.Metrics().Gather()
		if err != nil {
			t.Fatal(err)
		}
		found := map[string]float64{}
		for _, f := range families {
			if f.GetName() == "lockstep_store_bytes" {
				for _, m := range f.GetMetric() {
					found[m.GetLabel()[1].GetValue()] = m.GetGauge().GetValue()
				}
			}
		}
		return found
	}
	await := func(what string, holds func() bool) {
		t.Helper()
		late, look := time.After(20*time.Second), time.NewTicker(5*time.Millisecond)
		defer look.Stop()
		for !holds() {
			select {
			case <-look.C:
			case <-late:
				t.Fatal(what)
			}
		}
	}
	n := open()
	await("a new node tells of no log, or of snapshots", func() bool { s := stored(n); return s["log"] > 0 && s["snapshots"] == 0 })
	await("it does not lead", n.Ready)
	if _, err := n.Submit(t.Context(), "room", []order.Command{{Conversation: "room", ID: "1", Sender: "ann", Body: "x"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := n.Fault(fault.Fault{Kind: fault.Snapshot}); err != nil {
		t.Fatal(err)
	}
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	n = open()
	await("it tells of no snapshot", func() bool { return stored(n)["snapshots"] > 0 })
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
}
