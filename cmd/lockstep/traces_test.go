//go:build unix

package main

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"lockstep/prototype/cluster"
	"lockstep/prototype/tracing"
)

// TestTraces_flags: what cannot be a collector's address is refused before anything is sent,
// and what is secret has no place in it.
func TestTraces_flags(t *testing.T) {
	for _, tt := range []struct{ endpoint, ratio, says string }{
		{"127.0.0.1:4318", "1", "not a URL of the kind http://HOST:PORT"},
		{"grpc://127.0.0.1:4317", "1", "not a URL of the kind http://HOST:PORT"},
		{"http://127.0.0.1:4318?token=canary", "1", "not a URL of the kind http://HOST:PORT"},
		{"http://me:canary@127.0.0.1:4318", "1", "OTEL_EXPORTER_OTLP_HEADERS"},
		{"http://127.0.0.1:4318", "1.5", "--trace-ratio: 1.5 is not from 0 to 1"},
		{"", "5", "--trace-ratio: 5 is not from 0 to 1"},
		{"http://:4318", "1", "not a URL of the kind http://HOST:PORT"},
		{"http://127.0.0.1:4318", "NaN", "--trace-ratio: NaN is not from 0 to 1"},
	} {
		for _, verb := range [][]string{{"send", "room", "x"}, {"probe", "--addr", ""}} {
			code, out, stderr := lockstep(t, append(verb, "--otlp-endpoint", tt.endpoint, "--trace-ratio", tt.ratio)...)
			if code != 2 || !strings.Contains(stderr, tt.says) || strings.Contains(out+stderr, "canary") {
				t.Errorf("%s %s %s: exit code %d\n%s%s", verb[0], tt.endpoint, tt.ratio, code, out, stderr)
			}
		}
	}
}

// TestTraces_headers: what a collector asks for is a secret, and one that cannot be read is
// refused and not shown.
func TestTraces_headers(t *testing.T) {
	for value, code := range map[string]int{"Authorization: Bearer canary": 2, "x-key=100%zzcanary": 2, "a=b,canary": 2, "authorization=Bearer%20canary, x=y": 1} {
		t.Setenv(collectorHeaders, value)
		got, out, stderr := lockstep(t, "send", "room", "x", "--timeout", "1ms", "--target", "127.0.0.1:1", "--otlp-endpoint", "http://127.0.0.1:1")
		if got != code || strings.Contains(out+stderr, "canary") || code == 2 && !strings.Contains(stderr, collectorHeaders) {
			t.Errorf("%q: exit code %d, want %d\n%s%s", value, got, code, out, stderr)
		}
	}
}

// TestTraces_most: what others ask for is followed as far as it is not too much, and what
// begins here as often as the ratio says.
func TestTraces_most(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tracer := tracing.New(sdktrace.NewTracerProvider(sdktrace.WithSampler(sampler(0))))
		follow := func(header string) (followed int) {
			for range 2 * followedMost {
				if tracer.Receive(http.Header{"Traceparent": {header}}, "x") != nil {
					followed++
				}
			}
			return followed
		}
		const asked = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
		if got := follow(asked); got != followedMost {
			t.Errorf("%d of what others ask for at once is followed, want %d", got, followedMost)
		}
		if got := follow(""); got != 0 {
			t.Errorf("%d requests are followed that nobody asks for", got)
		}
		time.Sleep(time.Second) // virtual
		if got := follow(asked); got != followedMost {
			t.Errorf("%d are followed a second later, want %d", got, followedMost)
		}
	})
}

// TestTraces_lost: a collector that is gone is told once in a while, with how often.
func TestTraces_lost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		lost := lostSpans{logger: slog.New(slog.NewTextHandler(&log, nil))}
		for range 10 {
			lost.Handle(errors.New("no route" + strings.Repeat("x", 1<<20)))
		}
		time.Sleep(lostAgain) // virtual
		lost.Handle(errors.New("no route"))
		if got := log.String(); strings.Count(got, "\n") != 2 || !strings.Contains(got, "times_before=9") || len(got) > 1<<10 {
			t.Errorf("the log is %d bytes: %.2000s", len(got), got)
		}
	})
}

// hungCollector takes connections and answers nothing.
func hungCollector(t *testing.T) (endpoint string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { c.Close() })
			go io.Copy(io.Discard, c)
		}
	}()
	return "http://" + l.Addr().String()
}

// TestTraces_collector_hangs: a collector that answers nothing costs the spans and no
// message; the end of a program waits for it for a moment, and says what is lost.
func TestTraces_collector_hangs(t *testing.T) {
	endpoint := hungCollector(t)
	p := &statusOf{Processes: startNodes(t, cluster.Config{Executable: buildLockstep(t),
		Env: append(os.Environ(), "LOCKSTEP_NODE_OTLP_ENDPOINT="+endpoint, "LOCKSTEP_NODE_TRACE_RATIO=1")}), t: t}
	p.send()
	var out, log bytes.Buffer
	const messages = 200
	began := time.Now()
	code := run(t.Context(), []string{"send", "room", "--target", p.targets(), "--otlp-endpoint", endpoint}, strings.NewReader(strings.Repeat("hello\n", messages)), &out, &log)
	if acknowledged := strings.Count(out.String(), "\n"); code != 0 || acknowledged != messages {
		t.Fatalf("exit code %d, %d of %d messages acknowledged\n%s", code, acknowledged, messages, log.String())
	}
	if took := time.Since(began); took > lastSpans+20*time.Second {
		t.Errorf("it took %s", took)
	}
	if !strings.Contains(log.String(), "spans are lost") {
		t.Errorf("nothing is said of what is lost:\n%s", log.String())
	}
}
