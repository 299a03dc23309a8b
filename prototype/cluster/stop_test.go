package cluster

import (
	"testing"
	"testing/synctest"
	"time"

	"lockstep/prototype/node"
)

// TestMemory_stop_while_asked: a leader that is told to stop does, although the removal of
// a member is committed and waits to be applied: the state machine waits for a disk, behind
// a message. The library forgets what it has committed and not applied when it is shut
// down, by a choice of select, hence several rounds.
func TestMemory_stop_while_asked(t *testing.T) {
	for name, mended := range map[string]bool{"the disk is back in time": true, "the disk hangs for good": false} {
		t.Run(name, func(t *testing.T) {
			for range 8 {
				synctest.Test(t, func(t *testing.T) {
					disks, tune := onDisks(false)
					m := start(t, func(c *node.Config) {
						tune(c)
						oneShard(c)
						c.HungAfter = time.Minute // it leads on
					})
					leader := awaitLeader(t, m, "")
					send(t, m, "1")
					time.Sleep(time.Second) // virtual time: all is applied everywhere
					n := m.Node(leader)
					disks[leader].hang(true)
					ended := make(chan struct{}, 2)
					go func() {
						n.Submit(t.Context(), room, message("2"))
						ended <- struct{}{}
					}()
					time.Sleep(100 * time.Millisecond) // virtual time: the state machine waits
					go func() {
						n.Remove(t.Context(), heir(m, leader))
						ended <- struct{}{}
					}()
					time.Sleep(100 * time.Millisecond) // virtual time: the removal is behind it
					l, err := m.take(leader)
					if err != nil {
						t.Fatal(err)
					}
					if mended {
						time.AfterFunc(time.Second, func() { disks[leader].hang(false) })
					}
					began := time.Now()
					m.end(leader, l)
					if took := time.Since(began); took > 10*time.Second {
						t.Errorf("it took %s to stop", took)
					}
					disks[leader].hang(false)
					<-ended
					<-ended
				})
			}
		})
	}
}
