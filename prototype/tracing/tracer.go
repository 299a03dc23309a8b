//go:build !js

package tracing

import (
	"context"
	"net/http"

	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// Tracer begins spans that are no part of one in this process. nil follows nothing. Its
// methods may be called from any goroutine.
type Tracer struct{ tracer trace.Tracer }

// New hands what is followed to a provider, which decides what is sampled.
func New(p trace.TracerProvider) *Tracer { return &Tracer{p.Tracer("lockstep")} }

// Begin begins to follow something, as a part of the span of the context if there is one.
func (t *Tracer) Begin(ctx context.Context, name string) *Span {
	if s := FromContext(ctx); s != nil {
		return s.Begin(name)
	}
	if t == nil {
		return nil
	}
	return begin(t.tracer, context.Background(), name)
}

// header is read and written as W3C has it. Its limits are those of a header: the rest of
// what others may put there, as tracestate, is passed over.
var header propagation.TraceContext

const traceparent = "Traceparent"

// Receive begins a span for a request, as a part of the one that its header names.
func (t *Tracer) Receive(h http.Header, name string) *Span {
	if t == nil {
		return nil
	}
	parent := context.Background()
	if given := h.Get(traceparent); given != "" {
		parent = header.Extract(parent, propagation.MapCarrier{"traceparent": given})
	}
	return begin(t.tracer, parent, name, trace.WithSpanKind(trace.SpanKindServer))
}

// Tell writes the header for a request that is a part of the span.
func (s *Span) Tell(h http.Header) {
	if s == nil {
		return
	}
	carrier := propagation.MapCarrier{}
	header.Inject(trace.ContextWithSpan(context.Background(), s.span), carrier)
	h.Set(traceparent, carrier["traceparent"])
}

// Between nodes a span is the 16 bytes of its trace and the 8 of its own.
const (
	idSize = 8
	Size   = 16 + idSize
)

// Append writes the span for another node; it must not be nil.
func (s *Span) Append(dst []byte) []byte {
	c := s.span.SpanContext()
	traceID, spanID := c.TraceID(), c.SpanID()
	return append(append(dst, traceID[:]...), spanID[:]...)
}

// Continue begins a part of the span that another node wrote; data has at least [Size] bytes.
func (t *Tracer) Continue(data []byte, name string) *Span {
	if t == nil {
		return nil
	}
	parent := trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID(data[:Size-idSize]), SpanID: trace.SpanID(data[Size-idSize : Size]),
		TraceFlags: trace.FlagsSampled, Remote: true})
	return begin(t.tracer, trace.ContextWithRemoteSpanContext(context.Background(), parent), name, trace.WithSpanKind(trace.SpanKindServer))
}
