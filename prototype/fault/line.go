package fault

import "time"

// A line of limited rate, and one that is long, work on the bytes of connections and
// not on messages: order is kept, and whoever shares the line waits behind whoever was
// there first. All connections between a node and a peer share one line each way.

const (
	// lineBuffer is how many bytes wait at the near end of a line of limited rate, as
	// in a router, before whoever writes has to wait.
	lineBuffer = 256 << 10
	// linePiece is how many bytes take their turn on a line at once.
	linePiece = 16 << 10
)

// lines are the faults that work on the bytes of connections.
func (l *Links) linesTo(peer string, d Direction) (on []*active) {
	lines := l.lines.Load()
	if lines == nil {
		return nil
	}
	for _, a := range *lines {
		if a.on(peer, d) {
			on = append(on, a)
		}
	}
	return on
}

// pass gives the moment at which n bytes that are written now have left the line, and
// how long whoever has written them must wait before the line takes more.
func (l *Links) pass(peer string, d Direction, n int, now time.Time) (arrive time.Time, wait time.Duration) {
	arrive = now
	for _, a := range l.linesTo(peer, d) {
		a.hit()
		if a.Kind == Latency {
			arrive = arrive.Add(a.Delay.D())
			continue
		}
		arrive = a.transmit(way{peer, d}, n, arrive)
		full := time.Duration(lineBuffer / a.Fault.Rate * float64(time.Second))
		wait = max(wait, arrive.Sub(now)-full)
	}
	return arrive, wait
}

// way is one direction of a link.
type way struct {
	peer      string
	direction Direction
}

// transmit gives the moment at which n bytes have gone through a line of limited rate
// that they reach at a given one.
func (a *active) transmit(w way, n int, at time.Time) time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.free == nil {
		a.free = make(map[way]time.Time)
	}
	begin := at
	if free := a.free[w]; free.After(begin) {
		begin = free
	}
	a.free[w] = begin.Add(time.Duration(float64(n) / a.Fault.Rate * float64(time.Second)))
	return a.free[w]
}
