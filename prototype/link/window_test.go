package link

import (
	"testing"
	"time"
)

// carry sends bytes over a simulated line until so many were read, as fast as the
// window lets it, and gives how long that took and the longest wait of the second half.
func carry(w *window, now *time.Time, total int, rate float64, length time.Duration) (took, wait time.Duration) {
	began, goal := *now, w.acked+uint64(total)
	free := *now
	var answers []time.Time
	for w.acked < goal {
		n := w.piece()
		if pause := w.pause(*now); pause > 0 && (len(answers) == 0 || now.Add(pause).Before(answers[0])) {
			*now = now.Add(pause)
			continue
		}
		if w.pause(*now) <= 0 && w.sent < goal+uint64(total) && w.room(n) {
			if free.Before(*now) {
				free = *now
			}
			free = free.Add(time.Duration(float64(n) / rate * float64(time.Second)))
			if w.send(n, *now) {
				w.probe(*now)
				answers = append(answers, free.Add(length))
				if w.acked > goal-uint64(total)/2 {
					wait = max(wait, free.Sub(*now))
				}
			}
			continue
		}
		*now = answers[0]
		answers = answers[1:]
		w.answered(*now)
	}
	for _, at := range answers {
		*now = at
		w.answered(at)
	}
	return now.Sub(began), wait
}

// TestWindow: the window fills a line, fast or slow, long or short, and keeps the queue
// on it short. The lines follow each other on one connection.
func TestWindow(t *testing.T) {
	for _, c := range []struct {
		name   string
		rate   float64
		length time.Duration
		total  int
	}{
		{"10 Mbit/s, 200 ms", 1.25e6, 200 * time.Millisecond, 60 << 20},
		{"10 Mbit/s, near", 1.25e6, time.Millisecond, 60 << 20},
		{"100 Mbit/s, 20 ms", 12.5e6, 20 * time.Millisecond, 60 << 20},
		{"10 Gbit/s, 1 ms", 1.25e9, time.Millisecond, 1 << 30},
		{"1 Mbit/s, 50 ms", 125e3, 50 * time.Millisecond, 8 << 20},
	} {
		w, now := newWindow(), time.Unix(0, 0)
		took, wait := carry(w, &now, c.total, c.rate, c.length)
		ideal := time.Duration(float64(c.total) / c.rate * float64(time.Second))
		least := time.Duration(float64(smallestWindow) / c.rate * float64(time.Second))
		t.Logf("%s: %s, ideally %s; bytes wait for at most %s, the window is %d", c.name, took.Round(time.Millisecond), ideal.Round(time.Millisecond), wait.Round(time.Millisecond), w.size)
		if took > ideal*4/3+10*c.length {
			t.Errorf("%s: it takes %s, and the line needs %s", c.name, took, ideal)
		}
		if bound := max(5*queueFor, 2*least); wait > bound {
			t.Errorf("%s: bytes wait for %s on the line, want at most %s", c.name, wait, bound)
		}
		// The same connection, when the line has become longer and slower.
		took, _ = carry(w, &now, 8<<20, 1e6, 300*time.Millisecond)
		if ideal := 8 * 1049 * time.Millisecond; took > ideal+6*measureEvery {
			t.Errorf("%s, then 8 Mbit/s and 300 ms: it takes %s, and the line needs %s", c.name, took, ideal)
		}
	}
}
