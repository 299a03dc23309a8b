package cluster

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"time"

	"lockstep/prototype/fault"
	"lockstep/prototype/node"
)

// The doors of a node of this process that lead to the others and to its log. Each
// is held shut while the node is paused, and for ever when it has been killed.

// gatedNetwork is a network as a node that can be paused has it.
type gatedNetwork struct {
	node.Network
	gate *fault.Gate
}

func (n gatedNetwork) Listen(address string) (net.Listener, error) {
	l, err := n.Network.Listen(address)
	if err != nil {
		return nil, err
	}
	return gatedListener{l, n.gate}, nil
}

func (n gatedNetwork) Dial(address string, timeout time.Duration) (net.Conn, error) {
	if err := n.gate.Pass(context.Background()); err != nil {
		return nil, err
	}
	conn, err := n.Network.Dial(address, timeout)
	if err != nil {
		return nil, err
	}
	return newGatedConn(conn, n.gate), nil
}

type gatedListener struct {
	net.Listener
	gate *fault.Gate
}

// Accept hangs up on those who reach a node that has been killed.
func (l gatedListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if l.gate.Pass(context.Background()) == nil {
			return newGatedConn(conn, l.gate), nil
		}
		conn.Close()
	}
}

type gatedConn struct {
	net.Conn
	try  fault.TryWriter // the same; nil if it cannot
	gate *fault.Gate
}

func newGatedConn(c net.Conn, gate *fault.Gate) *gatedConn {
	try, _ := c.(fault.TryWriter)
	return &gatedConn{c, try, gate}
}

// Read may take from the connection while the node is paused, but the node does
// not get it.
func (c *gatedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if ended := c.gate.Pass(context.Background()); ended != nil {
		return 0, ended
	}
	return n, err
}

func (c *gatedConn) Write(p []byte) (int, error) {
	if err := c.gate.Pass(context.Background()); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}

// TryWrite writes nothing while the node is paused, and does not wait for its gate:
// the caller may hold a lock, and a test that inspects a paused node needs that lock.
func (c *gatedConn) TryWrite(p []byte) (written bool, err error) {
	switch err := c.gate.Pass(over); {
	case errors.Is(err, fault.ErrEnded):
		return false, err
	case err != nil || c.try == nil:
		return false, nil
	}
	return c.try.TryWrite(p)
}

// over is a context in which nobody waits.
var over = func() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}()

// gatedLog holds the lines of a node that is paused, and loses those of one that
// was killed.
type gatedLog struct {
	slog.Handler
	gate *fault.Gate
}

func (h gatedLog) Handle(ctx context.Context, r slog.Record) error {
	if h.gate.Pass(context.Background()) != nil {
		return nil
	}
	return h.Handler.Handle(ctx, r)
}

func (h gatedLog) WithAttrs(attrs []slog.Attr) slog.Handler {
	return gatedLog{h.Handler.WithAttrs(attrs), h.gate}
}

func (h gatedLog) WithGroup(name string) slog.Handler {
	return gatedLog{h.Handler.WithGroup(name), h.gate}
}
