package stream

import (
	"context"
	"fmt"
	"net/http"
)

// Source is where the events of topics come from.
//
// Follow sends the events of one topic to one reader until the context ends. It is
// called on a goroutine of its own for each reader and topic. Send returns when the
// event was written, and its error means that the reader is gone. What Follow
// returns is told to the reader as the end of the topic; an [End] in full, any other
// error without its text.
type Source interface {
	Follow(ctx context.Context, q Query, send func(Event) error) error
}

// SourceFunc is a [Source] of one function.
type SourceFunc func(ctx context.Context, q Query, send func(Event) error) error

// Follow implements [Source].
func (f SourceFunc) Follow(ctx context.Context, q Query, send func(Event) error) error {
	return f(ctx, q, send)
}

// Query is one topic that a reader asks for.
type Query struct {
	Request *http.Request // who asks; not to be changed, since all topics of a connection have it
	Topic   string        // without the name of the source
	After   uint64        // the reader has the events up to this number
	Resumes bool          // After was given; without it the reader wants what comes from now on
}

// Event is one event of a topic. Data is not changed once it was sent: a source that
// sends the same bytes to many readers has them encoded once.
type Event struct {
	Name   string // one word
	Number uint64 // its place in the topic; 0 if the newest event replaces the others
	Data   []byte
}

// End is why a topic is over.
type End struct {
	Status int // of HTTP: 401 if a session ended, 403, 404, 503 if one may come back later
	Detail string
}

func (e *End) Error() string { return fmt.Sprintf("%d: %s", e.Status, e.Detail) }
