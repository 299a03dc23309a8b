package cluster

import (
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/prototype/link"
	"lockstep/prototype/node"
	"lockstep/prototype/node/storage"
)

// TestFolders_twin: a copy of the running leader's folder, started under its name at
// other addresses, changes nothing, and is told why; so are those who refuse it.
func TestFolders_twin(t *testing.T) {
	f := newFolders(t, storage.WAL)
	f.start("n1", "n2", "n3")
	f.ready()
	f.send(0, 20)
	leader := f.leader()
	term := f.nodes[leader].Status().Shards[0].Term
	must(t, os.CopyFS(f.folder("copy"), os.DirFS(f.folder(leader))))
	cfg := node.DefaultConfig()
	cfg.ID, cfg.Shards, cfg.Network = leader, 1, f.fabric
	cfg.Stores = storage.DiskStores(f.folder("copy"), f.kind, slog.New(slog.DiscardHandler))
	for _, p := range f.peers {
		if p.ID == leader {
			p.HTTP, p.Raft = "elsewhere:http", "elsewhere:raft"
		}
		cfg.Peers = append(cfg.Peers, p)
	}
	twin, err := node.Open(cfg)
	must(t, err)
	defer twin.Close()
	const advice = "start the newer one with --join, and a name, addresses and a data folder of its own"
	if !f.within(20*time.Second, func() bool { return strings.Contains(twin.Unready(), advice) }) {
		t.Errorf("it says %q", twin.Unready())
	}
	seq := f.send(20, 120)
	for id, n := range f.nodes {
		if s := n.Status().Shards[0]; s.Term != term || s.Leader != leader {
			t.Errorf("%s follows %s in term %d; it was %s in term %d", id, s.Leader, s.Term, leader, term)
		}
		told := slices.ContainsFunc(n.Status().Refusals, func(r link.Refusal) bool { return r.Peer == leader && r.By == id && r.Reason == "name" })
		if told == (id == leader) {
			t.Errorf("%s tells of the refusals %+v", id, n.Status().Refusals)
		}
	}
	f.holds(seq)
}
