package presence

import "sync"

// Signal tells any number of waiters that something has changed. The zero value
// is ready. A waiter takes the channel first and looks second, so that it
// misses nothing.
type Signal struct {
	mu sync.Mutex
	ch chan struct{}
}

// Wait gives a channel that is closed at the next notify.
func (s *Signal) Wait() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ch == nil {
		s.ch = make(chan struct{})
	}
	return s.ch
}

// Notify wakes all who wait.
func (s *Signal) Notify() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ch != nil {
		close(s.ch)
		s.ch = nil
	}
}
