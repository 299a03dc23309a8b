package link

import (
	"errors"
	"sync"
	"time"
)

// peer is the way to one other node.
type peer struct {
	mesh  *Mesh
	id    string
	room  room
	late  room    // of messages from it that a fault delays
	lines [2]line // for short and for long messages
	speaks
}

// line is one connection that is opened when it is needed.
type line struct {
	mu      sync.Mutex
	conn    *conn
	dialing bool
	pending []posting // that wait for the dial
	retry   time.Time // when to dial again
}

const (
	// redialAfter is how far apart two dials of a line are, and how long after a
	// failed one the next begins. It keeps callers of a dead peer, or of one that
	// closes each connection, from dialling it all the time.
	redialAfter = 20 * time.Millisecond
	// refusedAfter is redialAfter for a peer that refuses this node, or is refused: it
	// will do so again. A handshake that the peer begins ends the pause.
	refusedAfter = 200 * time.Millisecond
)

type posting struct {
	frame  frame
	linger time.Duration
	done   func([]byte, error)
}

func (m *Mesh) peer(id string) *peer {
	m.mu.Lock()
	defer m.mu.Unlock()
	p := m.peers[id]
	if p == nil {
		p = &peer{mesh: m, id: id}
		m.peers[id] = p
	}
	return p
}

// post sends over the line that fits, and opens it first if need be. The frame holds
// its room.
func (p *peer) post(f frame, o Options, done func([]byte, error)) {
	u := shortMessages
	if f.long(o) {
		u = longMessages
	}
	l := &p.lines[u]
	l.mu.Lock()
	if l.conn != nil {
		if l.conn.enqueue(f, o.Linger, p.waiter(f, done)) {
			l.mu.Unlock()
			return
		}
		l.conn = nil
	}
	if !l.dialing {
		now := time.Now()
		if p.mesh.isClosed() || now.Before(l.retry) {
			l.mu.Unlock()
			p.drop(f, done)
			return
		}
		l.dialing, l.retry = true, now.Add(redialAfter)
		p.mesh.done.Go(func() { p.open(u) })
	}
	l.pending = append(l.pending, posting{f, o.Linger, done})
	l.mu.Unlock()
}

// drop gives up a frame that certainly did not leave.
func (p *peer) drop(f frame, done func([]byte, error)) {
	p.room.give(f.cost())
	refuse(done)
}

// waiter is who waits for the answer to a frame: nobody for a one-way message.
func (p *peer) waiter(f frame, done func([]byte, error)) func([]byte, error) {
	if f.kind != request {
		return nil
	}
	return done
}

func refuse(done func([]byte, error)) {
	if done != nil {
		done(nil, ErrUnreachable)
	}
}

// open dials, and sends what has gathered meanwhile.
func (p *peer) open(u use) {
	l := &p.lines[u]
	raw, h, err := p.mesh.dial(p.id, u, 0)
	var c *conn
	if err == nil {
		c = newConn(raw, p)
		c.dialed, c.old, c.life = time.Now(), h.version == oldestVersion, h.terms.life
		if u == longMessages {
			c.window, c.nextID, c.read = newWindow(), func() uint64 { return p.mesh.ids.Add(1) }, make(chan struct{}, 1)
		}
		p.mesh.run(c)
	} else {
		p.mesh.cfg.Logger.Debug("peer not reached", "peer", p.id, "reason", err)
	}
	l.mu.Lock()
	pending := l.pending
	l.pending, l.dialing, l.conn = nil, false, c
	if err != nil {
		pause := redialAfter
		if errors.As(err, new(Refusal)) {
			pause = refusedAfter
		}
		l.retry = time.Now().Add(pause)
	}
	l.mu.Unlock()
	for _, w := range pending {
		if c == nil || !c.enqueue(w.frame, w.linger, p.waiter(w.frame, w.done)) {
			p.drop(w.frame, w.done)
		}
	}
}

// retryNow ends the pause between two dials.
func (p *peer) retryNow() {
	for i := range p.lines {
		l := &p.lines[i]
		l.mu.Lock()
		l.retry = time.Time{}
		l.mu.Unlock()
	}
}

// swallow loses a message on purpose. Who asked learns of it when the line
// breaks or the mesh closes, or by a limit of time of its own.
func (p *peer) swallow(f frame, done func([]byte, error)) {
	if f.kind != request {
		return
	}
	time.AfterFunc(lostAfter, func() { done(nil, ErrLost) })
}

// lostAfter is when a request that a fault has swallowed counts as lost.
const lostAfter = time.Second

func (m *Mesh) isClosed() bool {
	select {
	case <-m.closed:
		return true
	default:
		return false
	}
}
