package cluster

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/prototype/fault"
	"lockstep/prototype/node"
	"lockstep/prototype/order"
)

// believes is the role and term that a node has of the room's shard.
func believes(m *Memory, id string) string {
	status := m.Node(id).Status()
	s := status.Shards[node.ShardOf(room, len(status.Shards))]
	return fmt.Sprintf("%s of term %d", s.Role, s.Term)
}

// TestMemory_paused_leader: a leader sleeps while its successor is elected. It
// wakes in the belief that it leads, is fenced, and acknowledges nothing; what was
// acknowledged is where it was.
func TestMemory_paused_leader(t *testing.T) {
	for _, sleep := range []time.Duration{500 * time.Millisecond, 3 * time.Second, 20 * time.Second, 3 * time.Minute} {
		t.Run(sleep.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := startOnDisks(t)
				old := awaitLeader(t, m, "")
				for i := range 10 {
					send(t, m, fmt.Sprint("before", i))
				}
				belief := believes(m, old)
				began := time.Now()
				if err := m.Pause(old); err != nil {
					t.Fatal(err)
				}
				type answer struct {
					err     error // of the way to the node and back
					results []order.Result
					refusal *node.Error
				}
				answers := make(chan answer, 1)
				ask := func(id string) {
					ctx, cancel := context.WithTimeout(t.Context(), 400*time.Millisecond)
					defer cancel()
					var a answer
					if err := m.Ask(ctx, old, func(n *node.Node) { a.results, a.refusal = n.Submit(ctx, room, message(id)) }); err != nil {
						answers <- answer{err: err}
						return
					}
					answers <- a
				}
				go ask("asleep")
				successor := awaitLeader(t, m, old)
				acked := uint64(10)
				for i := range 10 {
					results, err := m.Node(successor).Submit(t.Context(), room, message(fmt.Sprint("after", i)))
					if err != nil {
						t.Fatal(err)
					}
					acked = max(acked, results[0].Seq)
				}
				if a := <-answers; !errors.Is(a.err, context.DeadlineExceeded) {
					t.Errorf("one who asked a paused node: %+v, want the end of his patience", a)
				}
				time.Sleep(time.Until(began.Add(sleep))) // virtual time
				synctest.Wait()
				if now := believes(m, old); now != belief {
					t.Errorf("it fell asleep as %s and wakes as %s", belief, now)
				}
				go ask("on waking")
				synctest.Wait()
				if err := m.Resume(old); err != nil {
					t.Fatal(err)
				}
				woken := <-answers
				if leader := awaitLeader(t, m, old); leader != successor {
					t.Errorf("%s leads after %s", leader, successor)
				}
				time.Sleep(time.Second) // virtual time
				view, err := m.Node(successor).Read(t.Context(), node.ReadRequest{Conversation: room, Level: node.Linearizable, Limit: 100})
				if err != nil {
					t.Fatal(err)
				}
				agree(t, m, view.Last)
				for i, x := range view.Messages[:acked] {
					want := fmt.Sprint("before", i)
					if i >= 10 {
						want = fmt.Sprint("after", i-10)
					}
					if x.ID != want || x.Seq != uint64(i+1) {
						t.Errorf("seq %d is %s at place %d, want %s", x.Seq, x.ID, i, want)
					}
				}
				for _, r := range woken.results { // only its successor can have ordered that
					if r.Seq > view.Last || view.Messages[r.Seq-1].ID != "on waking" {
						t.Errorf("it acknowledged %+v on waking, which is not there", r)
					}
				}
				t.Logf("on waking %+v; %d messages; fell asleep as %s", woken.results, view.Last, belief)
			})
		})
	}
}

// TestMemory_short_pause: who wakes before the others miss it goes on as if nothing
// had been.
func TestMemory_short_pause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := startOnDisks(t)
		leader := awaitLeader(t, m, "")
		time.Sleep(time.Second) // virtual time
		belief := believes(m, leader)
		for i := range uint64(20) {
			if err := m.Pause(leader); err != nil {
				t.Fatal(err)
			}
			sent := make(chan order.Result, 1)
			go func() { sent <- send(t, m, fmt.Sprint(i)) }()
			time.Sleep(60 * time.Millisecond) // virtual time
			if len(sent) > 0 {
				t.Fatal("a send was acknowledged without the leader")
			}
			if err := m.Resume(leader); err != nil {
				t.Fatal(err)
			}
			if r := <-sent; r.Seq != i+1 {
				t.Errorf("message %d: %+v", i, r)
			}
			if now := believes(m, leader); now != belief {
				t.Fatalf("pause %d: it was %s and is %s", i, belief, now)
			}
		}
		agree(t, m, 20)
	})
}

// TestMemory_end_while_paused: a paused node can be killed, started again, removed
// and closed. Nothing of it goes on: synctest notices what does not end.
func TestMemory_end_while_paused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := startOnDisks(t)
		if err := m.Resume("n1"); err == nil {
			t.Error("a node that is not paused was resumed")
		}
		n := uint64(0)
		for round := range 6 {
			victim := awaitLeader(t, m, "")
			if round%2 == 1 {
				victim = m.IDs()[round%3]
			}
			if err := m.Pause(victim); err != nil {
				t.Fatal(err)
			}
			if err := m.Pause(victim); err == nil || !m.Paused(victim) {
				t.Error("a paused node was paused")
			}
			asked := make(chan error, 1)
			go func() { asked <- m.Ask(context.Background(), victim, func(*node.Node) { t.Error("it was asked") }) }()
			time.Sleep(time.Duration(round)*time.Second + 10*time.Millisecond) // virtual time; a flush that had begun is over
			if hit, err := m.PowerLoss(victim, true, 1, time.Second); hit || err != nil {
				t.Errorf("the power went in the middle of a flush of a paused node: %v, %v", hit, err)
			}
			if err := m.Crash(victim); err != nil {
				t.Fatal(err)
			}
			if err := <-asked; !errors.Is(err, fault.ErrEnded) {
				t.Errorf("one who asked a node that was killed: %v", err)
			}
			if err := errors.Join(m.Pause(victim), m.Resume(victim)); !errors.Is(err, ErrNotRunning) {
				t.Errorf("pause and resume of a node that is down: %v", err)
			}
			send(t, m, fmt.Sprint(n))
			n++
			if err := m.Restart(victim); err != nil {
				t.Fatal(err)
			}
		}
		agree(t, m, n)
		if err := m.Pause(awaitLeader(t, m, "")); err != nil { // and is closed
			t.Fatal(err)
		}
	})
}

// TestMemory_paused_follower: what it was sent waits for it, and it makes no
// trouble when it wakes.
func TestMemory_paused_follower(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := startOnDisks(t)
		leader := awaitLeader(t, m, "")
		send(t, m, "first")
		sleeper := m.IDs()[0]
		if sleeper == leader {
			sleeper = m.IDs()[1]
		}
		agree(t, m, 1)
		belief := believes(m, leader)
		if err := m.Pause(sleeper); err != nil {
			t.Fatal(err)
		}
		for i := range 50 {
			if _, err := m.Node(leader).Submit(t.Context(), room, message(fmt.Sprint(i))); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(30 * time.Second) // virtual time
		if seq, _ := m.Node(sleeper).Digest(room, 0); seq != 1 {
			t.Errorf("it went on to seq %d in its sleep", seq)
		}
		if err := m.Resume(sleeper); err != nil {
			t.Fatal(err)
		}
		agree(t, m, 51)
		if now := believes(m, leader); now != belief {
			t.Errorf("the leader was %s and is %s", belief, now)
		}
	})
}

// TestMemory_woken_reads: what a leader answers on waking, to readers who asked in
// its sleep and to those who ask at once, is no older than what its successor
// acknowledged before they asked.
func TestMemory_woken_reads(t *testing.T) {
	for _, level := range []node.Level{node.Linearizable, node.Leader} {
		t.Run(string(level), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := startOnDisks(t)
				answered := 0
				for round := range 20 {
					old := awaitLeader(t, m, "")
					if err := m.Pause(old); err != nil {
						t.Fatal(err)
					}
					successor := awaitLeader(t, m, old)
					acked := uint64(0)
					for i := range 3 {
						results, err := m.Node(successor).Submit(t.Context(), room, message(fmt.Sprintf("%d-%d", round, i)))
						if err == nil {
							acked = max(acked, results[0].Seq)
						}
					}
					time.Sleep(time.Duration(round) * 200 * time.Millisecond) // virtual time
					var readers sync.WaitGroup
					lasts := make(chan uint64, 10)
					read := func() {
						var view order.View
						var refusal *node.Error
						err := m.Ask(t.Context(), old, func(n *node.Node) {
							view, refusal = n.Read(t.Context(), node.ReadRequest{Conversation: room, Level: level, Limit: 1})
						})
						if err == nil && refusal == nil {
							lasts <- view.Last
						}
					}
					for range 5 {
						readers.Go(read)
					}
					synctest.Wait()
					if err := m.Resume(old); err != nil {
						t.Fatal(err)
					}
					for range 5 {
						readers.Go(read)
					}
					readers.Wait()
					close(lasts)
					for last := range lasts {
						if answered++; last < acked {
							t.Errorf("round %d: %s on waking showed seq %d as the newest; %d had been acknowledged", round, old, last, acked)
						}
					}
					time.Sleep(500 * time.Millisecond) // virtual time
				}
				t.Logf("%d of 200 reads were answered", answered)
			})
		})
	}
}

// TestGatedConn_TryWrite: who tries to write to a paused node does not wait for it:
// the lanes' locks are held meanwhile.
func TestGatedConn_TryWrite(t *testing.T) {
	gate := &fault.Gate{}
	near, far := newConnection()
	c := newGatedConn(near, gate)
	for _, step := range []struct {
		name           string
		do             func()
		written, ended bool
	}{
		{"open", func() {}, true, false},
		{"paused", func() { gate.Shut() }, false, false},
		{"resumed", func() { gate.Open() }, true, false},
		{"killed", gate.End, false, true},
	} {
		step.do()
		if written, err := c.TryWrite([]byte("x")); written != step.written || errors.Is(err, fault.ErrEnded) != step.ended {
			t.Errorf("%s: written %t, %v", step.name, written, err)
		}
	}
	near.Close()
	if got, err := io.ReadAll(far); string(got) != "xx" || err != nil {
		t.Errorf("%q arrived, %v", got, err)
	}
}
