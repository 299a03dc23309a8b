//go:build unix

package main

import (
	"bytes"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"lockstep/prototype/cluster"
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
