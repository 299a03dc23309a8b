package client

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync"

	"lockstep/prototype/api"
)

// Ordered is a session: it sends the messages of one sender to one conversation, several at a
// time, and keeps their order: the message of the call that began first stands
// first, through any retries and failovers. Without a session a retry may be
// overtaken by the message behind it.
//
// Its methods may be called from any goroutine; calls that begin at the same time
// have no order.
type Ordered struct {
	client       *Client
	conversation string
	sender       string
	id           uint64

	places []chan struct{} // number n holds places[n%window], so n+window begins when n has ended
	turn   chan struct{}   // held by who takes the next number
	next   uint64          // guarded by turn

	mu     sync.Mutex
	broken error
}

var (
	// ErrSessionExpired: the cluster has forgotten the session. Messages with an
	// unknown outcome stay unknown; those that follow need a new session.
	ErrSessionExpired = errors.New("the session has expired")
	// ErrSessionBroken: an earlier message was given up, so that those behind it
	// can never take their places.
	ErrSessionBroken = errors.New("an earlier message of the session was given up")
)

// OpenSession asks the cluster for a session, trying again while the context
// lasts.
func (c *Client) OpenSession(ctx context.Context, conversation, sender string) (*Ordered, error) {
	body, err := json.Marshal(map[string]string{"sender": sender})
	if err != nil {
		return nil, &Error{Outcome: api.Fail, Detail: err.Error(), Cause: err}
	}
	var opened api.Session
	err = c.persist(ctx, func(target string) (bool, *Error) {
		try, cancel := context.WithTimeout(ctx, c.cfg.AttemptTimeout)
		defer cancel()
		failed := c.call(try, http.MethodPost, target+c.path(conversation, "/sessions"), "application/json", body, &opened)
		return failed == nil, failed
	})
	if err != nil {
		return nil, err
	}
	s := &Ordered{client: c, conversation: conversation, sender: sender, id: opened.Session, next: 1,
		places: make([]chan struct{}, max(1, opened.Window)), turn: make(chan struct{}, 1)}
	for i := range s.places {
		s.places[i] = make(chan struct{}, 1)
	}
	return s, nil
}

// Send orders a message behind those of the calls before it. A message whose
// outcome is unknown when the context ends breaks the session, as nobody can tell
// where the next one would stand.
func (s *Ordered) Send(ctx context.Context, id, text string) (api.Ack, error) {
	number, err := s.number(ctx)
	if err != nil {
		return api.Ack{}, err
	}
	defer func() { <-s.place(number) }()
	m := api.Message{ID: id, Sender: s.sender, Body: text, Session: s.id, Number: number}
	var ack api.Ack
	err = s.client.persist(ctx, func(target string) (bool, *Error) {
		var failed *Error
		ack, failed = s.client.attempt(ctx, target, s.conversation, m)
		if failed != nil && failed.Reason == "order" {
			failed.Status = http.StatusServiceUnavailable // the one before is still on its way
		}
		return failed == nil, failed
	})
	if err != nil {
		return api.Ack{}, s.giveUp(err)
	}
	return ack, nil
}

// place is held by a number while it is under way. The cluster remembers where the
// last numbers of a session went, as many as the window has: an answer that was lost
// can be asked for again only while no later number than that was ordered.
func (s *Ordered) place(number uint64) chan struct{} {
	return s.places[number%uint64(len(s.places))]
}

// number takes the next number, in the order of the calls, once the number a window
// before it has ended.
func (s *Ordered) number(ctx context.Context) (uint64, error) {
	notSent := func(cause error) error {
		return &Error{Outcome: api.Fail, Detail: "not sent: " + cause.Error(), Cause: cause}
	}
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return 0, notSent(ctx.Err())
	}
	defer func() { <-s.turn }()
	number := s.next
	select {
	case s.place(number) <- struct{}{}:
	case <-ctx.Done():
		return 0, notSent(ctx.Err())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken != nil {
		<-s.place(number)
		return 0, &Error{Outcome: api.Fail, Detail: s.broken.Error(), Cause: s.broken}
	}
	s.next++
	return number, nil
}

func (s *Ordered) giveUp(err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var e *Error
	if s.broken = ErrSessionBroken; errors.As(err, &e) && e.Reason == "session" {
		s.broken = ErrSessionExpired
		e.Cause = ErrSessionExpired
	}
	return err
}
