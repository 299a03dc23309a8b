package node

import (
	"errors"
	"sync"
	"time"

	"github.com/hashicorp/raft"
)

// serial is hashicorp/raft's network transport without its fast path for
// heartbeats. The fast path handles a heartbeat beside the main goroutine, and
// an old leader that does so while it handles an Apply can write an entry in a
// term that it does not lead (hashicorp/raft issue 695). Without a handler the
// transport passes heartbeats on like every other request.
type serial struct{ *raft.NetworkTransport }

// SetHeartbeatHandler does nothing, on purpose.
func (serial) SetHeartbeatHandler(func(raft.RPC)) {}

// transport gathers evidence from every answer of a follower, and keeps a node
// that has just started from voting.
type transport struct {
	serial
	evidence *evidence
	requests chan raft.RPC
	stop     chan struct{}
	stopOnce sync.Once
	stopped  sync.WaitGroup
}

var (
	_ raft.Transport   = (*transport)(nil)
	_ raft.WithPreVote = (*transport)(nil)
	_ raft.WithClose   = (*transport)(nil)
)

// newTransport wraps inner. For the length of quiet after the start votes are
// refused: before it stopped, this node may have promised a leader not to vote
// for that long, and a lease may rest on that promise.
func newTransport(inner *raft.NetworkTransport, e *evidence, quiet time.Duration) *transport {
	t := &transport{serial: serial{inner}, evidence: e, requests: make(chan raft.RPC), stop: make(chan struct{})}
	t.stopped.Add(1)
	go t.pass(time.Now().Add(quiet))
	return t
}

var errJustStarted = errors.New("this voter has just started and may be bound by a promise that it forgot")

func (t *transport) pass(quietUntil time.Time) {
	defer t.stopped.Done()
	for {
		select {
		case rpc := <-t.serial.Consumer():
			switch rpc.Command.(type) {
			case *raft.RequestVoteRequest, *raft.RequestPreVoteRequest:
				if time.Now().Before(quietUntil) {
					rpc.Respond(nil, errJustStarted)
					continue
				}
			}
			select {
			case t.requests <- rpc:
			case <-t.stop:
				rpc.Respond(nil, raft.ErrTransportShutdown)
				return
			}
		case <-t.stop:
			return
		}
	}
}

func (t *transport) Consumer() <-chan raft.RPC { return t.requests }

func (t *transport) Close() error {
	t.stopOnce.Do(func() { close(t.stop) })
	t.stopped.Wait()
	return t.serial.Close()
}

func (t *transport) AppendEntries(id raft.ServerID, target raft.ServerAddress, args *raft.AppendEntriesRequest, resp *raft.AppendEntriesResponse) error {
	began := t.evidence.begin()
	if err := t.serial.AppendEntries(id, target, args, resp); err != nil {
		return err
	}
	t.learn(id, args, resp, began)
	return nil
}

func (t *transport) learn(id raft.ServerID, args *raft.AppendEntriesRequest, resp *raft.AppendEntriesResponse, began request) {
	if resp.Success && resp.Term == args.Term {
		t.evidence.accept(id, args.Term, began)
	}
}

func (t *transport) AppendEntriesPipeline(id raft.ServerID, target raft.ServerAddress) (raft.AppendPipeline, error) {
	inner, err := t.serial.AppendEntriesPipeline(id, target)
	if err != nil {
		return nil, err
	}
	p := &pipeline{AppendPipeline: inner, transport: t, follower: id,
		answers: make(chan raft.AppendFuture), closed: make(chan struct{})}
	go p.watch()
	return p, nil
}

// pipeline notes the start of each request, and learns from its answer before
// the library sees it. Answers come in the order of the requests.
type pipeline struct {
	raft.AppendPipeline
	transport *transport
	follower  raft.ServerID
	answers   chan raft.AppendFuture
	closed    chan struct{}
	closeOnce sync.Once

	mu     sync.Mutex
	starts []request
}

func (p *pipeline) AppendEntries(args *raft.AppendEntriesRequest, resp *raft.AppendEntriesResponse) (raft.AppendFuture, error) {
	p.mu.Lock()
	p.starts = append(p.starts, p.transport.evidence.begin())
	p.mu.Unlock()
	return p.AppendPipeline.AppendEntries(args, resp)
}

func (p *pipeline) watch() {
	for {
		select {
		case answer := <-p.AppendPipeline.Consumer():
			p.mu.Lock()
			var began request
			if len(p.starts) > 0 {
				began, p.starts = p.starts[0], p.starts[1:]
			}
			p.mu.Unlock()
			if answer.Error() == nil {
				p.transport.learn(p.follower, answer.Request(), answer.Response(), began)
			}
			select {
			case p.answers <- answer:
			case <-p.closed:
				return
			}
		case <-p.closed:
			return
		}
	}
}

func (p *pipeline) Consumer() <-chan raft.AppendFuture { return p.answers }

func (p *pipeline) Close() error {
	p.closeOnce.Do(func() { close(p.closed) })
	return p.AppendPipeline.Close()
}
