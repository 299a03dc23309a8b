package client

import (
	"errors"
	"fmt"
	"net/http"
	"time"
)

// Outcome is what is certain about a request.
type Outcome string

const (
	OK      Outcome = "ok"
	Fail    Outcome = "fail"    // certainly without effect
	Unknown Outcome = "unknown" // perhaps with effect
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
	Outcome    Outcome // Fail or Unknown
	Status     int     // of the HTTP answer; 0 if there was none
	Reason     string  // the problem's type, such as "no-leader"; "" if there was none
	Detail     string
	RetryAfter time.Duration // 0: no advice
	Cause      error         // below HTTP; may be nil
}

func (e *Error) Error() string {
	if e.Outcome == Unknown {
		return e.Detail + " (outcome unknown)"
	}
	return e.Detail
}

func (e *Error) Unwrap() error { return e.Cause }

// Is makes an error one of the sentinels.
func (e *Error) Is(target error) bool {
	switch target {
	case ErrFail:
		return e.Outcome == Fail
	case ErrUnknown:
		return e.Outcome == Unknown
	case ErrInvalid:
		return e.final()
	}
	return false
}

// final says whether trying again is pointless.
func (e *Error) final() bool {
	return e.Outcome == Fail && e.Status >= 400 && e.Status < 500 && e.Status != http.StatusTooManyRequests
}

// OutcomeOf is the outcome of a request that returned err.
func OutcomeOf(err error) Outcome {
	var e *Error
	switch {
	case err == nil:
		return OK
	case errors.As(err, &e):
		return e.Outcome
	}
	return Unknown
}

func failf(format string, args ...any) *Error {
	return &Error{Outcome: Fail, Detail: fmt.Sprintf(format, args...)}
}
