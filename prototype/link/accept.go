package link

import (
	"net"
	"time"
)

func (m *Mesh) accept() {
	for {
		raw, err := m.listener.Accept()
		if err != nil {
			select {
			case <-m.closed:
				return
			case <-time.After(10 * time.Millisecond): // out of file descriptors, perhaps
				continue
			}
		}
		m.done.Go(func() { m.admit(raw) })
	}
}

// admit shakes hands and gives the connection to those that it is for.
func (m *Mesh) admit(raw net.Conn) {
	conn, h, err := m.answer(raw)
	if err != nil {
		m.cfg.Logger.Debug("connection refused", "from", raw.RemoteAddr(), "reason", err)
		return
	}
	if h.use == stream {
		m.streams[h.channel](h.terms.id, conn)
		return
	}
	c := newConn(conn, m.peer(h.terms.id))
	c.life = h.terms.life
	m.run(c)
}
