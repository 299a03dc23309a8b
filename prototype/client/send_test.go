package client

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"lockstep/prototype/api"
	"lockstep/prototype/tracing"
)

// refusing answers the first request with a problem that asks for a second of
// patience, and the next one with an acknowledgement.
type refusing struct {
	reason string
	done   bool
}

func (r *refusing) RoundTrip(request *http.Request) (*http.Response, error) {
	status, body := http.StatusOK, `{"seq":1,"epoch":1}`
	if !r.done {
		status, body = http.StatusServiceUnavailable, `{"type":"urn:lockstep:`+r.reason+`","outcome":"fail"}`
	}
	r.done = true
	return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader(body)), Request: request,
		Header: http.Header{"Content-Type": {"application/problem+json"}, "Retry-After": {"1"}}}, nil
}

// TestSend_retry_after: a client waits as it is told, but for a leader, who may be
// replaced in much less than a second, it asks again at once.
func TestSend_retry_after(t *testing.T) {
	for reason, waits := range map[string]bool{"overloaded": true, "no-leader": false, "disk-full": false} {
		synctest.Test(t, func(t *testing.T) {
			c, began := New(Config{Targets: Fixed("http://n1", "http://n2"), Transport: &refusing{reason: reason}}), time.Now()
			if _, err := c.Send(t.Context(), "room", api.Message{ID: "m", Sender: "ada", Body: "x"}); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(began); (took >= time.Second) != waits {
				t.Errorf("after %s it was sent again in %s", reason, took)
			}
		})
	}
}

// TestSend_traces: each attempt is a part of the send's trace, and tells the node to which it
// goes that it is followed; without a tracer nothing is told.
func TestSend_traces(t *testing.T) {
	for _, follows := range []bool{true, false} {
		told := tracetest.NewInMemoryExporter()
		nodes := &heard{next: &refusing{reason: "no-leader"}}
		cfg := Config{Targets: Fixed("http://n1", "http://n2"), Transport: nodes}
		if follows {
			cfg.Tracer = tracing.New(sdktrace.NewTracerProvider(sdktrace.WithSyncer(told)))
		}
		if _, err := New(cfg).Send(t.Context(), "room", api.Message{ID: "m", Sender: "ada", Body: "x"}); err != nil {
			t.Fatal(err)
		}
		if !follows {
			if got := strings.Join(nodes.parents, ""); len(nodes.parents) != 2 || got != "" {
				t.Errorf("nobody follows the send, and nodes hear %q", got)
			}
			continue
		}
		var outcomes []string
		spans := told.GetSpans()
		for i, s := range spans {
			for _, a := range s.Attributes {
				if a.Key == "lockstep.outcome" {
					outcomes = append(outcomes, s.Name+" "+a.Value.AsString())
				}
			}
			if s.Name == "attempt" && nodes.parents[i] != "00-"+s.SpanContext.TraceID().String()+"-"+s.SpanContext.SpanID().String()+"-01" {
				t.Errorf("attempt %d is told as %s", i, nodes.parents[i])
			}
			if send := spans[len(spans)-1]; s.Name == "attempt" && s.Parent.SpanID() != send.SpanContext.SpanID() {
				t.Error("an attempt is no part of the send")
			}
		}
		if got := strings.Join(outcomes, ", "); got != "attempt fail, attempt ok, send ok" {
			t.Errorf("the trace is %s", got)
		}
	}
}

// heard notes the headers traceparent.
type heard struct {
	next    http.RoundTripper
	parents []string
}

func (h *heard) RoundTrip(r *http.Request) (*http.Response, error) {
	h.parents = append(h.parents, r.Header.Get("Traceparent"))
	return h.next.RoundTrip(r)
}
