package cluster

import (
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/prototype/fault"
	"lockstep/prototype/node"
	"lockstep/prototype/order"
)

// counted is a network that counts the bytes that are written to one node.
type counted struct {
	node.Network
	to    string
	bytes *atomic.Int64
}

func (c counted) Dial(address string, timeout time.Duration) (net.Conn, error) {
	conn, err := c.Network.Dial(address, timeout)
	if err != nil || address != c.to {
		return conn, err
	}
	return countedConn{conn, c.bytes}, nil
}

type countedConn struct {
	net.Conn
	bytes *atomic.Int64
}

func (c countedConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.bytes.Add(int64(n))
	return n, err
}

// lag is what a follower has missed, and the line by which it is to catch up.
type lag struct {
	batches, messages, body int     // so many sends of so many messages of so many bytes
	rate                    float64 // bytes a second
	latency                 time.Duration
	snapshot                bool // the log no longer holds what is missing
}

// testCatchUp: a follower that was down catches up over a slow line in about the time
// that the line needs, no more is sent than needed, and meanwhile the other two go on.
func testCatchUp(t *testing.T, l lag) {
	if raceDetector && l.batches > 40 {
		l.batches /= 4
	}
	synctest.Test(t, func(t *testing.T) {
		var bytes atomic.Int64
		m := start(t, func(c *node.Config) {
			oneShard(c)
			c.Network = counted{c.Network, "n3:raft", &bytes}
			if l.snapshot {
				c.TrailingLogs = 8
			}
		})
		awaitLeader(t, m, "")
		first := send(t, m, "first")
		agree(t, m, first.Seq)
		m.Crash("n3")
		leader := awaitLeader(t, m, "n3")
		body, size, last := strings.Repeat("x", l.body), 0, first.Seq
		for i := range l.batches {
			var commands []order.Command
			for j := range l.messages {
				commands = append(commands, order.Command{Conversation: room, ID: fmt.Sprint(i, "-", j), Sender: "ann", Body: body})
				size += len(body)
			}
			results, err := m.Node(leader).Submit(t.Context(), room, commands)
			if err != nil {
				t.Fatal(err)
			}
			last = results[len(results)-1].Seq
		}
		if l.snapshot {
			if _, err := m.Node(leader).Fault(fault.Fault{Kind: fault.Snapshot}); err != nil {
				t.Fatal(err)
			}
		}
		term := m.Node(leader).Status().Shards[0].Term
		for _, id := range []string{"n1", "n2"} {
			breakAt(t, m, id, fault.Fault{Kind: fault.Rate, Peers: []string{"n3"}, Rate: l.rate})
			if l.latency > 0 {
				breakAt(t, m, id, fault.Fault{Kind: fault.Latency, Peers: []string{"n3"}, Delay: fault.Duration(l.latency / 2)})
			}
		}
		bytes.Store(0)
		began, ideal := time.Now(), time.Duration(float64(size)/l.rate*float64(time.Second))
		if err := m.Restart("n3"); err != nil {
			t.Fatal(err)
		}
		slowest := time.Duration(0)
		have := func() uint64 { seq, _ := m.Node("n3").Digest(room, 0); return seq }
		sends := 0
		for have() < last && time.Since(began) < 4*ideal+20*time.Second {
			sent := time.Now()
			sends++
			if _, err := m.Node(leader).Submit(t.Context(), room, message(fmt.Sprint("meanwhile-", sends))); err != nil {
				t.Errorf("after %s: %v", time.Since(began), err)
			}
			slowest = max(slowest, time.Since(sent))
			time.Sleep(50 * time.Millisecond) // virtual time
		}
		took := time.Since(began)
		t.Logf("%d MB, for which the line needs %s: after %s it has %d of %d messages, %d MB were sent; the slowest of %d sends took %s",
			size>>20, ideal.Round(time.Millisecond), took.Round(time.Millisecond), have(), last, bytes.Load()>>20, sends, slowest)
		if have() < last || took > ideal*3/2+2*time.Second {
			t.Errorf("the follower has %d of %d messages after %s, and the line needs %s", have(), last, took, ideal)
		}
		if sent := bytes.Load(); sent > int64(size)*13/10 {
			t.Errorf("%d bytes were sent for %d", sent, size)
		}
		if slowest > 100*time.Millisecond {
			t.Errorf("a send took %s", slowest)
		}
		if now := m.Node(leader).Status().Shards[0]; now.Term != term || now.Role != "leader" {
			t.Errorf("the lead changed: %+v in place of term %d", now, term)
		}
		for _, id := range []string{"n1", "n2"} {
			for _, f := range m.Node(id).Heal() {
				if id == leader && f.Hits == 0 {
					t.Errorf("%s did not strike", f.Fault)
				}
			}
		}
	})
}

func TestSlow_log_100Mbit(t *testing.T) {
	testCatchUp(t, lag{batches: 128, messages: 8, body: 60 << 10, rate: 12.5e6})
}

func TestSlow_log_10Mbit(t *testing.T) {
	testCatchUp(t, lag{batches: 128, messages: 8, body: 60 << 10, rate: 1.25e6, latency: 200 * time.Millisecond})
}

func TestSlow_small_entries(t *testing.T) {
	testCatchUp(t, lag{batches: 5000, messages: 1, body: 1 << 10, rate: 1.25e6, latency: 200 * time.Millisecond})
}

// TestSlow_large_snapshot: it takes longer than any fixed limit would let it.
func TestSlow_large_snapshot(t *testing.T) {
	testCatchUp(t, lag{batches: 32, messages: 8, body: 60 << 10, rate: 125e3, latency: 200 * time.Millisecond, snapshot: true})
}

func TestSlow_snapshot(t *testing.T) {
	testCatchUp(t, lag{batches: 128, messages: 8, body: 60 << 10, rate: 1.25e6, latency: 200 * time.Millisecond, snapshot: true})
}

// long is a network of long lines, from the first connection on.
type long struct {
	node.Network
	lines *fault.Links
}

func (l long) Dial(address string, timeout time.Duration) (net.Conn, error) {
	conn, err := l.Network.Dial(address, timeout)
	if err != nil {
		return nil, err
	}
	return l.lines.Attach(conn, address, fault.Out)
}

// TestSlow_long_lines: nodes that are a fifth of a second from each other found a
// cluster, elect a leader in place of one that is lost, keep it, and fill the lost
// one when it is back with an empty disk.
func TestSlow_long_lines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lines := fault.NewLinks()
		t.Cleanup(lines.Close)
		lines.Add(fault.Fault{Kind: fault.Latency, Delay: fault.Duration(100 * time.Millisecond)})
		m := start(t, func(c *node.Config) {
			oneShard(c)
			c.Network = long{c.Network, lines}
		})
		leader := awaitLeader(t, m, "")
		send(t, m, "before")
		time.Sleep(2 * time.Second) // virtual time
		m.Crash(leader)
		crashed := time.Now()
		next := awaitLeader(t, m, leader)
		// Silence is noticed, opinions and votes are asked for, and the new leader commits
		// an entry: three round trips of 200 ms.
		if without := time.Since(crashed); without > 1200*time.Millisecond {
			t.Errorf("%s without a leader", without)
		}
		if r := send(t, m, "after"); r.Seq != 2 {
			t.Errorf("the next message has seq %d", r.Seq)
		}
		term := m.Node(next).Status().Shards[0].Term
		time.Sleep(10 * time.Second) // virtual time
		if now := m.Node(next).Status().Shards[0]; now.Role != "leader" || now.Term != term {
			t.Errorf("the lead changes hands on long lines: %+v in place of term %d", now, term)
		}
		if err := m.Wipe(leader); err != nil {
			t.Fatal(err)
		}
		if err := m.Restart(leader); err != nil {
			t.Fatal(err)
		}
		agree(t, m, 2)
	})
}
