package link

import (
	"bufio"
	"net"
	"sync"
	"time"

	"lockstep/prototype/fault"
)

// conn is one connection with a queue in front of it. Anyone may enqueue; one
// goroutine writes what has gathered, in one go. A frame that need not wait for
// others is tried at once by whoever sends it, and wakes no other goroutine.
type conn struct {
	net.Conn
	try  fault.TryWriter // the same connection; nil if it cannot
	peer string
	life uint64 // of the process at the other end; 0 if it has not said
	room *room  // of the peer; every frame in the fields below holds its cost of it

	dialed time.Time // when this node opened it; zero if the peer did
	old    bool      // it was opened in version 3, in which the peer does not answer
	heard  bool      // a frame has arrived; for the goroutine that reads

	mu      sync.Mutex
	queue   []outgoing
	due     time.Time  // when the queue must leave; zero if it is empty
	batch   []outgoing // what the goroutine took from the queue and writes
	writing bool       // it does
	failed  bool
	out     []byte        // a frame that is written at once
	wake    chan struct{} // closed when nothing will be written any more
	once    sync.Once

	// waiting are the requests in queue and batch, and those that were written and
	// not yet answered, by id.
	waiting map[uint64]*waiter

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

// outgoing is a frame that is to be written. It holds its room until it was written
// or, if somebody waits for an answer, until that wait has ended.
type outgoing struct {
	frame
	wait *waiter
}

// waiter is a request that waits for its answer. One that costs nothing is a probe of
// the window, which bounds their number, and counts them: it is never given up before
// the connection is.
type waiter struct {
	done    func([]byte, error)
	cost    int
	written time.Time // zero while it is not
}

const (
	// writeTimeout is how long a peer that does not read keeps its connection; see
	// conn.writeFrame.
	writeTimeout = 5 * time.Second
	// tryAtMost is, in bytes, what is copied on a try: a long message would be copied
	// in vain where it does not fit, and its room be kept.
	tryAtMost = 64 << 10
)

func newConn(c net.Conn, p *peer) *conn {
	try, _ := c.(fault.TryWriter)
	return &conn{Conn: c, try: try, peer: p.id, room: &p.room, wake: make(chan struct{}, 1), ended: make(chan struct{}),
		waiting: make(map[uint64]*waiter)}
}

// enqueue says whether the frame will be written, unless the connection breaks. It
// takes over the room that the frame holds. A frame may wait for others for as long
// as it lingers.
func (c *conn) enqueue(f frame, linger time.Duration, done func([]byte, error)) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.failed {
		return false
	}
	o := outgoing{frame: f}
	if done != nil {
		o.wait = &waiter{done: done, cost: f.cost()}
		c.waiting[f.id] = o.wait
	}
	if linger == 0 && c.writeNow(f) {
		c.settle(o, time.Now())
		return true
	}
	due := time.Now().Add(linger)
	if c.due.IsZero() || due.Before(c.due) {
		c.due = due
		c.rouse()
	}
	c.queue = append(c.queue, o)
	return true
}

// send enqueues a frame that nobody waits for an answer to. It holds its room.
func (c *conn) send(f frame, linger time.Duration) {
	if !c.enqueue(f, linger, nil) {
		c.room.give(f.cost())
	}
}

// settle notes that a frame was written, or never will be. c.mu is held.
func (c *conn) settle(o outgoing, now time.Time) {
	if o.wait != nil {
		o.wait.written = now
		return
	}
	c.room.give(o.cost())
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
		c.failed = true
		for _, o := range c.queue {
			c.settle(o, time.Time{})
		}
		c.queue = nil
		close(c.wake)
		close(c.ended)
	}
}

// answered takes the one who waits for an answer, or nil.
func (c *conn) answered(id uint64) func([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	w := c.waiting[id]
	if w == nil {
		return nil
	}
	delete(c.waiting, id)
	c.room.give(w.cost)
	return w.done
}

// expire ends the requests whose answers are overdue. Those that were not written
// yet are not: their bytes are still held.
func (c *conn) expire(now time.Time) {
	var overdue []*waiter
	c.mu.Lock()
	for id, w := range c.waiting {
		if w.cost > 0 && !w.written.IsZero() && now.Sub(w.written) > answerWithin {
			delete(c.waiting, id)
			c.room.give(w.cost)
			overdue = append(overdue, w)
		}
	}
	c.mu.Unlock()
	for _, w := range overdue {
		w.done(nil, ErrLost)
	}
}

// fail closes the connection and tells those who wait that they wait in vain.
func (c *conn) fail() {
	c.once.Do(func() {
		c.mu.Lock()
		c.stop()
		for _, o := range c.batch {
			c.settle(o, time.Time{})
		}
		waiting := c.waiting
		c.batch, c.waiting = nil, nil
		c.mu.Unlock()
		c.Close()
		for _, w := range waiting {
			c.room.give(w.cost)
			w.done(nil, ErrLost)
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
			if c.put(out, f.frame) != nil {
				return
			}
			c.wrote()
		}
		if out.Flush() != nil {
			return
		}
	}
}

// wrote notes that the next frame of the batch was written. A slow line takes long for
// a batch, so its room comes back frame by frame.
func (c *conn) wrote() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.batch) > 0 { // it is not while the connection fails
		c.settle(c.batch[0], time.Now())
		c.batch[0] = outgoing{} // its bytes are not held any more
		c.batch = c.batch[1:]
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

// take gives the queue if it must leave now, or else how long it may wait.
func (c *conn) take() (frames []outgoing, pause time.Duration, failed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.writing = false
	if c.failed || c.due.IsZero() {
		return nil, 0, c.failed
	}
	if pause := time.Until(c.due); pause > 0 {
		return nil, pause, false
	}
	c.batch = c.queue
	c.queue, c.due, c.writing = nil, time.Time{}, true
	return c.batch, 0, false
}
