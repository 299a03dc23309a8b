package refusal

import (
	"fmt"
	"net/http"
)

// Error is a refusal. It carries no text of others.
type Error struct {
	Status int    // of HTTP
	Code   string // stable name: "ambiguous-quote"
	Detail string // one sentence without a final full stop
}

func (e *Error) Error() string { return e.Detail }

// New is a refusal with a status and a code.
func New(status int, code, format string, args ...any) *Error {
	return &Error{status, code, fmt.Sprintf(format, args...)}
}

// Invalid refuses what nobody could do.
func Invalid(format string, args ...any) *Error {
	return New(http.StatusBadRequest, "invalid", format, args...)
}

// Forbidden refuses what this person may not do.
func Forbidden(format string, args ...any) *Error {
	return New(http.StatusForbidden, "forbidden", format, args...)
}

// NotFound refuses what is about something that is not there.
func NotFound(format string, args ...any) *Error {
	return New(http.StatusNotFound, "not-found", format, args...)
}

// Conflict refuses what could be done at another time, or in another way.
func Conflict(code, format string, args ...any) *Error {
	return New(http.StatusConflict, code, format, args...)
}
