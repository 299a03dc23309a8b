package link

import (
	"net"
	"sync"
	"time"
)

// pacedStream is a connection for one long exchange, at the end that opened it. What is
// written to it leaves as the window allows, in the same way as on the line for long
// messages, whose probes it uses: the two share the way, and with it the queue that
// heartbeats must not wait behind. A stream that makes no progress ends.
type pacedStream struct {
	net.Conn
	mesh *Mesh
	peer string

	mu     sync.Mutex
	window *window
	read   chan struct{} // after a probe was answered
}

// Stream opens a connection for one long exchange. Each write has a deadline that is
// renewed as long as the peer reads; those who read set one of their own.
func (m *Mesh) Stream(to string, channel uint16) (net.Conn, error) {
	conn, _, err := m.dial(to, stream, channel)
	if err != nil {
		return nil, err
	}
	return &pacedStream{Conn: conn, mesh: m, peer: to, window: newWindow(), read: make(chan struct{}, 1)}, nil
}

func (s *pacedStream) Write(p []byte) (n int, err error) {
	for n < len(p) {
		part, err := s.await(len(p) - n)
		if err != nil {
			return n, err
		}
		if err := s.Conn.SetWriteDeadline(time.Now().Add(stalledAfter)); err != nil {
			return n, err
		}
		written, err := s.Conn.Write(p[n : n+part])
		if n += written; err != nil {
			return n, err
		}
		s.sent(written)
	}
	return n, nil
}

// await waits until more may be written and says how much.
func (s *pacedStream) await(n int) (int, error) {
	for idle := 0; idle < 2; {
		s.mu.Lock()
		n = min(n, s.window.piece())
		pause := s.window.pause(time.Now())
		free := pause <= 0 && s.window.room(n)
		s.mu.Unlock()
		if free {
			return n, nil
		}
		limit := stalledAfter / 2
		if pause > 0 {
			limit = pause
		}
		timer := time.NewTimer(limit)
		select {
		case <-s.read:
			idle = 0
		case <-s.mesh.closed:
			return 0, net.ErrClosed
		case <-timer.C:
			if pause <= 0 {
				idle++
			}
		}
		timer.Stop()
	}
	return 0, errStalled
}

// sent notes what was written, and probes behind it if that is due. A probe that is
// lost holds nothing up: the line for long messages was broken, which the next write
// learns if it concerns this connection, too.
func (s *pacedStream) sent(n int) {
	s.mu.Lock()
	due := s.window.send(n, time.Now())
	if due {
		s.window.probe(time.Now())
	}
	s.mu.Unlock()
	if !due {
		return
	}
	s.mesh.Probe(s.peer, func(read bool) {
		s.mu.Lock()
		if read {
			s.window.answered(time.Now())
		} else {
			s.window.lost()
		}
		s.mu.Unlock()
		select {
		case s.read <- struct{}{}:
		default:
		}
	})
}
