package link

import "time"

// window bounds the bytes that are under way on the line for long messages: written,
// and not yet known to have been read. What is under way beyond what the line carries
// within a round trip only waits in a queue somewhere on the way, and on a slow line
// that queue is shared with the heartbeats. So the window follows the delay: it grows
// while the bytes that fill it are read without waiting, and shrinks when they wait for
// longer than queueFor.
//
// What was read is learned by probes, small requests that every peer answers as soon
// as it has read what was written before them.
//
// A window is not safe for concurrent use.
type window struct {
	size        int    // bytes
	sent, acked uint64 // bytes since the connection began
	probes      []probe
	probed      uint64    // bytes that probes have been sent behind
	limited     bool      // something had to wait for room since the last probe
	next        time.Time // when more may be sent, by the pace

	// base is the shortest round trip of late, hence that without a queue. A line may
	// become longer, so it is measured anew from time to time, with half the bytes
	// under way: what this window has queued must not count as the line's length.
	base, newBase time.Duration
	measured      time.Time     // when newBase began
	fastest       time.Duration // of the answers of this round trip
	turn          uint64        // the round trip is over when so many bytes were read
	narrow        uint64        // until so many bytes were read, half the size counts
	shrunk        uint64        // a reduction counts until so many bytes were read
}

type probe struct {
	end     uint64 // bytes that were sent before it
	at      time.Time
	limited bool
	flight  int // bytes under way at that moment
}

const (
	// smallestWindow, in bytes, delays a heartbeat by less than the detector bears on a
	// line of 10 Mbit/s, even before anything has been measured.
	smallestWindow = 32 << 10
	largestWindow  = 64 << 20
	// queueFor is how long bytes may wait on the line.
	queueFor = 40 * time.Millisecond
	// leastPause is what a writer does not wait for.
	leastPause = 2 * time.Millisecond
	// measureEvery is how old the length of the line may be.
	measureEvery = 3 * time.Second
)

func newWindow() *window { return &window{size: smallestWindow} }

// room says whether n more bytes may be sent. A message that no window holds is sent
// alone.
func (w *window) room(n int) bool {
	under := int(w.sent - w.acked)
	switch {
	case len(w.probes) == 0:
		return true
	case w.acked < w.narrow:
		return under+n <= w.size/2
	case under+n <= w.size:
		return true
	}
	w.limited = true
	return false
}

// pause is how long the next bytes must wait so that a window's worth spreads over a
// round trip: sent at once, they would be a queue on a line that is not full.
func (w *window) pause(now time.Time) time.Duration {
	return w.next.Add(-leastPause).Sub(now)
}

// send notes n bytes, and says whether a probe must follow them.
func (w *window) send(n int, now time.Time) (probe bool) {
	w.sent += uint64(n)
	faster := 1.25 // than a window in a round trip
	if w.shrunk == 0 {
		faster = 2
	}
	if now.After(w.next) {
		w.next = now
	}
	w.next = w.next.Add(time.Duration(float64(n) / float64(w.size) / faster * float64(w.base)))
	return int(w.sent-w.probed) >= min(w.size/8, 1<<20)
}

// probe notes that a probe follows what was sent.
func (w *window) probe(now time.Time) {
	w.probes = append(w.probes, probe{end: w.sent, at: now, limited: w.limited, flight: int(w.sent - w.acked)})
	w.probed, w.limited = w.sent, false
}

// answered is for the answer to the oldest probe.
func (w *window) answered(now time.Time) {
	p := w.probes[0]
	w.probes = w.probes[1:]
	trip, read := now.Sub(p.at), int(p.end-w.acked)
	w.acked = p.end
	w.measure(trip, now)
	// One slow answer may be a busy peer; on a line that is full all of them are slow.
	if w.fastest == 0 || trip < w.fastest {
		w.fastest = trip
	}
	fastest, turn := w.fastest, p.end > w.turn
	if turn {
		w.fastest, w.turn = 0, w.sent
	}
	switch limit := w.base + queueFor; {
	case trip <= limit:
		if p.limited { // at first twice the size after a trip without a queue; less near the limit
			room := float64(limit-trip) / float64(queueFor)
			if w.shrunk > 0 {
				room /= 4
			}
			w.size = min(w.size+int(float64(read)*room), largestWindow)
		}
	case turn && fastest > limit && p.end > w.shrunk && (p.limited || p.flight > w.size/2):
		w.size = max(w.size/2, int(float64(w.size)*float64(limit)/float64(fastest)), smallestWindow)
		w.shrunk = w.sent + uint64(w.size) // only then has the queue become shorter
	}
}

// lost is for the oldest probe, if it will not be answered: it says nothing of the line.
func (w *window) lost() {
	w.acked = w.probes[0].end
	w.probes = w.probes[1:]
}

func (w *window) measure(trip time.Duration, now time.Time) {
	switch {
	case w.measured.IsZero():
		w.base, w.newBase, w.measured = trip, trip, now
	case now.Sub(w.measured) >= measureEvery:
		w.base, w.newBase, w.measured = w.newBase, trip, now
		w.narrow = w.sent + uint64(w.size/2)
	default:
		w.newBase = min(w.newBase, trip)
	}
	w.base = min(w.base, trip)
}

// piece is how many bytes of a message are sent at once.
func (w *window) piece() int { return min(max(w.size/16, smallestWindow/4), 256<<10) }
