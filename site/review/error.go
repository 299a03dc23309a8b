package review

import (
	"errors"
	"fmt"
	"net/http"

	"lockstep/site/review/access"
)

// Error is a refusal that a client is told. It carries no text of others.
type Error struct {
	Status int    // of HTTP
	Code   string // stable name: "ambiguous-quote"
	Detail string // one sentence without a final full stop
}

func (e *Error) Error() string { return e.Detail }

func invalid(format string, args ...any) *Error {
	return &Error{http.StatusBadRequest, "invalid", fmt.Sprintf(format, args...)}
}

func notFound(format string, args ...any) *Error {
	return &Error{http.StatusNotFound, "not-found", fmt.Sprintf(format, args...)}
}

func conflict(code, format string, args ...any) *Error {
	return &Error{http.StatusConflict, code, fmt.Sprintf(format, args...)}
}

// publicError is what a client may know of an error.
func publicError(err error) *Error {
	var e *Error
	switch {
	case errors.As(err, &e):
		return e
	case errors.Is(err, access.ErrSignIn):
		return &Error{http.StatusUnauthorized, "sign-in", "sign in first"}
	case errors.Is(err, access.ErrForbidden):
		return &Error{http.StatusForbidden, "forbidden", err.Error()}
	}
	return &Error{http.StatusServiceUnavailable, "unavailable", "the review log did not answer; nothing is known to be lost, and the same id may be sent again"}
}
