package collector

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

var lockstep = flag.String("lockstep", "../../bin/lockstep", "the program; make build makes it")

// TestTraces: a message that a client sends to a node which does not lead is one trace at a
// collector, from three processes; the same of one sent to the leader. Nothing is in it of
// the text.
func TestTraces(t *testing.T) {
	program, err := filepath.Abs(*lockstep)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	address := free(t)
	c, err := Start(ctx, address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := c.Stop(); err != nil {
			t.Error(err)
		}
	}()
	data := t.TempDir()
	endpoint := "http://" + address
	cluster := exec.CommandContext(ctx, program, "cluster", "--port", "0", "--shards", "1", "--data", data)
	cluster.Env = append(os.Environ(), "LOCKSTEP_NODE_OTLP_ENDPOINT="+endpoint)
	cluster.Cancel = func() error { return cluster.Process.Signal(os.Interrupt) }
	cluster.WaitDelay = 20 * time.Second
	var log strings.Builder
	cluster.Stdout, cluster.Stderr = &log, &log
	if err := cluster.Start(); err != nil {
		t.Fatal(err)
	}
	ended := false
	end := func() {
		if !ended {
			ended = true
			cluster.Process.Signal(os.Interrupt)
			cluster.Wait()
		}
	}
	defer end()
	sent := 0
	for _, target := range members(t, ctx, data) {
		send := exec.CommandContext(ctx, program, "send", "general", "secret", "--target", "http://"+target, "--timeout", "1m", "--otlp-endpoint", endpoint)
		if out, err := send.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		sent++
	}
	whole := []string{"send", "attempt", "POST /v1/conversations/{conversation}/messages", "order", "batch", "flush", "quorum", "apply"}
	spans, err := c.Await(ctx, func(spans []Span) bool { return len(complete(spans, whole)) == sent })
	if err != nil {
		end()
		t.Fatalf("%v; there are\n%s\nand the cluster says\n%s", err, list(spans), log.String()+strings.Join(logs(t, data), "\n"))
	}
	forwarded := 0
	for _, trace := range complete(spans, whole) {
		services := map[string]bool{}
		for _, s := range trace {
			services[s.Service] = true
			if s.Name() == "forward" {
				forwarded++
			}
			if at, ok := s.Attributes().Get("lockstep.outcome"); ok && at.Str() != "ok" {
				t.Logf("an attempt of %s ended with %s", s.Name(), at.Str()) // as before there was a leader
			}
			if strings.Contains(fmt.Sprint(s.Attributes().AsRaw()), "secret") {
				t.Errorf("%s tells the text", s.Name())
			}
		}
		if !services["lockstep-send"] || !services["lockstep-node"] {
			t.Errorf("a trace of %v", services)
		}
	}
	if forwarded < sent-1 {
		t.Errorf("%d of %d messages were passed on to the leader; all but one were sent to another node\n%s", forwarded, sent, list(spans))
	}
	end()
	for _, said := range logs(t, data) {
		if strings.Contains(said, "spans are lost") {
			t.Errorf("a node has lost spans:\n%s", said)
		}
	}
}

// complete gives the traces that have all these spans, whose parents are in them, too.
func complete(spans []Span, names []string) (traces [][]Span) {
	by := map[string][]Span{}
	for _, s := range spans {
		id := s.TraceID().String()
		by[id] = append(by[id], s)
	}
	for _, trace := range by {
		ids, has := []string{""}, []string{}
		for _, s := range trace {
			ids, has = append(ids, s.SpanID().String()), append(has, s.Name())
		}
		lacks := func(name string) bool { return !slices.Contains(has, name) }
		orphan := func(s Span) bool { return !slices.Contains(ids, s.ParentSpanID().String()) }
		if !slices.ContainsFunc(names, lacks) && !slices.ContainsFunc(trace, orphan) {
			traces = append(traces, trace)
		}
	}
	return traces
}

func list(spans []Span) string {
	var lines []string
	for _, s := range spans {
		lines = append(lines, fmt.Sprint(s.TraceID(), " ", s.ParentSpanID(), " > ", s.SpanID(), " ", s.Service, " ", s.Name(), " ", s.Attributes().AsRaw()))
	}
	return strings.Join(lines, "\n")
}

// logs are what the nodes say.
func logs(t *testing.T, data string) (all []string) {
	files, err := filepath.Glob(filepath.Join(data, "n*", "log"))
	if err != nil || len(files) != 3 {
		t.Errorf("logs of nodes: %v, %v", files, err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Error(err)
		}
		all = append(all, string(text))
	}
	return all
}

// members waits until the cluster says where its nodes are.
func members(t *testing.T, ctx context.Context, data string) (addresses []string) {
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for {
		var nodes []struct{ HTTP string }
		text, err := os.ReadFile(filepath.Join(data, "cluster.json"))
		if err == nil && json.Unmarshal(text, &nodes) == nil && len(nodes) == 3 {
			for _, n := range nodes {
				addresses = append(addresses, n.HTTP)
			}
			return addresses
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			t.Fatal("the cluster does not say where its nodes are")
		}
	}
}

// free is an address of this machine that nobody had a moment ago, and that the system gives
// to nobody who asks for any.
func free(t *testing.T) string {
	for range 100 {
		if l, err := net.Listen("tcp", fmt.Sprint("127.0.0.1:", 20_000+rand.N(12_000))); err == nil {
			defer l.Close()
			return l.Addr().String()
		}
	}
	t.Fatal("no port is free")
	return ""
}
