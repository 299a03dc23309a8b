//go:build unix

package cluster

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/raft"
	boltdb "github.com/hashicorp/raft-boltdb/v2"

	"lockstep/prototype/node"
	"lockstep/prototype/node/replica"
	"lockstep/prototype/node/storage"
	"lockstep/prototype/order"
)

// folders is a cluster of nodes in this process, over a network in memory, whose
// data folders are real.
type folders struct {
	t      *testing.T
	dir    string
	kind   storage.LogStore
	fabric *Fabric
	peers  []node.Peer
	nodes  map[string]*node.Node
	tune   func(*node.Config)
}

func newFolders(t *testing.T, kind storage.LogStore) *folders {
	f := &folders{t: t, dir: t.TempDir(), kind: kind, fabric: NewFabric(), nodes: make(map[string]*node.Node)}
	for _, id := range []string{"n1", "n2", "n3"} {
		f.peers = append(f.peers, memoryPeer(id))
	}
	t.Cleanup(func() {
		for id := range f.nodes {
			f.stop(id)
		}
	})
	return f
}

func (f *folders) folder(id string) string { return filepath.Join(f.dir, id) }

func (f *folders) open(id string) error {
	cfg := node.DefaultConfig()
	cfg.ID, cfg.Peers, cfg.Shards = id, f.peers, 1
	cfg.Network, cfg.Stores = f.fabric, storage.DiskStores(f.folder(id), f.kind, slog.New(slog.DiscardHandler))
	if f.tune != nil {
		f.tune(&cfg)
	}
	n, err := node.Open(cfg)
	if err == nil {
		f.nodes[id] = n
	}
	return err
}

func (f *folders) start(ids ...string) {
	f.t.Helper()
	for _, id := range ids {
		if err := f.open(id); err != nil {
			f.t.Fatal(err)
		}
	}
}

func (f *folders) stop(ids ...string) {
	for _, id := range ids {
		if err := f.nodes[id].Close(); err != nil {
			f.t.Error(err)
		}
		delete(f.nodes, id)
	}
}

// leader is a running node that leads, or "".
func (f *folders) leader() string {
	for id, n := range f.nodes {
		if n.Status().Shards[0].Role == "leader" {
			return id
		}
	}
	return ""
}

// within waits for a condition.
func (f *folders) within(d time.Duration, is func() bool) bool {
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	late := time.After(d)
	for !is() {
		select {
		case <-ticker.C:
		case <-late:
			return false
		}
	}
	return true
}

// send has messages acknowledged, and gives the seq of the newest.
func (f *folders) send(from, to int) (seq uint64) {
	f.t.Helper()
	for i := from; i < to; i++ {
		message := []order.Command{{Conversation: room, ID: fmt.Sprint(i), Sender: "s", Body: strings.Repeat("x", 200)}}
		if !f.within(20*time.Second, func() bool {
			for _, n := range f.nodes {
				if results, err := n.Submit(context.Background(), room, message); err == nil && len(results) == 1 {
					seq = results[0].Seq
					return true
				}
			}
			return false
		}) {
			f.t.Fatalf("message %d is not acknowledged", i)
		}
	}
	return seq
}

// ready waits until every running node takes part.
func (f *folders) ready() {
	f.t.Helper()
	if !f.within(20*time.Second, func() bool {
		for _, n := range f.nodes {
			if !n.Ready() {
				return false
			}
		}
		return true
	}) {
		for id, n := range f.nodes {
			f.t.Logf("%s: %s", id, n.Unready())
		}
		f.t.Fatal("not ready")
	}
}

// holds waits until a linearizable read through every running node ends at a seq.
func (f *folders) holds(seq uint64) {
	f.t.Helper()
	for id, n := range f.nodes {
		var view order.View
		var err *node.Error
		if !f.within(20*time.Second, func() bool {
			view, err = n.Read(context.Background(), node.ReadRequest{Conversation: room, Level: node.Linearizable, Limit: 1})
			return err == nil && view.Last == seq
		}) {
			f.t.Errorf("a linearizable read through %s ends at %d, %v; want %d", id, view.Last, err, seq)
		}
	}
}

// follow does what the error of a node that does not start says.
func (f *folders) follow(err error, id string) {
	f.t.Helper()
	away := f.folder(id) + "-away"
	switch text := err.Error(); {
	case !errors.Is(err, storage.ErrCorrupt):
		f.t.Fatalf("%s does not start: %v", id, err)
	case strings.Contains(text, "move the whole data folder "+f.folder(id)+" away"):
		must(f.t, os.Rename(f.folder(id), away))
	case strings.Contains(text, "move the folder of this shard"):
		must(f.t, os.Rename(filepath.Join(f.folder(id), "shard-0"), away))
	default:
		f.t.Fatalf("%s does not start, and does not say what to do: %v", id, err)
	}
}

// damages are what can happen to the folder of a node that is down, and that the
// node can notice by itself.
var damages = map[string]func(t *testing.T, folder string){
	"the shard's folder is moved away, as the error for a damaged log says": func(t *testing.T, folder string) {
		must(t, os.Rename(filepath.Join(folder, "shard-0"), folder+"-away"))
	},
	"the log's files are deleted": func(t *testing.T, folder string) {
		for _, path := range logFiles(t, folder) {
			must(t, os.Remove(path))
		}
	},
	"the log is an older copy": func(t *testing.T, folder string) {
		must(t, os.RemoveAll(filepath.Join(folder, "shard-0")))
		must(t, os.CopyFS(filepath.Join(folder, "shard-0"), os.DirFS(folder+"-copy/shard-0")))
	},
	"the log ends in zeros": func(t *testing.T, folder string) {
		for _, path := range logFiles(t, folder) {
			zeroTail(t, path, 20<<10)
		}
	},
	"the votes are deleted": func(t *testing.T, folder string) {
		must(t, os.Remove(filepath.Join(folder, "stable.db")))
	},
	"a bit of a vote's candidate has flipped": func(t *testing.T, folder string) {
		changeStable(t, folder, "shard-0/Vote", func(vote []byte) { vote[len(vote)-1] ^= 2 })
	},
	"a bit of a vote's term has flipped": func(t *testing.T, folder string) {
		changeStable(t, folder, "shard-0/Vote", func(vote []byte) { vote[7] &= vote[7] - 1 })
	},
	"a bit of the term has flipped": func(t *testing.T, folder string) {
		changeStable(t, folder, "shard-0/CurrentTerm", func(term []byte) { term[7] &= term[7] - 1 })
	},
	"a digit of what it has promised has changed": func(t *testing.T, folder string) {
		changeStable(t, folder, "shard-0/Promises", func(promises []byte) {
			at := bytes.Index(promises, []byte(`"index":`)) + len(`"index":`)
			promises[at] ^= 1
		})
	},
	"everything is deleted": func(t *testing.T, folder string) {
		must(t, os.RemoveAll(folder))
	},
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// changeStable changes a value in the file of votes of a node that is down.
func changeStable(t *testing.T, folder, key string, change func(value []byte)) {
	store, err := boltdb.NewBoltStore(filepath.Join(folder, "stable.db"))
	must(t, err)
	value, err := store.Get([]byte(key))
	must(t, err)
	value = bytes.Clone(value)
	change(value)
	must(t, errors.Join(store.Set([]byte(key), value), store.Close()))
}

func hasVoted(t *testing.T, folder string) bool {
	store, err := boltdb.NewBoltStore(filepath.Join(folder, "stable.db"))
	must(t, err)
	_, err = store.Get([]byte("shard-0/Vote"))
	if err != nil && !errors.Is(err, boltdb.ErrKeyNotFound) {
		t.Fatal(err)
	}
	must(t, store.Close())
	return err == nil
}

func logFiles(t *testing.T, folder string) (files []string) {
	for _, pattern := range []string{"shard-0/log.db", "shard-0/wal/*.wal"} {
		found, err := filepath.Glob(filepath.Join(folder, pattern))
		must(t, err)
		files = append(files, found...)
	}
	if len(files) == 0 {
		t.Fatal("there is no log to damage")
	}
	return files
}

// zeroTail overwrites the last bytes of what was written into a file.
func zeroTail(t *testing.T, path string, n int) {
	data, err := os.ReadFile(path)
	must(t, err)
	end := len(data)
	for end > 0 && data[end-1] == 0 {
		end--
	}
	clear(data[max(0, end-n):end])
	must(t, os.WriteFile(path, data, 0o600))
}

// TestFolders_forgotten: one node has every message that was acknowledged, one is
// far behind, and the third, whose disk completed each majority, comes back without
// a part of it. Those two must not elect each other, whatever is left of the third.
// When the first is back, the third is filled again. A node may refuse to start
// with a damaged folder; then it is done what the error says.
func TestFolders_forgotten(t *testing.T) {
	for _, kind := range storage.LogStores {
		for name, damage := range damages {
			t.Run(string(kind)+"/"+name, func(t *testing.T) {
				t.Parallel()
				f := newFolders(t, kind)
				f.start("n1", "n2", "n3")
				f.ready()
				f.send(0, 1)
				if !f.within(20*time.Second, func() bool { return f.leader() != "" }) {
					t.Fatal("no leader")
				}
				leader := f.leader()
				var others []string
				for _, p := range f.peers {
					if p.ID != leader {
						others = append(others, p.ID)
					}
				}
				behind, forgetful := others[0], others[1]
				if strings.Contains(name, "vote's") {
					// One vote makes a majority, so that only one of the two need have voted.
					f.stop(forgetful)
					voted := hasVoted(t, f.folder(forgetful))
					f.start(forgetful)
					f.ready()
					if !voted {
						behind, forgetful = forgetful, behind
					}
				}
				if strings.Contains(name, "older copy") {
					f.stop(forgetful)
					must(t, os.CopyFS(f.folder(forgetful)+"-copy", os.DirFS(f.folder(forgetful))))
					f.start(forgetful)
					f.ready()
				}
				f.stop(behind)
				seq := f.send(1, 200)
				f.stop(leader, forgetful)
				damage(t, f.folder(forgetful))
				f.start(behind)
				if err := f.open(forgetful); err != nil {
					f.follow(err, forgetful)
					f.start(forgetful)
				}
				if f.within(4*time.Second, func() bool { return f.leader() != "" }) {
					t.Errorf("%s leads, and %s has forgotten what was acknowledged", f.leader(), forgetful)
				}
				if why := f.nodes[forgetful].Unready(); why == "" {
					t.Error("the one that has forgotten says that it is ready")
				}
				f.start(leader)
				f.ready()
				f.holds(seq)
				f.holds(f.send(200, 210))
			})
		}
	}
}

// TestFolders_identity: a folder that is not the node's own, for whatever reason,
// is refused before anybody is told what it holds, and the error says whose it is.
func TestFolders_identity(t *testing.T) {
	f := newFolders(t, storage.WAL)
	f.start("n1", "n2", "n3")
	f.ready()
	f.send(0, 5)
	f.stop("n1", "n2", "n3")
	must(t, os.Rename(f.folder("n1"), f.folder("x")))
	must(t, os.Rename(f.folder("n2"), f.folder("n1")))
	if err := f.open("n1"); !errors.Is(err, node.ErrIdentity) || !strings.Contains(err.Error(), "belongs to node n2") {
		t.Errorf("n1 with the folder of n2: %v", err)
	}
	must(t, os.Rename(f.folder("n1"), f.folder("n2")))
	must(t, os.Rename(f.folder("x"), f.folder("n1")))
	f.tune = func(c *node.Config) { c.Shards = 3 }
	if err := f.open("n1"); !errors.Is(err, node.ErrIdentity) || !strings.Contains(err.Error(), "--shards 1") {
		t.Errorf("n1 with other shards: %v", err)
	}
	f.tune = nil
	f.start("n1", "n2", "n3")
	f.ready()
	f.holds(5)
}

// TestFolders_majority_lost: two of three members that have lost everything do not
// begin a new history without the third, and with it they are told that there is no
// majority any more.
func TestFolders_majority_lost(t *testing.T) {
	f := newFolders(t, storage.WAL)
	f.start("n1", "n2", "n3")
	f.ready()
	f.send(0, 20)
	f.stop("n1", "n2", "n3")
	must(t, os.RemoveAll(f.folder("n1")))
	must(t, os.RemoveAll(f.folder("n2")))
	f.start("n1", "n2")
	if f.within(4*time.Second, func() bool { return f.leader() != "" }) {
		t.Errorf("%s leads an empty cluster, and n3 holds messages", f.leader())
	}
	if why := f.nodes["n1"].Unready(); !strings.Contains(why, "n3") {
		t.Errorf("n1 waits for n3 and says %q", why)
	}
	f.start("n3")
	if f.within(4*time.Second, func() bool { return f.leader() != "" }) {
		t.Errorf("%s leads without a majority that remembers", f.leader())
	}
	if why := f.nodes["n1"].Unready(); !strings.Contains(why, "lockstep recover") {
		t.Errorf("n1 waits for a leader and says %q", why)
	}
	if view := f.nodes["n3"].ReadIn(node.LaneQuorum, room, 0, 100); view.Last > 20 {
		t.Errorf("n3 holds %d messages, want at most 20", view.Last)
	}
}

// noSnapshots are snapshots that cannot be written.
type noSnapshots struct{ raft.SnapshotStore }

func (noSnapshots) Create(raft.SnapshotVersion, uint64, uint64, raft.Configuration, uint64, raft.Transport) (raft.SnapshotSink, error) {
	return nil, errors.New("the disk is full")
}

// TestFolders_recover: with a majority gone, a person who names every lost member
// makes the survivor a cluster of its own, with everything that it held; others join
// it anew.
func TestFolders_recover(t *testing.T) {
	f := newFolders(t, storage.WAL)
	f.tune = func(c *node.Config) { c.Shards = 2 }
	f.start("n1", "n2", "n3")
	f.ready()
	seq := f.send(0, 20)
	f.holds(seq)
	f.stop("n1", "n2", "n3")
	must(t, os.RemoveAll(f.folder("n1")))
	must(t, os.RemoveAll(f.folder("n2")))
	s, err := replica.OpenSurvivor(storage.DiskStores(f.folder("n3"), f.kind, slog.New(slog.DiscardHandler)))
	if err != nil {
		t.Fatal(err)
	}
	old := s.Cluster
	if err := s.Recover("n3:raft", []string{"n1"}); !errors.Is(err, replica.ErrSurvivor) || !strings.Contains(err.Error(), "n1, n2") {
		t.Errorf("only n1 was named as lost: %v", err)
	}
	must(t, s.Close())
	// It breaks off behind the first shard: the old members must not take that for theirs.
	open := storage.DiskStores(f.folder("n3"), f.kind, slog.New(slog.DiscardHandler))
	s, err = replica.OpenSurvivor(func(shard int) (storage.Stores, error) {
		stores, err := open(shard)
		if shard == 1 {
			stores.Snapshots = noSnapshots{stores.Snapshots}
		}
		return stores, err
	})
	if err := errors.Join(err, s.Recover(s.Address, s.Others), s.Close()); err == nil {
		t.Fatal("a shard was recovered without a snapshot")
	}
	s, err = replica.OpenSurvivor(open)
	if err != nil {
		t.Fatal(err)
	}
	if s.Cluster == old {
		t.Error("what is left half recovered has the name of the old cluster")
	}
	messages := s.Messages[0] + s.Messages[1]
	if err := errors.Join(s.Recover(s.Address, []string{"n2", "n1"}), s.Close()); err != nil {
		t.Fatal(err)
	}
	if s.Cluster == old || messages != 20 || s.Address != "n3:raft" {
		t.Errorf("cluster %q became %q, with %d messages, at %q", old, s.Cluster, messages, s.Address)
	}
	f.peers = f.peers[2:]
	f.start("n3")
	f.ready()
	f.holds(seq)
	f.peers = append(f.peers, memoryPeer("n1"))
	f.tune = func(c *node.Config) { c.Shards, c.Join = 2, true }
	f.start("n1")
	f.ready()
	f.holds(f.send(20, 30))
}

// TestFolders_second: a second node of a member's name, with an empty folder, does
// not take the member's place.
func TestFolders_second(t *testing.T) {
	f := newFolders(t, storage.WAL)
	f.start("n1", "n2", "n3")
	f.ready()
	f.send(0, 5)
	first := f.nodes["n1"]
	cfg := node.DefaultConfig()
	cfg.ID, cfg.Shards, cfg.Network = "n1", 1, f.fabric
	cfg.Peers = append([]node.Peer{{ID: "n1", HTTP: "elsewhere:http", Raft: "elsewhere:raft"}}, f.peers[1:]...)
	cfg.Stores = storage.DiskStores(f.folder("second"), f.kind, slog.New(slog.DiscardHandler))
	second, err := node.Open(cfg)
	must(t, err)
	if !f.within(20*time.Second, func() bool { return strings.Contains(second.Unready(), "must not have one name") }) {
		t.Errorf("the second n1 says %q", second.Unready())
	}
	if !first.Ready() {
		t.Errorf("the first n1 says %q", first.Unready())
	}
	f.holds(f.send(5, 10))
	advice := "start the newer one with --join, and a name, addresses and a data folder of its own"
	if !strings.Contains(second.Unready(), advice) {
		t.Errorf("it does not say %q: %s", advice, second.Unready())
	}
	must(t, second.Close())
	f.peers = append(f.peers, memoryPeer("n4"))
	f.tune = func(c *node.Config) { c.Join = true }
	f.start("n4")
	f.ready()
	f.holds(f.send(10, 15))
}

// TestFolders_removed: a node that was removed while it was away finds that out,
// and ends.
func TestFolders_removed(t *testing.T) {
	f := newFolders(t, storage.WAL)
	f.start("n1", "n2", "n3")
	f.ready()
	f.send(0, 5)
	f.stop("n3")
	if !f.within(20*time.Second, func() bool { return f.nodes["n1"].Remove(t.Context(), "n3") == nil }) {
		t.Fatal("n3 is not removed")
	}
	f.start("n3")
	n := f.nodes["n3"]
	select {
	case <-n.Left():
	case <-time.After(20 * time.Second):
		t.Errorf("it stays, and says %q", n.Unready())
	}
	if n.Ready() || !n.Removed() {
		t.Errorf("ready %v, removed %v", n.Ready(), n.Removed())
	}
}

// TestFolders_foreign: a node with the folder of another cluster, of the same names
// and addresses, is refused by name and answers no read; so is one of a cluster that
// was recovered from a survivor.
func TestFolders_foreign(t *testing.T) {
	f := newFolders(t, storage.WAL)
	f.start("n1", "n2", "n3")
	f.ready()
	f.send(0, 5)
	named := func() bool {
		for _, n := range f.nodes {
			if n.Cluster() == "" {
				return false
			}
		}
		return true
	}
	if !f.within(20*time.Second, named) {
		t.Fatal("the cluster has no name")
	}
	f.stop("n1", "n2", "n3")
	must(t, os.Rename(f.folder("n1"), f.folder("other")))
	must(t, os.RemoveAll(f.folder("n2")))
	must(t, os.RemoveAll(f.folder("n3")))
	f.start("n1", "n2", "n3")
	f.ready()
	seq := f.send(10, 60)
	if !f.within(20*time.Second, named) {
		t.Fatal("the cluster has no name")
	}
	f.stop("n1")
	must(t, os.RemoveAll(f.folder("n1")))
	must(t, os.Rename(f.folder("other"), f.folder("n1")))
	f.start("n1")
	n := f.nodes["n1"]
	if !f.within(20*time.Second, func() bool { return strings.Contains(n.Unready(), "holds data of cluster") }) {
		t.Errorf("n1 of another cluster says %q", n.Unready())
	}
	view, err := n.Read(t.Context(), node.ReadRequest{Conversation: room, Level: node.Linearizable, Limit: 1})
	if err == nil {
		t.Errorf("it answers a linearizable read with %d messages, where the cluster has %d", view.Last, seq)
	}
	f.stop("n1")
	f.holds(f.send(60, 70))
}
