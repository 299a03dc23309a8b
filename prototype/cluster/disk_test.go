package cluster

import (
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/raft"

	"lockstep/prototype/node"
	"lockstep/prototype/node/storage"
)

// disk is a disk that can hang. It serves all stores of a node.
type disk struct {
	mu    sync.Mutex
	cond  *sync.Cond
	hangs bool
}

func (d *disk) hang(hangs bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.hangs = hangs
	d.cond.Broadcast()
}

func (d *disk) write() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for d.hangs {
		d.cond.Wait()
	}
}

type diskLog struct {
	raft.LogStore
	disk *disk
}

func (l diskLog) StoreLogs(entries []*raft.Log) error {
	l.disk.write()
	return l.LogStore.StoreLogs(entries)
}

type diskStable struct {
	raft.StableStore
	disk *disk
}

func (s diskStable) Set(key, value []byte) error {
	s.disk.write()
	return s.StableStore.Set(key, value)
}

func (s diskStable) SetUint64(key []byte, value uint64) error {
	s.disk.write()
	return s.StableStore.SetUint64(key, value)
}

// onDisks gives each node a disk. If votes is set, terms and votes are on it, too.
func onDisks(votes bool) (map[string]*disk, func(*node.Config)) {
	disks := map[string]*disk{}
	return disks, func(c *node.Config) {
		d := disks[c.ID]
		if d == nil {
			d = &disk{}
			d.cond = sync.NewCond(&d.mu)
			disks[c.ID] = d
		}
		inner := c.Stores
		c.Stores = func(shard int) (storage.Stores, error) {
			s, err := inner(shard)
			s.Log = diskLog{s.Log, d}
			if votes {
				s.Stable = diskStable{s.Stable, d}
			}
			return s, err
		}
	}
}

// TestMemory_issue503: a leader whose disk hangs gives up its lead within the 700
// ms that the goals allow, without losing what it acknowledged, and follows again
// when the disk is back. Hashicorp/raft alone keeps such a leader for ever.
//
// While the disk hangs it does not win again (issue 614), although its log may be
// the newest.
func TestMemory_issue503(t *testing.T) {
	for _, votes := range []bool{false, true} {
		t.Run(fmt.Sprintf("votes on the disk %v", votes), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				disks, tune := onDisks(votes)
				m := start(t, tune)
				n := uint64(0)
				var worst time.Duration
				for range 20 {
					old := awaitLeader(t, m, "")
					n++
					send(t, m, fmt.Sprint(n))
					disks[old].hang(true)
					began := time.Now()
					n++
					send(t, m, fmt.Sprint(n)) // from any node, until it is acknowledged
					worst = max(worst, time.Since(began))
					if leader := m.Leader(room); leader == old {
						t.Fatalf("%s leads with a disk that hangs", old)
					}
					for range 30 { // the sick node has ten seconds to win again
						time.Sleep(300 * time.Millisecond)
						n++
						send(t, m, fmt.Sprint(n))
						if m.Leader(room) == old {
							t.Fatalf("%s won with a disk that hangs", old)
						}
					}
					disks[old].hang(false)
					agree(t, m, n)
				}
				t.Logf("slowest first acknowledgement after the disk hung: %s", worst)
				if worst > 700*time.Millisecond {
					t.Errorf("it took %s, want at most 700 ms", worst)
				}
			})
		})
	}
}

// TestMemory_hung_beside_candidate: a leader whose disk hangs hands over to the voter that
// can take it. The other one has been asked to take over before, has lost that election,
// and is a candidate still, which does not hear another leader that asks.
func TestMemory_hung_beside_candidate(t *testing.T) {
	for range 6 { // the library, left to itself, takes either of the two
		synctest.Test(t, func(t *testing.T) {
			disks, tune := onDisks(false)
			m := start(t, func(c *node.Config) {
				tune(c)
				oneShard(c)
			})
			leader, over := besideCandidate(t, m)
			disks[leader].hang(true)
			began := time.Now()
			send(t, m, "3")
			if took := time.Since(began); took > 700*time.Millisecond {
				t.Errorf("it took %s, want at most 700 ms", took)
			}
			disks[leader].hang(false)
			<-over
		})
	}
}

// TestMemory_slow_disk: a follower with a slow disk slows nobody down, and one
// that is too slow to count is not asked to lead.
func TestMemory_slow_disk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		disks, tune := onDisks(false)
		m := start(t, tune)
		leader := awaitLeader(t, m, "")
		for _, id := range m.IDs() {
			if id != leader {
				disks[id].hang(true)
				break
			}
		}
		began := time.Now()
		for i := range 50 {
			send(t, m, fmt.Sprint(i))
		}
		if took := time.Since(began); took > time.Second {
			t.Errorf("50 messages took %s with one follower's disk hanging", took)
		}
		if now := m.Leader(room); now != leader {
			t.Errorf("the lead went from %s to %s because a follower's disk hung", leader, now)
		}
		for _, d := range disks {
			d.hang(false)
		}
		agree(t, m, 50)
	})
}

// TestMemory_issue697: a replica whose log has a tail that nobody else has, and
// that lags so far behind that it is sent a snapshot, ends with the log of the
// others.
func TestMemory_issue697(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := start(t, func(c *node.Config) { c.SnapshotThreshold, c.TrailingLogs = 64, 16 })
		old := awaitLeader(t, m, "")
		send(t, m, "0")
		n := uint64(1)
		if _, err := m.Node(old).Fault(isolate); err != nil {
			t.Fatal(err)
		}
		for i := range 5 { // entries that only the isolated leader has
			m.Node(old).Submit(t.Context(), room, message(fmt.Sprintf("tail-%d", i)))
		}
		awaitLeader(t, m, old)
		for range 400 {
			send(t, m, fmt.Sprint(n))
			n++
		}
		time.Sleep(30 * time.Second) // snapshots at the others; their logs shrink
		m.Node(old).Heal()
		agree(t, m, n)
	})
}
