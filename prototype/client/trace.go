package client

import (
	"context"

	"lockstep/prototype/api"
)

// Trace sees the attempts of which a send is made.
type Trace struct {
	// Begin is called before an attempt leaves for a target, in the goroutine
	// that sends; what it returns is called when the attempt has ended. The error,
	// if any, is an *Error.
	Begin func(target string) (end func(api.Ack, error))
}

type traceKey struct{}

// WithTrace makes the sends under a context report to a trace.
func WithTrace(ctx context.Context, t Trace) context.Context {
	return context.WithValue(ctx, traceKey{}, t)
}

func begin(ctx context.Context, target string) (end func(api.Ack, error)) {
	if t, ok := ctx.Value(traceKey{}).(Trace); ok {
		return t.Begin(target)
	}
	return func(api.Ack, error) {}
}
