package replica

import (
	"context"
	"sync"

	"github.com/hashicorp/raft"
)

// asked are the questions to the library, other than messages, that it has not answered
// yet. A library that was shut down answers none that it has committed and not yet
// applied, so they must not be open then; see Replica.Close.
type asked struct {
	mu      sync.Mutex
	stopped bool
	open    sync.WaitGroup
}

// ask asks the library, and gives its answer. When the replica ends first, that is
// ErrRaftShutdown, and the outcome is unknown.
func (s *Replica) ask(question func() raft.Future) error {
	answered := make(chan error, 1)
	if !s.asked.begin(func() { answered <- question().Error() }) {
		return raft.ErrRaftShutdown
	}
	select {
	case err := <-answered:
		return err
	case <-s.stop:
		return raft.ErrRaftShutdown
	}
}

// begin begins a question, unless no more may be asked.
func (a *asked) begin(question func()) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.stopped {
		a.open.Go(question)
	}
	return !a.stopped
}

// stop has begin refuse what comes from now on.
func (a *asked) stop() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.stopped = true
}

// wait waits until every question was answered, or the context ends. It is called
// after stop.
func (a *asked) wait(ctx context.Context) {
	answered := make(chan struct{})
	go func() {
		a.open.Wait()
		close(answered)
	}()
	select {
	case <-answered:
	case <-ctx.Done():
	}
}
