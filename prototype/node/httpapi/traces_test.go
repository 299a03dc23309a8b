//go:build !js

package httpapi

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"lockstep/prototype/api"
	"lockstep/prototype/client"
	"lockstep/prototype/node"
	"lockstep/prototype/tracing"
)

const (
	followedTrace = "4bf92f3577b34da6a3ce929d0e0e4736"
	followedAs    = "00-" + followedTrace + "-00f067aa0ba902b7-01"
)

// lockedBuffer is a log that many goroutines write.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// TestTraces: what a client asks to have followed is, alone and in a stream, with the names
// of conversation and message and without a word of the text; metrics give it as an example
// to those who read exemplars, and the log names it if it was not acknowledged.
func TestTraces(t *testing.T) {
	told, log := tracetest.NewInMemoryExporter(), &lockedBuffer{}
	provider := sdktrace.NewTracerProvider(sdktrace.WithSyncer(told), sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.NeverSample())))
	n := openAlone(t, func(c *node.Config) {
		c.Tracer = tracing.New(provider)
		c.Logger = slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	s := listen(t, answers(t, n, nil))
	const path = "/v1/conversations/room/messages"
	message := func(id, text string) string { return fmt.Sprintf(`{"id":%q,"sender":"ann","body":%q}`+"\n", id, text) }
	scrape := func(accept string) string {
		return askAs(t, s, "GET", "/metrics", "", "Accept", accept).body
	}
	openMetrics := "application/openmetrics-text; version=1.0.0"
	example := `trace_id="` + followedTrace + `"`

	for _, header := range []string{"", followedAs[:len(followedAs)-1] + "0", "nonsense"} {
		if got := askAs(t, s, "POST", path, message("unfollowed"+header, "x"), "Content-Type", "application/json", "Traceparent", header); got.status != http.StatusOK {
			t.Fatalf("%+v", got)
		}
		if spans := told.GetSpans(); len(spans) > 0 || strings.Contains(scrape(openMetrics), "trace_id") {
			t.Fatalf("with the header %q somebody follows it: %v", header, spans)
		}
	}
	facts := func(of string) map[string]string {
		facts := map[string]string{}
		for _, span := range told.GetSpans() {
			if span.SpanContext.TraceID().String() != followedTrace {
				t.Errorf("%s is of another trace", span.Name)
			}
			if told := fmt.Sprint(span); strings.Contains(told, "secret") || strings.Contains(told, "SHA-256") {
				t.Errorf("%s tells the text", span.Name)
			}
			if span.Name == of {
				for _, a := range span.Attributes {
					facts[string(a.Key)] = a.Value.String()
				}
			}
		}
		return facts
	}
	const alone = "POST /v1/conversations/{conversation}/messages"
	for _, tt := range []struct{ name, media, body, of, want, log string }{
		{"alone", "application/json", message("1", "secret"), alone,
			"map[lockstep.conversation:room lockstep.lane:quorum lockstep.message:1 lockstep.outcome:ok]", ""},
		{"refused", "application/json", message("1", "another secret"), alone,
			"map[lockstep.conversation:room lockstep.lane:quorum lockstep.message:1 lockstep.outcome:fail lockstep.reason:id-conflict]", "message=1 outcome=fail reason=id-conflict"},
		{"in a stream", "application/x-ndjson", message("2", "secret") + message("3", "secret"), "chunk",
			"map[lockstep.messages:2 lockstep.outcome:ok]", ""},
		{"refused in a stream", "application/x-ndjson", message("4", "secret") + message("2", "another secret"), "chunk",
			"map[lockstep.messages:2 lockstep.outcome:fail lockstep.reason:id-conflict]", "message=2 outcome=fail reason=id-conflict"},
	} {
		told.Reset()
		askAs(t, s, "POST", path, tt.body, "Content-Type", tt.media, "Traceparent", followedAs)
		if got := fmt.Sprint(facts(tt.of)); got != tt.want {
			t.Errorf("%s: the span says %s, want %s", tt.name, got, tt.want)
		}
		if facts("order")["lockstep.outcome"] != "ok" || len(told.GetSpans()) < 6 {
			t.Errorf("%s: there is no way through the log: %v", tt.name, told.GetSpans())
		}
		if said := log.String(); tt.log != "" && !strings.Contains(said, tt.log) || strings.Contains(said, "secret") || strings.Contains(said, "SHA-256") || tt.log != "" && !strings.Contains(said, "trace_id="+followedTrace) {
			t.Errorf("%s: the log says\n%s", tt.name, said)
		}
	}
	told.Reset()
	askAs(t, s, "POST", path, "{nonsense\n", "Content-Type", "application/x-ndjson", "Traceparent", followedAs)
	if said := log.String(); !strings.Contains(said, `message="" outcome=fail reason=invalid`) {
		t.Errorf("a line that is no message is not in the log:\n%s", said)
	}
	askAs(t, s, "POST", path, "x", "Content-Type", "text/plain", "Traceparent", followedAs)
	if got := facts(alone)["lockstep.reason"]; got != "invalid" {
		t.Errorf("a request of another kind is %q in its span", got)
	}

	// A client's own spans hold no more of the text than the node's.
	mine := tracetest.NewInMemoryExporter()
	c := client.New(client.Config{Targets: client.Fixed(s.URL), Tracer: tracing.New(sdktrace.NewTracerProvider(sdktrace.WithSyncer(mine)))})
	if _, err := c.Send(t.Context(), "room", api.Message{ID: "1", Sender: "ann", Body: "another secret"}); err == nil {
		t.Error("a message with the id of another one is acknowledged")
	}
	if got := fmt.Sprint(mine.GetSpans()); !strings.Contains(got, "id-conflict") || strings.Contains(got, "SHA-256") || strings.Contains(got, "secret") {
		t.Errorf("the client's spans say %s", got)
	}

	if got := scrape(openMetrics); !strings.Contains(got, example) || !strings.HasSuffix(got, "# EOF\n") {
		t.Error("metrics give no example")
	}
	if got := scrape("text/plain"); strings.Contains(got, "trace_id") || !strings.Contains(got, "lockstep_send_seconds_bucket") {
		t.Error("examples are in a format that has none")
	}
}
