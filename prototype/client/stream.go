package client

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"lockstep/prototype/api"
)

// Stream sends the messages of many callers to one conversation over one
// connection, without waiting for the answer to one before it sends the next. It
// is the fast path: what arrives together at the node shares a flush.
//
// Each message has the same three outcomes as with Client.Send. A message whose
// answer does not come is sent again with the same id, through another node,
// until its context ends. Messages that are sent again may be overtaken by later
// ones; who needs an order of his own waits for the answer before he sends the
// next, or uses a session.
//
// Its methods may be called from any goroutine.
type Stream struct {
	client       *Client
	conversation string
	ctx          context.Context
	cancel       context.CancelFunc
	window       chan struct{} // a token for each message without an outcome
	done         sync.WaitGroup

	mu     sync.Mutex
	queue  []*posted // to be sent, in order
	closed bool
	wake   chan struct{}
}

// posted is a message on its way.
type posted struct {
	message  api.Message
	ctx      context.Context
	done     func(api.Ack, error)
	doubtful bool
	begun    time.Time
}

// ErrClosed is the cause of messages that had no outcome when the stream was
// closed.
var ErrClosed = errors.New("the stream was closed")

// OpenStream begins a stream of messages to a conversation. At most window
// messages are under way at a time; those that come then wait. Close ends it.
func (c *Client) OpenStream(conversation string, window int) *Stream {
	s := &Stream{client: c, conversation: conversation, window: make(chan struct{}, max(1, window)), wake: make(chan struct{}, 1)}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.done.Go(s.run)
	return s
}

// Close ends the stream. Messages without an outcome end as unknown, or as failed
// if they were never sent.
func (s *Stream) Close() {
	s.cancel()
	s.done.Wait()
	s.mu.Lock()
	queue := s.queue
	s.queue, s.closed = nil, true
	s.mu.Unlock()
	s.refuse(queue)
}

func (s *Stream) refuse(list []*posted) {
	for _, p := range list {
		s.finish(p, api.Ack{}, given(p.doubtful, &Error{Outcome: api.Fail, Detail: ErrClosed.Error(), Cause: ErrClosed}))
	}
}

// Send orders a message and waits for its place.
func (s *Stream) Send(ctx context.Context, m api.Message) (api.Ack, error) {
	type result struct {
		ack api.Ack
		err error
	}
	results := make(chan result, 1)
	s.Post(ctx, m, func(ack api.Ack, err error) { results <- result{ack, err} })
	r := <-results
	return r.ack, r.err
}

// Post orders a message and calls done once with what became of it, from another
// goroutine or this one. It waits only while the window is full. done must not
// block.
func (s *Stream) Post(ctx context.Context, m api.Message, done func(api.Ack, error)) {
	fail := func(err error) {
		done(api.Ack{}, &Error{Outcome: api.Fail, Detail: "not sent: " + err.Error(), Cause: err})
	}
	select {
	case s.window <- struct{}{}: // alone, since a choice among three costs several times as much
	default:
		select {
		case s.window <- struct{}{}:
		case <-ctx.Done():
			fail(ctx.Err())
			return
		case <-s.ctx.Done():
			fail(ErrClosed)
			return
		}
	}
	s.enqueue(&posted{message: m, ctx: ctx, done: done})
}

// enqueue puts messages behind those that wait, again in front of them.
func (s *Stream) enqueue(list ...*posted) { s.put(list, false) }
func (s *Stream) again(list []*posted)    { s.put(list, true) }

func (s *Stream) put(list []*posted, front bool) {
	if len(list) == 0 {
		return
	}
	s.mu.Lock()
	closed := s.closed
	switch {
	case closed:
	case front:
		s.queue = append(list, s.queue...)
	default:
		s.queue = append(s.queue, list...)
	}
	s.mu.Unlock()
	if closed {
		s.refuse(list)
		return
	}
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// take empties the queue, and ends those messages for which nobody waits any
// more.
func (s *Stream) take() []*posted {
	s.mu.Lock()
	list := s.queue
	s.queue = nil
	s.mu.Unlock()
	kept := list[:0]
	for _, p := range list {
		if err := p.ctx.Err(); err != nil {
			s.finish(p, api.Ack{}, given(p.doubtful, &Error{Outcome: api.Fail, Detail: "not sent: " + err.Error(), Cause: err}))
			continue
		}
		kept = append(kept, p)
	}
	return kept
}

func (s *Stream) finish(p *posted, ack api.Ack, err *Error) {
	<-s.window
	if err != nil {
		p.done(api.Ack{}, err)
		return
	}
	p.done(ack, nil)
}

// run connects, again and again, to whichever node answers.
func (s *Stream) run() {
	pause := firstPause
	for s.ctx.Err() == nil {
		if !s.await() {
			return
		}
		target, place, err := s.client.target()
		if err == nil {
			var progress, moved bool
			progress, moved = s.connect(target)
			if progress {
				pause = firstPause
			}
			if moved {
				continue // to the leader, which is known
			}
			s.client.moveOn(place)
		}
		sleep(s.ctx, pause/2+jitter(pause))
		pause = min(2*pause, longestPause)
		s.again(s.take())
	}
}

// await waits until there is something to send.
func (s *Stream) await() bool {
	for {
		s.mu.Lock()
		n := len(s.queue)
		s.mu.Unlock()
		if n > 0 {
			return true
		}
		select {
		case <-s.wake:
		case <-s.ctx.Done():
			return false
		}
	}
}

// connect streams to one node until that ends. progress says whether anything
// was acknowledged, moved whether another node is known to lead.
func (s *Stream) connect(target string) (progress, moved bool) {
	ctx, cancel := context.WithCancel(s.ctx)
	defer cancel()
	body, w := io.Pipe()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, target+s.client.path(s.conversation, "/messages"), body)
	if err != nil {
		return false, false
	}
	request.Header.Set("Content-Type", "application/x-ndjson")
	f := &flight{stream: s, halt: make(chan struct{})}
	var writing sync.WaitGroup
	writing.Go(func() { f.write(ctx, w) })
	writing.Go(func() { f.watch(ctx, cancel) })
	response, err := s.client.http.Do(request)
	if err == nil {
		if leader := s.client.knownTarget(response.Header.Get(leaderHeader)); leader > 0 && response.StatusCode == http.StatusOK {
			s.client.next.Store(uint64(leader - 1))
			moved = true
			close(f.halt) // what was written is answered still
		}
		progress = f.read(response)
	}
	cancel()
	body.CloseWithError(io.ErrClosedPipe)
	writing.Wait()
	s.unanswered(f.rest())
	return progress, moved
}

// unanswered sends again what may have been ordered, unless nobody waits for it.
func (s *Stream) unanswered(list []*posted) {
	again := list[:0]
	for _, p := range list {
		p.doubtful = true
		if p.ctx.Err() != nil {
			s.finish(p, api.Ack{}, &Error{Outcome: api.Unknown, Detail: "no answer came: " + p.ctx.Err().Error(), Cause: p.ctx.Err()})
			continue
		}
		again = append(again, p)
	}
	s.again(again)
}
