//go:build !js

package httpapi

import (
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"lockstep/prototype/node"
	"lockstep/prototype/node/roster"
	"lockstep/prototype/node/storage"
)

// silence is a network on which nobody ever calls.
type silence struct{ node.TCP }

func (silence) Listen(string) (net.Listener, error) { return newPipes(), nil }

// pipes is a listener without sockets, so that it lives in virtual time: what one
// end writes waits until the other reads it.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), closed: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

// dial connects. What the server writes goes, up to 64 KiB, into a buffer as a
// kernel has it.
func (p *pipes) dial() net.Conn {
	here, there := net.Pipe()
	p.conns <- there
	c := &buffered{Conn: here, ahead: make(chan []byte, 14)}
	go func() {
		defer close(c.ahead)
		for {
			buf := make([]byte, 4<<10)
			n, err := here.Read(buf)
			if err != nil {
				return
			}
			select {
			case c.ahead <- buf[:n]:
			case <-p.closed:
				return
			}
		}
	}()
	return c
}

// buffered is the client's end of a pipe.
type buffered struct {
	net.Conn
	ahead chan []byte
	rest  []byte
}

func (b *buffered) Read(p []byte) (int, error) {
	if len(b.rest) == 0 {
		var ok bool
		if b.rest, ok = <-b.ahead; !ok {
			return 0, io.EOF
		}
	}
	n := copy(p, b.rest)
	b.rest = b.rest[n:]
	return n, nil
}

// openAlone opens a node that is a cluster by itself, and waits until it leads.
func openAlone(t testing.TB, tune func(*node.Config)) *node.Node {
	t.Helper()
	cfg := node.DefaultConfig()
	cfg.ID, cfg.Peers, cfg.Shards = "n1", []roster.Peer{{ID: "n1", HTTP: "n1.example:7001", Raft: "n1:raft"}}, 1
	cfg.Network, cfg.Stores = silence{}, storage.MemoryStores()
	if tune != nil {
		tune(&cfg)
	}
	n, err := node.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	late := time.After(10 * time.Second)
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for !n.Ready() {
		select {
		case <-look.C:
		case <-late:
			t.Fatal("the node does not lead")
		}
	}
	return n
}
