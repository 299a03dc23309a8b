package link

import (
	"bufio"
	"net"
	"sync"
	"time"

	"lockstep/prototype/fault"
)

// conn is one connection with a queue in front of it. Anyone may enqueue; one
// goroutine writes what has gathered, in one go. What need not wait for company is
// tried at once by whoever has it to say, and wakes no other goroutine.
type conn struct {
	net.Conn
	try  fault.TryWriter // the same connection; nil if it cannot
	peer string

	mu      sync.Mutex
	queue   []frame
	queued  int       // bytes
	due     time.Time // when the queue must leave; zero if it is empty
	writing bool      // the goroutine writes what it has taken from the queue
	failed  bool
	out     []byte        // a frame that is written at once
	wake    chan struct{} // closed when nothing will be written any more
	once    sync.Once

	// waiting are the requests that were sent over this connection and not yet
	// answered.
	waiting map[uint64]func([]byte, error)

	// window is that of a line for long messages, at the end that opened it; nil
	// elsewhere. What follows goes with it.
	window    *window
	nextID    func() uint64
	read      chan struct{} // after the peer has read something
	ended     chan struct{} // closed with the connection
	peerKnown bool          // the peer has answered a probe
	parts     bool          // and understands messages in parts
	header    []byte        // for the goroutine that writes
}

const (
	// maxQueued bounds, in bytes, what waits for a peer that does not read.
	maxQueued = 64 << 20
	// writeTimeout is how long a peer that does not read keeps its connection; see
	// conn.writeFrame.
	writeTimeout = 5 * time.Second
	// tryAtMost is, in bytes, what is copied on a try: a long message would be copied
	// in vain where it does not fit, and its room be kept.
	tryAtMost = 64 << 10
)

func newConn(c net.Conn, peer string) *conn {
	try, _ := c.(fault.TryWriter)
	return &conn{Conn: c, try: try, peer: peer, wake: make(chan struct{}, 1), ended: make(chan struct{}),
		waiting: make(map[uint64]func([]byte, error))}
}

// enqueue says whether the frame will be written, unless the connection breaks.
// A frame may wait for others for as long as it lingers.
func (c *conn) enqueue(f frame, linger time.Duration, done func([]byte, error)) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.failed || c.queued > maxQueued {
		return false
	}
	if done != nil {
		c.waiting[f.id] = done
	}
	if linger == 0 && c.writeNow(f) {
		return true
	}
	due := time.Now().Add(linger)
	if c.due.IsZero() || due.Before(c.due) {
		c.due = due
		c.rouse()
	}
	c.queue = append(c.queue, f)
	c.queued += len(f.payload)
	return true
}

// rouse wakes the goroutine that writes.
func (c *conn) rouse() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// writeNow writes a frame that need not wait for anything, and is false for any
// other. If the connection is broken, the goroutine learns of it. c.mu is held.
func (c *conn) writeNow(f frame) bool {
	if c.try == nil || c.writing || len(c.queue) > 0 || len(f.payload) > tryAtMost {
		return false
	}
	if c.window != nil && (c.window.pause(time.Now()) > 0 || !c.window.room(frameHeader+len(f.payload))) {
		return false
	}
	c.out = append(f.appendHeader(c.out[:0]), f.payload...)
	written, err := c.try.TryWrite(c.out)
	if err != nil {
		c.stop()
	}
	if written && c.window != nil && c.window.send(len(c.out), time.Now()) {
		c.queue, c.due = append(c.queue, c.probe()), time.Now()
		c.rouse()
	}
	return written || err != nil
}

// stop makes the goroutine end, and the connection with it. c.mu is held.
func (c *conn) stop() {
	if !c.failed {
		c.failed, c.queue = true, nil
		close(c.wake)
		close(c.ended)
	}
}

// answered takes the one who waits for an answer.
func (c *conn) answered(id uint64) func([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	done := c.waiting[id]
	delete(c.waiting, id)
	return done
}

// fail closes the connection and tells those who wait that they wait in vain.
func (c *conn) fail() {
	c.once.Do(func() {
		c.mu.Lock()
		c.stop()
		waiting := c.waiting
		c.waiting = nil
		c.mu.Unlock()
		c.Close()
		for _, done := range waiting {
			done(nil, ErrLost)
		}
	})
}

// write writes until the connection breaks.
func (c *conn) write() {
	defer c.fail()
	var out *bufio.Writer
	for {
		frames, pause, failed := c.take()
		switch {
		case failed:
			return
		case pause > 0:
			c.linger(pause)
			continue
		case len(frames) == 0:
			<-c.wake
			continue
		}
		if out == nil {
			out = bufio.NewWriterSize(c.Conn, 64<<10)
		}
		for _, f := range frames {
			if c.put(out, f) != nil {
				return
			}
			c.mu.Lock()
			c.queued -= len(f.payload)
			c.mu.Unlock()
		}
		if out.Flush() != nil {
			return
		}
	}
}

// linger waits until the queue may have to leave.
func (c *conn) linger(pause time.Duration) {
	over := time.NewTimer(pause)
	defer over.Stop()
	select {
	case <-c.wake:
	case <-over.C:
	}
}

// take gives the queue if it must leave now, or else how long it may wait. What it
// gave before has been written.
func (c *conn) take() (frames []frame, pause time.Duration, failed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.writing = false
	if c.failed || c.due.IsZero() {
		return nil, 0, c.failed
	}
	if pause := time.Until(c.due); pause > 0 {
		return nil, pause, false
	}
	frames = c.queue
	c.queue, c.due, c.writing = nil, time.Time{}, true
	return frames, 0, false
}
