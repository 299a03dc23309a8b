//go:build unix

package cluster

import (
	"context"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"lockstep/prototype/node"
	"lockstep/prototype/node/httpapi"
	"lockstep/prototype/node/storage"
)

// rolledBack brings a cluster to the point where one member's whole data folder is
// an older copy: holder has every message that was acknowledged, behind none of the
// newest 200, and old had them and comes back without. Old is down.
func rolledBack(t *testing.T) (f *folders, holder, old, behind string, seq uint64) {
	f = newFolders(t, storage.WAL)
	f.start("n1", "n2", "n3")
	f.ready()
	f.send(0, 1)
	holder = f.leader()
	for _, p := range f.peers {
		switch {
		case p.ID == holder:
		case old == "":
			old = p.ID
		default:
			behind = p.ID
		}
	}
	f.stop(old)
	must(t, os.CopyFS(f.folder(old)+"-copy", os.DirFS(f.folder(old))))
	f.start(old)
	f.ready()
	f.stop(behind)
	seq = f.send(1, 200)
	f.stop(old)
	must(t, os.RemoveAll(f.folder(old)))
	must(t, os.Rename(f.folder(old)+"-copy", f.folder(old)))
	return f, holder, old, behind, seq
}

// TestFork_remembered: a member whose whole folder is an older copy is told so by
// the leader that it had acknowledged more to, takes no part, and is filled again.
func TestFork_remembered(t *testing.T) {
	for _, restart := range []bool{false, true} {
		name := "the leader lives"
		if restart {
			name = "the leader has started again"
		}
		t.Run(name, func(t *testing.T) {
			f, holder, old, behind, seq := rolledBack(t)
			if restart {
				f.stop(holder)
				f.start(holder)
			}
			f.start(old)
			if !f.within(10*time.Second, func() bool { return strings.Contains(f.nodes[old].Unready(), "has lost a part") }) {
				t.Fatalf("%s came back with an older copy and says %q", old, f.nodes[old].Unready())
			}
			f.stop(holder)
			f.start(behind)
			if f.within(4*time.Second, func() bool { return f.leader() != "" }) {
				t.Errorf("%s leads without what was acknowledged", f.leader())
			}
			f.start(holder)
			f.ready()
			f.holds(seq)
		})
	}
}

// TestFork_stops: two members that forgot, or never had, what was acknowledged
// elect a leader while the third is away: nobody is left who could tell. When the
// third is back it finds out, whether it was down or cut off, and neither cuts its
// log nor answers from it. What the log says may then be done brings it back.
func TestFork_stops(t *testing.T) {
	for _, how := range []string{"down", "cut off"} {
		t.Run(how, func(t *testing.T) {
			f, holder, old, behind, seq := rolledBack(t)
			if how == "down" {
				f.stop(holder)
			} else if _, err := f.nodes[holder].Fault(isolate); err != nil {
				t.Fatal(err)
			}
			f.start(old, behind)
			third := f.nodes[holder]
			delete(f.nodes, holder)
			f.ready()
			forked := f.send(300, 350)
			if how == "down" {
				f.start(holder)
			} else {
				f.nodes[holder] = third
				third.Heal()
			}
			n := f.nodes[holder]
			// From the first moment on a linearizable read is right or refused.
			if !f.within(20*time.Second, func() bool {
				view, err := n.Read(context.Background(), node.ReadRequest{Conversation: room, Level: node.Linearizable, After: 2, Limit: 1})
				if err == nil && (view.Last != forked || view.Messages[0].ID != "301") {
					t.Fatalf("a linearizable read through %s gives message %+v of %d: the leader has another one", holder, view.Messages, view.Last)
				}
				return err != nil && err.Reason == node.ReasonForked
			}) {
				t.Fatalf("%s does not stop; %q", holder, n.Unready())
			}
			if status := n.Status().Shards[0]; !strings.Contains(status.Trouble, "forked") && !strings.Contains(status.Trouble, "does not have") {
				t.Errorf("its status says %q", status.Trouble)
			}
			scrape := httptest.NewRecorder()
			answers, err := httpapi.New(n, httpapi.DefaultConfig())
			if err != nil {
				t.Fatal(err)
			}
			answers.Handler().ServeHTTP(scrape, httptest.NewRequest("GET", "http://localhost/metrics", nil))
			if !strings.Contains(scrape.Body.String(), `lockstep_forked{shard="0"} 1`) {
				t.Error("its metrics do not tell")
			}
			if view := n.ReadIn(node.LaneQuorum, room, 0, 1); how == "cut off" && view.Last != seq {
				t.Errorf("its copy ends at %d, want %d: it is all that is left of what was acknowledged", view.Last, seq)
			}
			// It stays so when it is started again.
			f.stop(holder)
			f.start(holder)
			n = f.nodes[holder]
			if !f.within(20*time.Second, func() bool { return strings.Contains(n.Unready(), "does not have") }) {
				t.Fatalf("after a restart it says %q", n.Unready())
			}
			f.stop(holder)
			must(t, os.Rename(f.folder(holder), f.folder(holder)+"-away"))
			f.start(holder)
			f.ready()
			f.holds(forked)
		})
	}
}
