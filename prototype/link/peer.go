package link

import (
	"sync"
	"time"
)

// peer is the way to one other node.
type peer struct {
	mesh  *Mesh
	id    string
	lines [2]line // for short and for long messages
}

// line is one connection that is opened when it is needed.
type line struct {
	mu      sync.Mutex
	conn    *conn
	dialing bool
	pending []posting // that wait for the dial
	retry   time.Time // when to dial again after a failure
}

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

// post sends over the line that fits, and opens it first if need be.
func (p *peer) post(f frame, o Options, done func([]byte, error)) {
	u := shortMessages
	if o.Long || len(f.payload) >= longFrame {
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
	switch {
	case p.mesh.isClosed() || time.Now().Before(l.retry):
		l.mu.Unlock()
		refuse(done)
		return
	case !l.dialing:
		l.dialing = true
		p.mesh.done.Go(func() { p.open(u) })
	}
	l.pending = append(l.pending, posting{f, o.Linger, done})
	l.mu.Unlock()
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
	raw, err := p.mesh.dial(p.id, hello{use: u, caller: p.mesh.cfg.Self})
	var c *conn
	if err == nil {
		c = newConn(raw, p.id)
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
		l.retry = time.Now().Add(redialAfter)
	}
	l.mu.Unlock()
	for _, w := range pending {
		if c == nil || !c.enqueue(w.frame, w.linger, p.waiter(w.frame, w.done)) {
			refuse(w.done)
		}
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
