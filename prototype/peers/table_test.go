package main

import (
	"strings"
	"testing"
	"time"
)

func measured() *results {
	r := &results{}
	r.add("one", "lockstep-wal-http", sample{Rate: 300, P50: 2 * time.Millisecond, P99: 4 * time.Millisecond})
	r.add("one", jetStreamSynced, sample{Rate: 200, P50: 3 * time.Millisecond, P99: 5 * time.Millisecond})
	r.add("one", etcdName, sample{Rate: 100, P50: 6 * time.Millisecond, P99: 9 * time.Millisecond})
	r.add(failoverLoad, "lockstep-wal", sample{Windows: []time.Duration{200 * time.Millisecond, 400 * time.Millisecond}})
	r.add(failoverLoad, etcdName, sample{Windows: []time.Duration{1500 * time.Millisecond}})
	return r
}

func TestTable(t *testing.T) {
	var out strings.Builder
	printTable(&out, measured())
	var got []string
	for line := range strings.Lines(out.String()) {
		if fields := strings.Fields(line); len(fields) > 0 {
			got = append(got, strings.Join(fields, " "))
		}
	}
	want := []string{
		"one 1/s p50 ms p99 ms x jetstream-sync x etcd",
		"lockstep-wal-http 300 2.00 4.00 1.50 3.00",
		"jetstream-sync 200 3.00 5.00 1.00 2.00",
		"etcd 100 6.00 9.00 0.50 1.00",
		"failover kills p50 ms max ms x jetstream-sync x etcd",
		"lockstep-wal 2 300.00 400.00 - 5.00",
		"etcd 1 1500.00 1500.00 - 1.00",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestEvidenceHasWhatTheTableShows(t *testing.T) {
	e := newEvidence(options{seed: 7, rounds: 1, duration: time.Second}, "abc", time.Millisecond, measured())
	if got := e.Medians["one"][etcdName]["p99_ms"]; got != 9 {
		t.Errorf("p99 of etcd is %v ms, want 9", got)
	}
	if got := e.Ratios[failoverLoad]["lockstep-wal"]; len(got) != 1 || got[etcdName] != 5 {
		t.Errorf("ratios of a failover are %v, want those to measured peers alone", got)
	}
	if got := e.Windows[failoverLoad]["lockstep-wal"]; len(got) != 2 {
		t.Errorf("windows are %v, want both", got)
	}
	if e.Commit != "abc" || e.Seed != 7 || e.Date == "" || e.Machine == "" {
		t.Errorf("nobody could repeat %+v", e)
	}
}
