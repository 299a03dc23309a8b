package lab

import (
	"time"

	"lockstep/prototype/lab/frame"
)

// Watch is somebody who looks at the lab. It holds the newest frame and no
// other: who is slow misses frames and never delays anybody.
type Watch struct {
	lab    *Lab
	frames chan frame.Frame
}

// Watch begins to watch; the newest frame is there at once. Close ends it.
func (l *Lab) Watch() *Watch {
	w := &Watch{lab: l, frames: make(chan frame.Frame, 1)}
	l.mu.Lock()
	l.watchers[w] = struct{}{}
	l.touched = time.Now()
	w.frames <- *l.frame
	l.mu.Unlock()
	l.wake()
	return w
}

// Frames delivers the newest frame each time that there is one. It is never
// closed: the last frame of a lab has PhaseEnded or PhaseFailed.
func (w *Watch) Frames() <-chan frame.Frame { return w.frames }

// Close ends the watch. It may be called twice.
func (w *Watch) Close() {
	l := w.lab
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, ok := l.watchers[w]; !ok {
		return
	}
	delete(l.watchers, w)
	if len(l.watchers) == 0 {
		l.unseen = time.Now()
	}
}

// Frame is the newest frame.
func (l *Lab) Frame() frame.Frame {
	l.mu.Lock()
	defer l.mu.Unlock()
	return *l.frame
}

// publish makes a frame and gives it to all watchers.
func (l *Lab) publish(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f := frame.Frame{Time: now, Load: l.record.load, Quorum: l.record.quorum()}
	if l.cluster != nil && l.phase == frame.PhaseRunning {
		f = l.record.frame(now)
	}
	l.number++
	f.Began = l.record.exact.Began
	f.Number, f.Phase, f.Reason, f.Conversation = l.number, l.phase, l.reason, l.cfg.Conversation
	l.frame = &f
	for w := range l.watchers {
		select {
		case <-w.frames: // not taken yet, and old now
		default:
		}
		w.frames <- f
	}
}

// woken is closed when there is a reason not to wait any longer.
func (l *Lab) woken() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.waking
}

func (l *Lab) wake() {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.waking)
	l.waking = make(chan struct{})
}
