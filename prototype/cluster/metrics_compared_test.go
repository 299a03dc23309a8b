package cluster

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/raft"

	"lockstep/prototype/node"
	"lockstep/prototype/node/storage"
	"lockstep/prototype/order"
)

const (
	comparedEqual     = `lockstep_digest_comparisons_total{result="equal",shard="0"}`
	comparedDifferent = `lockstep_digest_comparisons_total{result="different",shard="0"}`
)

// otherwise gives a node that is down another history: the first message in its log says
// something else, with a checksum that fits.
func otherwise(t *testing.T, m *Memory, id string) {
	t.Helper()
	must(t, m.change(id, "rewrite the log of", func(d *memoryDisk) error {
		s, err := d.store(0)
		if err != nil {
			return err
		}
		log := storage.NewChecksummedLog(s.InmemStore)
		for i := uint64(1); ; i++ {
			var e raft.Log
			if err := log.GetLog(i, &e); err != nil {
				return err
			}
			batch, err := order.DecodeBatch(e.Data)
			if e.Type != raft.LogCommand || err != nil || len(batch.Commands) == 0 {
				continue
			}
			batch.Commands[0].Body += "!"
			e.Data = batch.Append(nil)
			return log.StoreLog(&e)
		}
	}))
}

// TestMetrics_compared: each second followers compare their state with the leader's, with
// nobody reading, and count what it came to; and so does a read that a follower answers. The
// leader has nothing to compare.
func TestMetrics_compared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := startMetered(t, func(c *node.Config) { oneShard(c); c.Lazy = time.Second })
		leader := awaitLeader(t, m.Memory, "")
		send(t, m.Memory, "1")
		time.Sleep(5 * time.Second) // virtual time
		for _, id := range m.IDs() {
			got := m.scrape(id)
			if equal := got[comparedEqual]; id == leader && equal != 0 || id != leader && (equal < 3 || equal > 6) {
				t.Errorf("%s, where %s leads, has found %v equal in 5 s", id, leader, equal)
			}
			if _, ok := got[strings.Replace(comparedDifferent, "0", node.LaneLazy, 1)]; ok {
				t.Error("the lazy lane, whose replicas may differ, raises an alert")
			}
			m.wants("while all is well", id, series{comparedDifferent: 0})
		}
		reader, reads := other(m.Memory, leader, 0), 20
		before := m.scrape(reader)[comparedEqual]
		for range reads {
			if _, err := m.Node(reader).Read(t.Context(), node.ReadRequest{Conversation: room, Level: node.Linearizable}); err != nil {
				t.Fatal(err)
			}
		}
		if after := m.scrape(reader)[comparedEqual]; after < before+float64(reads) {
			t.Errorf("%s has found %v equal, and %v after %d reads", reader, before, after, reads)
		}
	})
}

// TestMetrics_compared_different: a follower whose log was changed behind its back says so
// by itself.
func TestMetrics_compared_different(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := startMetered(t, oneShard)
		leader := awaitLeader(t, m.Memory, "")
		send(t, m.Memory, "1")
		changed := other(m.Memory, leader, 0)
		time.Sleep(time.Second) // virtual time, until it has the message, too
		must(t, m.Crash(changed))
		otherwise(t, m.Memory, changed)
		must(t, m.Restart(changed))
		time.Sleep(5 * time.Second) // virtual time
		got := m.scrape(changed)
		if got[comparedDifferent] == 0 || got[comparedEqual] != 0 || got[`lockstep_forked{shard="0"}`] != 1 {
			t.Errorf("%s has found %v different and %v equal, and has stopped: %v", changed, got[comparedDifferent], got[comparedEqual], got[`lockstep_forked{shard="0"}`])
		}
		for _, id := range m.IDs() {
			if id != changed {
				m.wants("beside it", id, series{comparedDifferent: 0})
			}
		}
	})
}
