package refusal

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"
)

// Error is a refusal. It carries no text of others.
type Error struct {
	Status int    // of HTTP
	Code   string // stable name: "ambiguous-quote"
	Detail string // one sentence without a final full stop
	// After is how long whoever was refused should wait before they try again; 0
	// where that does not help.
	After time.Duration
}

func (e *Error) Error() string { return e.Detail }

// New is a refusal with a status and a code.
func New(status int, code, format string, args ...any) *Error {
	return &Error{Status: status, Code: code, Detail: fmt.Sprintf(format, args...)}
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

// TooMany refuses what was asked for too often.
func TooMany(what string, wait time.Duration) *Error {
	seconds := time.Duration(math.Ceil(wait.Seconds()))
	e := New(http.StatusTooManyRequests, "too-many", "%s; try again in %d s", what, seconds)
	e.After = seconds * time.Second
	return e
}

// Write answers with a problem document, RFC 9457.
func (e *Error) Write(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	if e.After > 0 {
		h.Set("Retry-After", strconv.Itoa(int(e.After.Seconds())))
	}
	w.WriteHeader(e.Status)
	json.NewEncoder(w).Encode(map[string]any{"type": "about:blank", "title": http.StatusText(e.Status), "status": e.Status, "code": e.Code, "detail": e.Detail})
}
