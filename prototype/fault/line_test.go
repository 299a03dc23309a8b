package fault

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// attached gives both ends of a connection whose near end is under the control of
// links, and is attached as one that this node has made to n2.
func attached(t *testing.T, links *Links) (near, far net.Conn) {
	t.Helper()
	a, b := net.Pipe()
	near, err := links.Attach(a, "n2", Out)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { near.Close(); b.Close() })
	return near, b
}

// TestRate: all connections to a peer share its line, and each direction has one of
// its own.
func TestRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set, links, _, _ := newSet()
		id := set.Add(Fault{Kind: Rate, Rate: 1e6, Peers: []string{"n2"}})
		began := time.Now()
		var all sync.WaitGroup
		for range 2 {
			near, far := attached(t, links)
			all.Go(func() {
				if _, err := near.Write(make([]byte, 1_000_000)); err != nil {
					t.Error(err)
				}
			})
			all.Go(func() {
				if _, err := io.ReadFull(far, make([]byte, 1_000_000)); err != nil {
					t.Error(err)
				}
			})
			all.Go(func() {
				if _, err := far.Write(make([]byte, 500_000)); err != nil {
					t.Error(err)
				}
			})
			all.Go(func() {
				if _, err := io.ReadFull(near, make([]byte, 500_000)); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if took := time.Since(began); took < 1990*time.Millisecond || took > 2010*time.Millisecond {
			t.Errorf("two million bytes out and one in took %s on a line of a million a second each way, want 2s", took)
		}
		if s, err := set.Mend(id); err != nil || s.Hits < 2*1_000_000/linePiece {
			t.Errorf("mended %+v, %v; want a hit for each piece", s, err)
		}
	})
}

// TestLatency: bytes keep their order, those written at once arrive at once, and those
// that are held when the line is mended arrive before later ones.
func TestLatency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set, links, _, _ := newSet()
		near, far := attached(t, links)
		began := time.Now()
		id := set.Add(Fault{Kind: Latency, Delay: Duration(100 * time.Millisecond), Direction: Out})
		var sent bytes.Buffer
		for i := range 200 {
			b := bytes.Repeat([]byte{byte(i)}, 1000)
			sent.Write(b)
			if _, err := near.Write(b); err != nil {
				t.Fatal(err)
			}
		}
		if time.Since(began) != 0 {
			t.Errorf("a long line makes the writer wait for %s", time.Since(began))
		}
		s, _ := set.Mend(id)
		near.Write([]byte("last"))
		sent.WriteString("last")
		near.Close() // what is on its way arrives
		got, err := io.ReadAll(far)
		if err != nil || !bytes.Equal(got, sent.Bytes()) || time.Since(began) != 100*time.Millisecond {
			t.Errorf("%d bytes after %s, %v, want the %d that were sent, in order, after 100ms", len(got), time.Since(began), err, sent.Len())
		}
		if s.Hits != 200 {
			t.Errorf("%d hits, want one for each write", s.Hits)
		}
	})
}

// TestLine_ends: deadlines, a cut and a broken connection end those who wait.
func TestLine_ends(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		set, links, _, _ := newSet()
		set.Add(Fault{Kind: Rate, Rate: 1e6})
		near, _ := attached(t, links)
		near.SetDeadline(time.Now().Add(time.Second))
		if n, err := near.Write(make([]byte, 8_000_000)); !errors.Is(err, os.ErrDeadlineExceeded) || n < 1_000_000 || n > 1_600_000 {
			t.Errorf("%d bytes until the deadline of a second: %v", n, err)
		}
		if _, err := near.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("a read past the deadline: %v", err)
		}
		near, far := attached(t, links)
		time.AfterFunc(time.Second, func() { set.Add(Fault{Kind: Isolate}) })
		if _, err := near.Write(make([]byte, 8_000_000)); err == nil {
			t.Error("a cut link takes bytes")
		}
		if _, err := far.Read(make([]byte, 1)); err == nil {
			t.Error("what was on its way over a link that is cut arrives")
		}
		set.Heal()
		set.Add(Fault{Kind: Latency, Delay: Duration(time.Second)})
		near, far = attached(t, links)
		far.Close()
		near.Write([]byte("x"))
		time.Sleep(2 * time.Second) // virtual time
		if _, err := near.Write([]byte("x")); err == nil {
			t.Error("a broken connection takes bytes")
		}
	})
}
