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
	room *room // of the peer; every frame in the fields below holds its cost of it

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
}

// outgoing is a frame that is to be written. It holds its room until it was written
// or, if somebody waits for an answer, until that wait has ended.
type outgoing struct {
	frame
	wait *waiter
}

// waiter is a request that waits for its answer.
type waiter struct {
	done    func([]byte, error)
	cost    int
	written time.Time // zero while it is not
}

const (
	// writeTimeout is how long one batch of frames may take to be written; the
	// connection is given up then.
	writeTimeout = 5 * time.Second
	// tryAtMost is, in bytes, what is copied on a try: a long message would be copied
	// in vain where it does not fit, and its room be kept.
	tryAtMost = 64 << 10
)

func newConn(c net.Conn, p *peer) *conn {
	try, _ := c.(fault.TryWriter)
	return &conn{Conn: c, try: try, peer: p.id, room: &p.room, wake: make(chan struct{}, 1),
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
		select {
		case c.wake <- struct{}{}:
		default:
		}
	}
	c.queue = append(c.queue, o)
	return true
}

// settle notes that a frame was written, or never will be. c.mu is held.
func (c *conn) settle(o outgoing, now time.Time) {
	if o.wait != nil {
		o.wait.written = now
		return
	}
	c.room.give(o.cost())
}

// writeNow writes a frame that need not wait for anything, and is false for any
// other. If the connection is broken, the goroutine learns of it. c.mu is held.
func (c *conn) writeNow(f frame) bool {
	if c.try == nil || c.writing || len(c.queue) > 0 || len(f.payload) > tryAtMost {
		return false
	}
	c.out = append(f.appendHeader(c.out[:0]), f.payload...)
	written, err := c.try.TryWrite(c.out)
	if err != nil {
		c.stop()
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
		if !w.written.IsZero() && now.Sub(w.written) > answerWithin {
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
	var header []byte
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
		c.SetWriteDeadline(time.Now().Add(writeTimeout))
		for _, f := range frames {
			header = f.appendHeader(header[:0])
			out.Write(header)
			if _, err := out.Write(f.payload); err != nil {
				return
			}
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
func (c *conn) take() (frames []outgoing, pause time.Duration, failed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.writing = false
	if len(c.batch) > 0 {
		now := time.Now()
		for _, o := range c.batch {
			c.settle(o, now)
		}
		c.batch = nil
	}
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
