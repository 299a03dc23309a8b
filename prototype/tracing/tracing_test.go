package tracing

import (
	"context"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

// follow gives a tracer that samples as nodes do, the ratio of what begins here, and what it
// was told of spans that have ended.
func follow(ratio float64) (*Tracer, *tracetest.InMemoryExporter) {
	told := tracetest.NewInMemoryExporter()
	return New(sdktrace.NewTracerProvider(sdktrace.WithSyncer(told), sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.TraceIDRatioBased(ratio))))), told
}

// TestReceive: the header of W3C Trace Context decides, and one that is none is passed over.
func TestReceive(t *testing.T) {
	const trace = "4bf92f3577b34da6a3ce929d0e0e4736"
	for header, want := range map[string]string{
		"00-" + trace + "-00f067aa0ba902b7-01":                       trace,
		"00-" + trace + "-00f067aa0ba902b7-00":                       "", // not sampled
		"cc-" + trace + "-00f067aa0ba902b7-01-what-the-future-is-in": trace,
		"":                                     "",
		"00-" + trace + "-0000000000000000-01": "",
		"00-00000000000000000000000000000000-00f067aa0ba902b7-01":  "",
		"00-" + strings.ToUpper(trace) + "-00f067aa0ba902b7-01":    "",
		"00-" + trace + "-00f067aa0ba902b7-01-more-than-version-0": "",
		"00-" + trace + "-00f067aa0ba902b7":                        "",
		"ff-" + trace + "-00f067aa0ba902b7-01":                     "",
		strings.Repeat("0", 1<<12):                                 "",
	} {
		tracer, told := follow(0)
		h := http.Header{}
		h.Set("traceparent", header)
		h.Set("tracestate", "a=b")
		span := tracer.Receive(h, "received")
		span.End()
		if got := span.TraceID(); got != want {
			t.Errorf("%.60q is followed in the trace %q, want %q", header, got, want)
		}
		if ended := told.GetSpans(); want != "" && (len(ended) != 1 || ended[0].Parent.SpanID().String() != "00f067aa0ba902b7" || ended[0].SpanContext.TraceState().Len() != 0) {
			t.Errorf("%.60q: %v", header, ended)
		}
	}
	if tracer, _ := follow(1); tracer.Receive(http.Header{}, "x") == nil {
		t.Error("what comes without a header is not followed, although all is to be")
	}
}

// TestTell: a span is the parent of the next one, whether its name goes in a header or to
// another node.
func TestTell(t *testing.T) {
	here, told := follow(1)
	there, later := follow(0)
	sent := here.Begin(context.Background(), "sent")
	h := http.Header{}
	sent.Tell(h)
	received := there.Receive(h, "received")
	ordered := there.Continue(append(received.Append(nil), "the batch"...), "ordered")
	ordered.Begin("part").End()
	for _, s := range []*Span{ordered, received, sent} {
		s.End()
	}
	spans := append(later.GetSpans(), told.GetSpans()...)
	var names []string
	for i, s := range spans {
		names = append(names, s.Name)
		if s.SpanContext.TraceID() != spans[0].SpanContext.TraceID() || i+1 < len(spans) && s.Parent.SpanID() != spans[i+1].SpanContext.SpanID() {
			t.Errorf("%s is no part of what comes after it", s.Name)
		}
	}
	if got := strings.Join(names, " "); got != "part ordered received sent" {
		t.Errorf("spans: %s", got)
	}
	last := spans[len(spans)-1].SpanContext
	if got, want := hex.EncodeToString(sent.Append(nil)), last.TraceID().String()+last.SpanID().String(); got != want || len(want) != 2*Size {
		t.Errorf("between nodes the span is %s, want %s", got, want)
	}
}

// TestSpan_nil: what is not followed costs a look at a nil pointer.
func TestSpan_nil(t *testing.T) {
	var tracer *Tracer
	for _, s := range []*Span{nil, tracer.Begin(context.Background(), "x"), tracer.Receive(http.Header{}, "x"), tracer.Continue(make([]byte, Size), "x"), FromContext(context.Background())} {
		h, ctx := http.Header{}, context.Background()
		s.Says("a", "b")
		s.Counts("a", 1)
		s.Fails("x")
		s.Stage("x", time.Now(), time.Now())
		s.Tell(h)
		s.Begin("x").Call("y").End()
		s.End()
		if s != nil || len(h) > 0 || s.In(ctx) != ctx || s.TraceID() != "" {
			t.Errorf("%v does something", s)
		}
	}
	if n := testing.AllocsPerRun(100, func() { FromContext(context.Background()).Begin("x").End() }); n != 0 {
		t.Errorf("a send that nobody follows costs %v allocations", n)
	}
}
