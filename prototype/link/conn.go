package link

import (
	"bufio"
	"net"
	"sync"
	"time"
)

// conn is one connection with a queue in front of it. Anyone may enqueue; one
// goroutine writes what has gathered, in one go.
type conn struct {
	net.Conn
	peer string

	mu     sync.Mutex
	queue  []frame
	queued int       // bytes
	due    time.Time // when the queue must leave; zero if it is empty
	failed bool
	wake   chan struct{}
	gone   chan struct{} // closed with the connection
	once   sync.Once

	// waiting are the requests that were sent over this connection and not yet
	// answered.
	waiting map[uint64]func([]byte, error)
}

const (
	// maxQueued bounds, in bytes, what waits for a peer that does not read.
	maxQueued = 64 << 20
	// writeTimeout is how long a peer that does not read keeps its connection.
	writeTimeout = 5 * time.Second
)

func newConn(c net.Conn, peer string) *conn {
	return &conn{Conn: c, peer: peer, wake: make(chan struct{}, 1), gone: make(chan struct{}),
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
	due := time.Now().Add(linger)
	if c.due.IsZero() || due.Before(c.due) {
		c.due = due
		select {
		case c.wake <- struct{}{}:
		default:
		}
	}
	c.queue = append(c.queue, f)
	c.queued += len(f.payload)
	return true
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
		c.failed, c.queue = true, nil
		waiting := c.waiting
		c.waiting = nil
		c.mu.Unlock()
		close(c.gone)
		c.Close()
		for _, done := range waiting {
			done(nil, ErrLost)
		}
	})
}

// write writes until the connection breaks.
func (c *conn) write() {
	defer c.fail()
	out := bufio.NewWriterSize(c.Conn, 64<<10)
	var header []byte
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		frames, pause := c.take()
		if len(frames) == 0 {
			if pause <= 0 {
				pause = time.Hour
			}
			timer.Reset(pause)
			select {
			case <-c.wake:
			case <-timer.C:
			case <-c.gone:
				return
			}
			continue
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

// take gives the queue if it must leave now, or else how long it may wait.
func (c *conn) take() ([]frame, time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.due.IsZero() {
		return nil, 0
	}
	if pause := time.Until(c.due); pause > 0 {
		return nil, pause
	}
	frames := c.queue
	c.queue, c.queued, c.due = nil, 0, time.Time{}
	return frames, 0
}
