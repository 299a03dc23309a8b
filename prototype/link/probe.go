package link

import (
	"bufio"
	"errors"
	"time"
)

// channelProbe is that of the requests that ask whether what was written before them
// has been read. A peer that does not know it refuses them, which is an answer, too; one
// that does says what it understands. Faults of messages leave them alone, as they
// leave alone what a kernel confirms.
const channelProbe = 0xffff

// understandsParts is the answer to a probe.
var understandsParts = []byte{1}

// stalledAfter is how long a peer may read nothing of what is under way to it.
const stalledAfter = 15 * time.Second

// errStalled ends a connection whose peer reads nothing.
var errStalled = errors.New("the peer does not read")

// Probe asks whether the peer has read what was sent over the line for long messages
// before, and calls done once: with true when it has, with false when nobody will know.
func (m *Mesh) Probe(to string, done func(read bool)) {
	f, p := frame{kind: request, channel: channelProbe, id: m.ids.Add(1)}, m.peer(to)
	if !m.hold(p, f, false) { // long messages leave room for it
		done(false)
		return
	}
	p.post(f, Options{Long: true}, func(_ []byte, err error) {
		done(!errors.Is(err, ErrLost) && !errors.Is(err, ErrUnreachable))
	})
}

// answerProbe says that what came before the probe has been read.
func (m *Mesh) answerProbe(c *conn, id uint64) {
	f := frame{kind: answer, channel: channelProbe, id: id, payload: understandsParts}
	if !m.hold(m.peer(c.peer), f, false) {
		c.Close() // so that who asked learns that no answer will come
		return
	}
	c.send(f, 0)
}

// Window is how many bytes the line for long messages to a peer carries within a round
// trip, as far as that is known. More than that, handed over at once, only waits.
func (m *Mesh) Window(to string) int {
	l := &m.peer(to).lines[longMessages]
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conn == nil {
		return smallestWindow
	}
	l.conn.mu.Lock()
	defer l.conn.mu.Unlock()
	return l.conn.window.size
}

// RoundTrip is the shortest round trip of late on the line for long messages to a peer,
// if enough was sent on its present connection to measure one.
func (m *Mesh) RoundTrip(to string) (trip time.Duration, known bool) {
	l := &m.peer(to).lines[longMessages]
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conn == nil {
		return 0, false
	}
	l.conn.mu.Lock()
	defer l.conn.mu.Unlock()
	w := l.conn.window
	return w.base, !w.measured.IsZero()
}

// probe gives a probe behind what was sent. c.mu is held.
func (c *conn) probe() outgoing {
	o := outgoing{frame{kind: request, channel: channelProbe, id: c.nextID()}, new(waiter)}
	if c.failed {
		return o // nobody waits any more
	}
	c.window.probe(time.Now())
	o.wait.done = func(payload []byte, err error) {
		if errors.Is(err, ErrLost) {
			return
		}
		c.mu.Lock()
		c.window.answered(time.Now())
		c.peerKnown, c.parts = true, len(payload) > 0 && err == nil
		c.mu.Unlock()
		select {
		case c.read <- struct{}{}:
		default:
		}
	}
	c.waiting[o.id] = o.wait
	return o
}

// put writes a message, in parts if it is long, as the window allows.
func (c *conn) put(out *bufio.Writer, f frame) error {
	rest := f.payload
	for {
		n, parts, err := c.mayPut(out, len(rest), f.channel == channelProbe)
		if err != nil {
			return err
		}
		piece := frame{kind: f.kind, patient: f.patient, parted: len(rest) < len(f.payload), channel: f.channel, id: f.id, payload: rest}
		if parts && n < len(rest) {
			piece = frame{kind: part, id: uint64(len(f.payload)), payload: rest[:n]}
		}
		if err := c.putFrame(out, piece); err != nil {
			return err
		}
		if rest = rest[len(piece.payload):]; len(rest) == 0 {
			return nil
		}
	}
}

// mayPut waits until more may be sent and says how much.
func (c *conn) mayPut(out *bufio.Writer, n int, probe bool) (piece int, parts bool, err error) {
	if c.window == nil || probe {
		return n, false, nil
	}
	idle := 0
	for {
		c.mu.Lock()
		piece, parts = min(n, c.window.piece()), c.parts
		unknown := !c.peerKnown && n > piece
		under := n
		if parts {
			under = piece
		}
		pause := c.window.pause(time.Now())
		free := !unknown && pause <= 0 && c.window.room(under)
		var ask *frame
		if unknown && len(c.window.probes) == 0 {
			f := c.probe().frame
			ask = &f
		}
		failed := c.failed
		c.mu.Unlock()
		switch {
		case failed:
			return 0, false, ErrLost
		case free:
			return piece, parts, nil
		case ask != nil:
			if err := c.writeFrame(out, *ask); err != nil {
				return 0, false, err
			}
		}
		c.SetWriteDeadline(time.Now().Add(writeTimeout))
		if err := out.Flush(); err != nil {
			return 0, false, err
		}
		limit := stalledAfter / 2
		if pause > 0 && !unknown {
			limit = pause
		}
		timer := time.NewTimer(limit)
		select {
		case <-c.read:
			idle = 0
		case <-c.ended:
		case <-timer.C:
			// A process that was stopped finds its timers over before it has read the answers
			// that wait for it: once is not enough.
			if limit != pause {
				idle++
			}
		}
		timer.Stop()
		if idle == 2 {
			return 0, false, errStalled
		}
	}
}

// putFrame writes a frame, and a probe if one is due.
func (c *conn) putFrame(out *bufio.Writer, f frame) error {
	if err := c.writeFrame(out, f); err != nil || c.window == nil {
		return err
	}
	c.mu.Lock()
	var probe frame
	due := c.window.send(frameHeader+len(f.payload), time.Now())
	if due {
		probe = c.probe().frame
	}
	c.mu.Unlock()
	if due {
		return c.writeFrame(out, probe)
	}
	return nil
}

// writePiece is, in bytes, what must be written within writeTimeout.
const writePiece = 64 << 10

// writeFrame writes a frame. As long as its bytes go out, the peer keeps its connection.
func (c *conn) writeFrame(out *bufio.Writer, f frame) error {
	c.SetWriteDeadline(time.Now().Add(writeTimeout))
	c.header = f.appendHeader(c.header[:0])
	if _, err := out.Write(c.header); err != nil {
		return err
	}
	for rest := f.payload; len(rest) > 0; {
		n := min(len(rest), writePiece)
		if _, err := out.Write(rest[:n]); err != nil {
			return err
		}
		if rest = rest[n:]; len(rest) > 0 {
			c.SetWriteDeadline(time.Now().Add(writeTimeout))
		}
	}
	return nil
}
