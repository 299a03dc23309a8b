//go:build !js

package tracing

import (
	"context"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// Span is a part of the way of a send. Its methods may be called from any goroutine, and do
// nothing if it is nil.
type Span struct {
	tracer trace.Tracer
	span   trace.Span
}

// FromContext gives the span of which what is done under the context is a part, or nil.
func FromContext(ctx context.Context) *Span {
	s, _ := ctx.Value(key{}).(*Span)
	return s
}

type key struct{}

// In gives a context under which what is done is a part of the span.
func (s *Span) In(ctx context.Context) context.Context {
	if s == nil {
		return ctx
	}
	return context.WithValue(ctx, key{}, s)
}

// Begin begins a part that is carried out here, and Call one for which somebody else is asked.
func (s *Span) Begin(name string) *Span { return s.child(name, trace.SpanKindInternal) }
func (s *Span) Call(name string) *Span  { return s.child(name, trace.SpanKindClient) }

func (s *Span) child(name string, kind trace.SpanKind, o ...trace.SpanStartOption) *Span {
	if s == nil {
		return nil
	}
	return begin(s.tracer, trace.ContextWithSpan(context.Background(), s.span), name, append(o, trace.WithSpanKind(kind))...)
}

// Stage is a part that is over. One that has an end missing is left out.
func (s *Span) Stage(name string, begin, end time.Time) {
	if s == nil || begin.IsZero() || end.IsZero() {
		return
	}
	if part := s.child(name, trace.SpanKindInternal, trace.WithTimestamp(begin)); part != nil {
		part.span.End(trace.WithTimestamp(end))
	}
}

// Says adds a fact to the span.
func (s *Span) Says(name, value string) {
	if s != nil {
		s.span.SetAttributes(attribute.String(name, value))
	}
}

// Counts adds a number to the span.
func (s *Span) Counts(name string, n int) {
	if s != nil {
		s.span.SetAttributes(attribute.Int(name, n))
	}
}

// Fails says what went wrong.
func (s *Span) Fails(why string) {
	if s != nil {
		s.span.SetStatus(codes.Error, why)
	}
}

// End ends the span, after which nothing is added to it.
func (s *Span) End() {
	if s != nil {
		s.span.End()
	}
}

// TraceID names the trace, in 32 hexadecimal digits; "" of nil.
func (s *Span) TraceID() string {
	if s == nil {
		return ""
	}
	return s.span.SpanContext().TraceID().String()
}

// begin gives nil for what is not sampled.
func begin(tracer trace.Tracer, parent context.Context, name string, o ...trace.SpanStartOption) *Span {
	_, span := tracer.Start(parent, name, o...)
	if !span.IsRecording() {
		return nil
	}
	return &Span{tracer, span}
}
