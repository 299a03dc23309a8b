package fault

import (
	"net"
	"os"
	"sync"
	"time"
)

// delayed holds the bytes of one direction of a connection until they have passed the
// line. It begins with the first byte that a line works on, and stays for the life of
// the connection, so that no later byte overtakes one that is held.
type delayed struct {
	conn *conn

	mu      sync.Mutex
	changed sync.Cond
	pieces  []piece
	held    int       // bytes
	by      time.Time // deadline of those who wait; zero for none
	err     error     // what the reader, or the next writer, is told
	closing bool
}

type piece struct {
	due  time.Time
	data []byte
}

// maxHeld bounds, in bytes, what is on its way over one connection, as a window does
// in a kernel.
const maxHeld = 4 << 20

// lingers is how long a connection that was closed may take to deliver what is due.
const lingers = 5 * time.Second

func newDelayed(c *conn) *delayed {
	d := &delayed{conn: c}
	d.changed.L = &d.mu
	return d
}

// write takes bytes for the peer, and waits while the line is full.
func (d *delayed) write(p []byte) (n int, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for n < len(p) {
		for d.held >= maxHeld && d.err == nil && !d.closing {
			if err := d.await(time.Time{}); err != nil {
				return n, err
			}
		}
		if d.err != nil {
			return n, d.err
		}
		if d.closing {
			return n, net.ErrClosed
		}
		part := p[n:min(len(p), n+linePiece)]
		wait := d.push(Out, part)
		n += len(part)
		for free := time.Now().Add(wait); time.Now().Before(free) && d.err == nil && !d.closing; {
			if err := d.await(free); err != nil {
				return n, err
			}
		}
	}
	return n, nil
}

// push holds a copy of data until it is due. d.mu is held.
func (d *delayed) push(direction Direction, data []byte) (wait time.Duration) {
	due, wait := d.conn.links.pass(d.conn.peer, direction, len(data), time.Now())
	if last := len(d.pieces) - 1; last >= 0 && due.Before(d.pieces[last].due) {
		due = d.pieces[last].due // the line has become shorter
	}
	d.pieces = append(d.pieces, piece{due, append([]byte(nil), data...)})
	d.held += len(data)
	d.changed.Broadcast()
	return wait
}

// await returns at a change, at a moment unless it is zero, or with an error at the
// deadline. d.mu is held, but for the wait.
func (d *delayed) await(until time.Time) error {
	now := time.Now()
	if !d.by.IsZero() && !d.by.After(now) {
		return os.ErrDeadlineExceeded
	}
	for _, t := range []time.Time{until, d.by} {
		if !t.IsZero() {
			defer time.AfterFunc(t.Sub(now), d.wake).Stop()
		}
	}
	d.changed.Wait()
	return nil
}

func (d *delayed) wake() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.changed.Broadcast()
}

func (d *delayed) setDeadline(t time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.by = t
	d.changed.Broadcast()
}

// first waits until a piece is due; false means that none will come. Deadlines are
// for those who use the connection, not for this. d.mu is held.
func (d *delayed) first() bool {
	for {
		switch {
		case len(d.pieces) > 0:
			pause := time.Until(d.pieces[0].due)
			if pause <= 0 {
				return true
			}
			timer := time.AfterFunc(pause, d.wake)
			d.changed.Wait()
			timer.Stop()
		case d.closing || d.err != nil:
			return false
		default:
			d.changed.Wait()
		}
	}
}

// drain writes to the connection below what is due, until the connection has been
// closed and nothing is held any more.
func (d *delayed) drain() {
	defer d.conn.closeBelow()
	d.mu.Lock()
	defer d.mu.Unlock()
	for d.first() {
		p := d.pieces[0]
		d.pieces = d.pieces[1:]
		d.mu.Unlock()
		_, err := d.conn.Conn.Write(p.data)
		d.mu.Lock()
		d.held -= len(p.data)
		if err != nil {
			d.err, d.pieces = err, nil
		}
		d.changed.Broadcast()
	}
}

// fill reads from the connection below until that ends.
func (d *delayed) fill() {
	buffer := make([]byte, linePiece)
	for {
		n, err := d.conn.Conn.Read(buffer)
		d.mu.Lock()
		if n > 0 {
			d.push(In, buffer[:n])
		}
		for d.held >= maxHeld && !d.closing {
			d.changed.Wait()
		}
		if err != nil || d.closing {
			d.err = err
			if err == nil {
				d.err = net.ErrClosed
			}
			d.changed.Broadcast()
			d.mu.Unlock()
			return
		}
		d.mu.Unlock()
	}
}

// read gives bytes that are due.
func (d *delayed) read(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for {
		var until time.Time
		switch {
		case d.closing:
			return 0, net.ErrClosed
		case len(d.pieces) > 0 && time.Until(d.pieces[0].due) <= 0:
			n := copy(p, d.pieces[0].data)
			if d.pieces[0].data = d.pieces[0].data[n:]; len(d.pieces[0].data) == 0 {
				d.pieces = d.pieces[1:]
			}
			d.held -= n
			d.changed.Broadcast()
			return n, nil
		case len(d.pieces) > 0:
			until = d.pieces[0].due
		case d.err != nil:
			return 0, d.err
		}
		if err := d.await(until); err != nil {
			return 0, err
		}
	}
}

// close ends it: in good order, when what is held has arrived, or at once.
func (d *delayed) close(atOnce bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closing = true
	if atOnce {
		d.pieces, d.err = nil, net.ErrClosed
	} else if last := len(d.pieces) - 1; last >= 0 {
		d.conn.Conn.SetWriteDeadline(d.pieces[last].due.Add(lingers))
	}
	d.changed.Broadcast()
}
