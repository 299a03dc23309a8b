//go:build unix

package main

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	prommodel "github.com/prometheus/common/model"
	"google.golang.org/protobuf/proto"

	"lockstep/prototype/cluster"
)

var updateMetrics = flag.Bool("update-metrics", false, "write content/metrics.txt from what a node and a probe export")

const (
	objectivesFile = "../../content/slo.yaml"
	metricsFile    = "../../content/metrics.txt"
)

// needs is the path of a program of Debian's package prometheus.
func needs(t *testing.T, program string) string {
	t.Helper()
	file, err := exec.LookPath(program)
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("no %s: run .ci/setup", program)
		}
		t.Skipf("no %s: install Debian's package prometheus", program)
	}
	return file
}

// TestObjectives_promtool: the rules of the design's own objectives pass the tests that
// are made with them.
func TestObjectives_promtool(t *testing.T) {
	promtool, dir := needs(t, "promtool"), t.TempDir()
	var out bytes.Buffer
	if code := run(t.Context(), []string{"slo", "--dir", "../..", "--out", dir}, nil, &out, &out); code != 0 {
		t.Fatalf("lockstep slo: exit code %d\n%s", code, out.String())
	}
	for verb, pattern := range map[string]string{"check": "rules-*.yaml", "test": "tests-*.yaml"} {
		files, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil || len(files) < 7 {
			t.Fatalf("%s: %v, %v", pattern, files, err)
		}
		for _, file := range files {
			t.Run(filepath.Base(file), func(t *testing.T) {
				t.Parallel()
				if out, err := exec.CommandContext(t.Context(), promtool, verb, "rules", file).CombinedOutput(); err != nil {
					t.Errorf("promtool %s rules: %v\n%s", verb, err, out)
				}
			})
		}
	}
}

// TestObjectives_metrics: content/metrics.txt is what a node and a probe export, and
// promtool has nothing against it.
func TestObjectives_metrics(t *testing.T) {
	binary := buildLockstep(t)
	p := &statusOf{Processes: startNodes(t, cluster.Config{Executable: binary, AllowFaults: true}), t: t}
	p.send()
	watch := startProbe(t, binary, p.targets(), "127.0.0.1:0")
	families := make(map[string]*dto.MetricFamily)
	for _, address := range []string{p.Members()[0].HTTP, watch.address} {
		maps.Copy(families, scrape(t, address))
	}
	var got bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(families)) {
		if strings.HasPrefix(name, "lockstep_") {
			if _, err := expfmt.MetricFamilyToText(&got, shape(families[name])); err != nil {
				t.Fatal(err)
			}
		}
	}
	if *updateMetrics {
		if err := os.WriteFile(metricsFile, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(metricsFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("run go test ./cmd/lockstep -run TestObjectives_metrics -update-metrics (-file +exported):\n%s", diff)
	}
	check := exec.CommandContext(t.Context(), needs(t, "promtool"), "check", "metrics")
	check.Stdin = &got
	if out, err := check.CombinedOutput(); err != nil {
		t.Errorf("promtool check metrics: %v\n%s", err, out)
	}
}

// shape is a metric with its help, type, labels and buckets, and without values: of
// series with the same labels the first.
func shape(f *dto.MetricFamily) *dto.MetricFamily {
	seen := make(map[string]bool)
	var kept []*dto.Metric
	for _, m := range f.Metric {
		var names []string
		for _, l := range m.Label {
			names = append(names, l.GetName())
			l.Value = proto.String("…")
		}
		if key := strings.Join(names, ","); seen[key] {
			continue
		} else {
			seen[key] = true
		}
		switch {
		case m.Counter != nil:
			m.Counter = &dto.Counter{Value: proto.Float64(0)}
		case m.Gauge != nil:
			m.Gauge = &dto.Gauge{Value: proto.Float64(0)}
		case m.Histogram != nil:
			h := &dto.Histogram{SampleCount: proto.Uint64(0), SampleSum: proto.Float64(0)}
			for _, b := range m.Histogram.Bucket {
				h.Bucket = append(h.Bucket, &dto.Bucket{UpperBound: b.UpperBound, CumulativeCount: proto.Uint64(0)})
			}
			m.Histogram = h
		}
		kept = append(kept, m)
	}
	f.Metric = kept
	return f
}

func scrape(t *testing.T, address string) map[string]*dto.MetricFamily {
	t.Helper()
	resp, err := http.Get("http://" + address + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	parser := expfmt.NewTextParser(prommodel.UTF8Validation)
	families, err := parser.TextToMetricFamilies(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return families
}

// probing is a probe as a process of its own.
type probing struct {
	address string
	stop    func()
}

// startProbe starts one and waits until it answers.
func startProbe(t *testing.T, binary, targets, addr string, more ...string) *probing {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cmd := exec.CommandContext(ctx, binary, append([]string{"probe", "--target", targets, "--addr", addr, "--every", "20ms"}, more...)...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := &probing{}
	ended := make(chan struct{})
	lines := bufio.NewReader(out)
	first, err := lines.ReadString('\n')
	go func() {
		defer close(ended)
		io.Copy(io.Discard, lines)
		cmd.Wait()
	}()
	p.stop = func() { cancel(); <-ended }
	t.Cleanup(p.stop)
	_, p.address, _ = strings.Cut(strings.TrimSuffix(strings.TrimSpace(first), "/metrics"), "http://")
	if err != nil || p.address == "" {
		t.Fatalf("the probe says %q, %v", first, err)
	}
	return p
}
