package cluster

import (
	"bytes"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"lockstep/prototype/fault"
)

// socketBuffer is how many bytes one direction of a connection holds that nobody
// has read yet; a writer waits beyond. A kernel grants about as much.
const socketBuffer = 1 << 20

// pipe is one direction of a connection, with the buffer that a kernel would have
// there: what is written waits for a reader that is paused.
type pipe struct {
	mu      sync.Mutex
	changed sync.Cond
	waiting bytes.Buffer
	ended   bool      // by the writer: what waits can still be read
	broken  bool      // by the reader
	readBy  time.Time // deadlines; zero for none
	writeBy time.Time
}

func newPipe() *pipe {
	p := &pipe{}
	p.changed.L = &p.mu
	return p
}

func (p *pipe) read(into []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		switch {
		case p.broken:
			return 0, net.ErrClosed
		case p.waiting.Len() > 0 || len(into) == 0:
			n, _ := p.waiting.Read(into) // fails only when it is empty
			p.changed.Broadcast()
			return n, nil
		case p.ended:
			return 0, io.EOF
		}
		if err := p.await(&p.readBy); err != nil {
			return 0, err
		}
	}
}

// write looks at the deadline only when the buffer is full. So a node that was
// paused before it wrote does not find its connections dead when it wakes.
func (p *pipe) write(from []byte) (n int, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		if err := p.refusal(); err != nil {
			return n, err
		}
		if room := socketBuffer - p.waiting.Len(); room > 0 {
			part := from[n:min(len(from), n+room)]
			p.waiting.Write(part)
			p.changed.Broadcast()
			if n += len(part); n == len(from) {
				return n, nil
			}
			continue
		}
		if err := p.await(&p.writeBy); err != nil {
			return n, err
		}
	}
}

// tryWrite writes all of from, or nothing if it does not fit.
func (p *pipe) tryWrite(from []byte) (written bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.refusal(); err != nil || socketBuffer-p.waiting.Len() < len(from) {
		return false, err
	}
	p.waiting.Write(from)
	p.changed.Broadcast()
	return true, nil
}

// refusal is why nothing can be written any more, or nil. p.mu is held.
func (p *pipe) refusal() error {
	switch {
	case p.ended:
		return net.ErrClosed
	case p.broken:
		return io.ErrClosedPipe
	}
	return nil
}

// await returns when something has changed, or with an error when the deadline is
// over. p.mu is held, but for the wait.
func (p *pipe) await(deadline *time.Time) error {
	if !deadline.IsZero() {
		left := time.Until(*deadline)
		if left <= 0 {
			return os.ErrDeadlineExceeded
		}
		defer time.AfterFunc(left, func() { p.change(func() {}) }).Stop()
	}
	p.changed.Wait()
	return nil
}

func (p *pipe) change(do func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	do()
	p.changed.Broadcast()
}

// pipeConn is one end of a connection.
type pipeConn struct{ in, out *pipe }

var _ interface {
	net.Conn
	fault.TryWriter
} = pipeConn{}

func newConnection() (near, far net.Conn) {
	a, b := newPipe(), newPipe()
	return pipeConn{in: a, out: b}, pipeConn{in: b, out: a}
}

func (c pipeConn) Read(p []byte) (int, error) { return c.in.read(p) }

func (c pipeConn) Write(p []byte) (int, error) { return c.out.write(p) }

func (c pipeConn) TryWrite(p []byte) (written bool, err error) { return c.out.tryWrite(p) }

func (c pipeConn) Close() error {
	c.in.change(func() { c.in.broken, c.in.waiting = true, bytes.Buffer{} })
	c.out.change(func() { c.out.ended = true })
	return nil
}

func (c pipeConn) LocalAddr() net.Addr { return pipeAddr("pipe") }

func (c pipeConn) RemoteAddr() net.Addr { return pipeAddr("pipe") }

func (c pipeConn) SetDeadline(t time.Time) error {
	c.SetReadDeadline(t)
	return c.SetWriteDeadline(t)
}

func (c pipeConn) SetReadDeadline(t time.Time) error {
	c.in.change(func() { c.in.readBy = t })
	return nil
}

func (c pipeConn) SetWriteDeadline(t time.Time) error {
	c.out.change(func() { c.out.writeBy = t })
	return nil
}
