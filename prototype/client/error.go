package client

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"lockstep/prototype/api"
)

// Every error of a request to the cluster is one of the first two, by errors.Is.
var (
	ErrFail    = errors.New("certainly without effect")
	ErrUnknown = errors.New("outcome unknown")
	// ErrInvalid: the request itself is wrong; it is an ErrFail as well.
	ErrInvalid = errors.New("invalid request")
)

// Error is why a request did not succeed.
type Error struct {
	Outcome    api.Outcome // Fail or Unknown
	Status     int         // of the HTTP answer; 0 if there was none
	Reason     string      // the problem's type, such as "no-leader"; "" if there was none
	Detail     string
	RetryAfter time.Duration // 0: no advice
	Cause      error         // below HTTP; may be nil
}

func (e *Error) Error() string {
	if e.Outcome == api.Unknown {
		return e.Detail + " (outcome unknown)"
	}
	return e.Detail
}

func (e *Error) Unwrap() error { return e.Cause }

// Is makes an error one of the sentinels.
func (e *Error) Is(target error) bool {
	switch target {
	case ErrFail:
		return e.Outcome == api.Fail
	case ErrUnknown:
		return e.Outcome == api.Unknown
	case ErrInvalid:
		return e.final()
	}
	return false
}

// final says whether trying again is pointless.
func (e *Error) final() bool {
	if e.Outcome == api.Fail && e.Reason == "quota-conversation" {
		return true // it does not become shorter
	}
	return e.Outcome == api.Fail && e.Status >= 400 && e.Status < 500 && e.Status != http.StatusTooManyRequests
}

// OutcomeOf is the outcome of a request that returned err.
func OutcomeOf(err error) api.Outcome {
	var e *Error
	switch {
	case err == nil:
		return api.OK
	case errors.As(err, &e):
		return e.Outcome
	}
	return api.Unknown
}

func failf(format string, args ...any) *Error {
	return &Error{Outcome: api.Fail, Detail: fmt.Sprintf(format, args...)}
}
