package client

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/tracing"
)

// The pause before a retry doubles from the first to the longest.
const (
	firstPause   = 10 * time.Millisecond
	longestPause = 250 * time.Millisecond
)

// Send orders a message, trying again while its outcome is open and the context
// lasts. The error is an *Error; if it is an ErrUnknown, sending the same
// message again later is safe, and tells.
func (c *Client) Send(ctx context.Context, conversation string, m api.Message) (api.Ack, error) {
	span := c.cfg.Tracer.Begin(ctx, "send")
	defer span.End()
	span.Says("lockstep.conversation", conversation)
	span.Says("lockstep.message", m.ID)
	ctx = span.In(ctx)
	var ack api.Ack
	err := c.persist(ctx, func(target string) (bool, *Error) {
		var failed *Error
		ack, failed = c.attempt(ctx, target, conversation, m)
		return failed == nil, failed
	})
	outcome(span, err)
	return ack, err
}

// Attempt is one attempt to send, at the present target; after a failure the next
// attempt goes to another one.
func (c *Client) Attempt(ctx context.Context, conversation string, m api.Message) (api.Ack, error) {
	target, place, err := c.target()
	if err != nil {
		return api.Ack{}, err
	}
	ack, failed := c.attempt(ctx, target, conversation, m)
	if failed != nil {
		c.moveOn(place)
		return ack, failed
	}
	return ack, nil
}

// attempt is one try at one node.
func (c *Client) attempt(ctx context.Context, target, conversation string, m api.Message) (api.Ack, *Error) {
	ended := begin(ctx, target)
	span := tracing.FromContext(ctx).Call("attempt")
	defer span.End()
	span.Says("url.full", target)
	try, cancel := context.WithTimeout(span.In(ctx), c.cfg.AttemptTimeout)
	defer cancel()
	var ack api.Ack
	err := c.call(try, http.MethodPost, target+c.path(conversation, "/messages"), "application/json", appendMessage(nil, m), &ack)
	if err == nil && ack.Seq == 0 {
		err = &Error{Outcome: api.Unknown, Status: http.StatusOK, Detail: "the answer has no seq"}
	}
	if err != nil {
		outcome(span, err)
		ended(api.Ack{}, err)
		return api.Ack{}, err
	}
	outcome(span, nil)
	ended(ack, nil)
	return ack, nil
}

// outcome tells a span what became of a send or of an attempt.
func outcome(span *tracing.Span, err error) {
	said := api.OK
	if e := (*Error)(nil); errors.As(err, &e) {
		said = e.Outcome
		span.Fails(e.Reason) // the detail may hold a fingerprint of a text
	}
	span.Says("lockstep.outcome", string(said))
}

// persist tries at one target after the other until an attempt is done, its
// error is final, or the context ends.
func (c *Client) persist(ctx context.Context, attempt func(target string) (done bool, err *Error)) error {
	var doubtful bool
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		if ctx.Err() != nil {
			return given(doubtful, &Error{Outcome: api.Fail, Detail: "not sent: " + ctx.Err().Error(), Cause: ctx.Err()})
		}
		target, place, err := c.target()
		if err != nil {
			return err
		}
		done, failed := attempt(target)
		if done {
			c.budget.earn()
			return nil
		}
		doubtful = doubtful || failed.Outcome == api.Unknown
		if failed.final() {
			return given(doubtful, failed)
		}
		c.moveOn(place)
		if !c.budget.spend() {
			pause = longestPause
		}
		// Random, so that clients that failed together do not come back together.
		if !sleep(ctx, max(pause/2+rand.N(pause), advice(failed))) {
			return given(doubtful, failed)
		}
	}
}

// sleep is false if the context ends before the time is over.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// given is the error of a send that gave up. After one unknown attempt the whole
// is unknown.
func given(doubtful bool, err *Error) *Error {
	if doubtful && err.Outcome == api.Fail {
		e := *err
		e.Outcome = api.Unknown
		return &e
	}
	return err
}

// advice is how long the node asks to be left alone. Retry-After counts whole
// seconds, and a new leader is there in a fraction of one, so that advice is for
// others than those without a leader, or with one whose full disk makes it hand over.
func advice(err *Error) time.Duration {
	if err.Reason == "no-leader" || err.Reason == "disk-full" {
		return 0
	}
	return err.RetryAfter
}
