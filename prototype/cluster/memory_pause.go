package cluster

import (
	"context"
	"errors"
	"fmt"

	"lockstep/prototype/fault"
	"lockstep/prototype/node"
)

var (
	// ErrNotRunning is the error for something that only a running node can do.
	ErrNotRunning = errors.New("it is not running")
	errPaused     = errors.New("it is paused")
	errNotPaused  = errors.New("it is not paused")
)

// Pause stops a node as SIGSTOP does. Goroutines cannot be stopped, but every door
// through which they could be noticed is shut, and every door through which they
// could notice something: connections, disk, log lines, clients, and the tickers
// of what the node does by itself. What is sent to it waits in its connections, as
// in a kernel's buffers, and so do the requests of its clients.
//
// The consensus library's timers run on in its sleep. It logs before it acts on
// one, a leader before it steps down and a follower before it stands for election,
// and whoever logs waits; see node.Config.Gate. So a leader believes that it leads
// until it wakes. What a paused node still does is in its own memory: it finishes
// what it had begun, and its timers run down.
func (m *Memory) Pause(id string) error {
	return m.turn(id, "pause", (*fault.Gate).Shut, errPaused)
}

// Resume lets a paused node go on. Everything that waited happens now, in the
// order in which it came.
func (m *Memory) Resume(id string) error {
	return m.turn(id, "resume", (*fault.Gate).Open, errNotPaused)
}

// turn holds m.mu, so that no node is paused that is about to be ended.
func (m *Memory) turn(id, verb string, turn func(*fault.Gate) bool, already error) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch l := m.lives[id]; {
	case l == nil:
		return fmt.Errorf("%s %s: %w", verb, id, ErrNotRunning)
	case !turn(l.gate):
		return fmt.Errorf("%s %s: %w", verb, id, already)
	}
	return nil
}

// Paused says whether a node is paused.
func (m *Memory) Paused(id string) bool {
	l := m.life(id)
	return l != nil && l.gate.IsShut()
}

// life is a node from its start to its end.
type life struct {
	node    *node.Node
	gate    *fault.Gate
	backlog chan struct{} // holds one for each request that waits for a paused node
}

// life is what runs now of a node, or nil.
func (m *Memory) life(id string) *life {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.lives[id]
}

// Ask lets a client talk to a node, as over a connection to its process: while it
// is paused, neither does the question get in nor the answer out. ErrNotRunning
// says that nothing was asked. With any other error nobody knows: the context has
// ended, or the node. Ask may run still after that, when the node is resumed, for
// a request that waits in a socket does not vanish with its client; so what it
// sets may be looked at only if the error is nil. It must mind the context itself.
func (m *Memory) Ask(ctx context.Context, id string, ask func(*node.Node)) error {
	l := m.life(id)
	if l == nil {
		return ErrNotRunning
	}
	if l.gate.IsShut() {
		if err := l.await(ctx, ask); err != nil {
			return err
		}
	} else {
		ask(l.node)
	}
	return l.gate.Pass(ctx)
}

// await asks when the node is resumed. As many requests as a socket has room for
// are asked even if their clients have gone by then.
func (l *life) await(ctx context.Context, ask func(*node.Node)) error {
	select {
	case l.backlog <- struct{}{}:
	default:
		err := l.gate.Pass(ctx)
		if err == nil {
			ask(l.node)
		}
		return err
	}
	asked := make(chan error, 1)
	go func() {
		err := l.gate.Pass(context.Background())
		<-l.backlog
		if err == nil {
			ask(l.node)
		}
		asked <- err
	}()
	select {
	case err := <-asked:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}
