package httpapi

import (
	"errors"
	"net/http"
	"time"

	"lockstep/site/review/access"
	"lockstep/site/review/refusal"
)

// publicError is what a client may know of an error.
func publicError(err error) *refusal.Error {
	var e *refusal.Error
	switch {
	case errors.As(err, &e):
		return e
	case errors.Is(err, access.ErrSignIn):
		return refusal.New(http.StatusUnauthorized, "sign-in", "sign in first")
	case errors.Is(err, access.ErrForbidden):
		return refusal.Forbidden("%s", err.Error())
	}
	e = refusal.New(http.StatusServiceUnavailable, "unavailable", "the review log did not answer; nothing is known to be lost, and the same id may be sent again")
	e.After = time.Second
	return e
}
