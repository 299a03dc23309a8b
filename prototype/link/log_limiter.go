package link

import (
	"sync"
	"time"
)

// LogLimiter keeps what a peer causes from filling the log: it lets one line of
// each cause pass in ten seconds, and remembers 256 causes; a new cause beyond
// these has to wait. Its methods may be called from any goroutine.
type LogLimiter struct {
	mu   sync.Mutex
	last map[string]time.Time
}

const (
	logEvery     = 10 * time.Second
	logMaxCauses = 256
)

// NewLogLimiter has seen no cause yet.
func NewLogLimiter() *LogLimiter { return &LogLimiter{last: make(map[string]time.Time)} }

// Allow says whether a line about cause may be logged now, and counts it if so.
func (l *LogLimiter) Allow(cause string, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if last, ok := l.last[cause]; ok && now.Sub(last) < logEvery {
		return false
	}
	if len(l.last) >= logMaxCauses {
		for c, last := range l.last {
			if now.Sub(last) >= logEvery {
				delete(l.last, c)
			}
		}
		if len(l.last) >= logMaxCauses {
			return false
		}
	}
	l.last[cause] = now
	return true
}
