package fault

import (
	"net"
	"sync"
	"time"
)

// TryWriter is a connection that can be written to without waiting, as one within a
// process can. TryWrite writes all of p or nothing, never waits, and gives an error
// only if the connection is broken. What is attached to links is one, too; over a
// connection that is none it writes nothing.
type TryWriter interface {
	TryWrite(p []byte) (written bool, err error)
}

// Attach puts a connection under the control of l, or closes it and gives
// ErrCut if its link is cut.
func (l *Links) Attach(c net.Conn, peer string, d Direction) (net.Conn, error) {
	try, _ := c.(TryWriter)
	attached := &conn{Conn: c, try: try, links: l, peer: peer, direction: d}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.isCut(peer, d) {
		c.Close()
		return nil, ErrCut
	}
	l.conns[attached] = struct{}{}
	return attached, nil
}

// conn is a connection that knows which link it runs over.
type conn struct {
	net.Conn
	try       TryWriter // the same; nil if it cannot
	links     *Links
	peer      string
	direction Direction

	mu              sync.Mutex
	in, out         *delayed // nil until a line works on this connection
	readBy, writeBy time.Time
	closed          bool
}

// held gives what holds the bytes of one direction, and makes it if a line works on
// them; nil if none does or did.
func (c *conn) held(direction Direction) *delayed {
	c.mu.Lock()
	defer c.mu.Unlock()
	at, by, run := &c.in, c.readBy, (*delayed).fill
	if direction == Out {
		at, by, run = &c.out, c.writeBy, (*delayed).drain
	}
	if *at == nil && !c.closed && c.links.linesTo(c.peer, direction) != nil {
		*at = newDelayed(c)
		(*at).by = by
		if direction == Out {
			c.Conn.SetWriteDeadline(time.Time{})
		} else {
			c.Conn.SetReadDeadline(time.Time{})
		}
		go run(*at)
	}
	return *at
}

func (c *conn) Read(p []byte) (int, error) {
	if in := c.held(In); in != nil {
		return in.read(p)
	}
	return c.Conn.Read(p)
}

func (c *conn) Write(p []byte) (int, error) {
	if out := c.held(Out); out != nil {
		return out.write(p)
	}
	return c.Conn.Write(p)
}

// TryWrite is that of the connection below, if it has one and no line is in between.
func (c *conn) TryWrite(p []byte) (written bool, err error) {
	if c.try == nil || c.held(Out) != nil {
		return false, nil
	}
	return c.try.TryWrite(p)
}

func (c *conn) SetDeadline(t time.Time) error {
	c.SetReadDeadline(t)
	return c.SetWriteDeadline(t)
}

func (c *conn) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.readBy = t; c.in != nil {
		c.in.setDeadline(t)
		return nil
	}
	return c.Conn.SetReadDeadline(t)
}

func (c *conn) SetWriteDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.writeBy = t; c.out != nil {
		c.out.setDeadline(t)
		return nil
	}
	return c.Conn.SetWriteDeadline(t)
}

// Close ends the connection when what is on its way has arrived.
func (c *conn) Close() error { return c.end(false) }

// sever ends it at once.
func (c *conn) sever() { c.end(true) }

func (c *conn) end(atOnce bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	if c.in != nil {
		c.in.close(true)
	}
	if c.out != nil {
		c.out.close(atOnce)
		if !atOnce {
			return nil // drain closes it; until then it can be severed
		}
	}
	return c.closeBelow()
}

// closeBelow closes the connection below, over which nothing will go any more.
func (c *conn) closeBelow() error {
	c.links.mu.Lock()
	delete(c.links.conns, c)
	c.links.mu.Unlock()
	return c.Conn.Close()
}
