// Package tracing follows single sends on their way, as spans of OpenTelemetry: from a
// client over the node that it asks to the leader, and there through the queue, the flush,
// the majority and the machine.
//
// Whoever sends may ask for that by the header traceparent of W3C Trace Context, level 1
// (https://www.w3.org/TR/trace-context-1/). A [Tracer] decides for sends that come without
// one. What is not followed has a nil [Span], all of whose
// methods do nothing, so that code on the way of each send asks nothing; what is not
// sampled has none either.
//
// Nothing is decided by a span. A span is told to others when it has ended, and may be lost
// there, so that whoever collects spans can hold nobody up.
//
// In the browser nothing is followed.
package tracing
