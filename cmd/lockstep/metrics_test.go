//go:build unix

package main

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"lockstep/prototype/cluster"
)

// TestMetrics_stopped_leader: a leader whose process is stopped shows in the metrics of the
// others, which are the only ones that can tell: clients wait, somebody takes the lead,
// and that was not planned. When no majority is left, how long clients have waited grows
// until one is back.
func TestMetrics_stopped_leader(t *testing.T) {
	p := startNodes(t, cluster.Config{Executable: buildLockstep(t)})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	leader, _ := leaderOf(t, ctx, p, 0)
	var others, targets []string
	for _, m := range p.Members() {
		if m.ID != leader {
			others, targets = append(others, m.ID), append(targets, "http://"+m.HTTP)
		}
	}
	// sum adds up what the nodes say.
	sum := func(name string, targets ...string) (total float64) {
		for _, target := range targets {
			for line := range strings.Lines(metricLines(t, ctx, target, name+" ")) {
				value, err := strconv.ParseFloat(strings.TrimSpace(line[len(name):]), 64)
				if err != nil {
					t.Fatal(err)
				}
				total += value
			}
		}
		return total
	}
	await := func(what string, holds func() bool) {
		t.Helper()
		for !holds() {
			if ctx.Err() != nil {
				t.Fatal(what)
			}
		}
	}
	const (
		running = `lockstep_stall_running_seconds{shard="0"}`
		changes = `lockstep_leader_changes_total{planned="false",shard="0"}`
		stalls  = `lockstep_leader_stall_seconds_count{planned="false",shard="0"}`
		length  = `lockstep_leader_stall_seconds_sum{planned="false",shard="0"}`
	)
	load := startJudged(ctx, "room", nil, targets...)
	load.progress(t, ctx, 50)
	before := sum(changes, targets...)

	if err := p.Pause(leader); err != nil {
		t.Fatal(err)
	}
	await("nobody says that clients wait", func() bool { return sum(running, targets...) > 0.05 })
	await("nobody has counted a stall", func() bool { return sum(stalls, targets...) == 1 })
	if n, took := sum(changes, targets...)-before, sum(length, targets...); n != 1 || took < 0.1 || took > 5 {
		t.Errorf("%v changes of the lead, after a stall of %v s", n, took)
	}
	load.progress(t, ctx, 50)

	next, _ := leaderOf(t, ctx, p, 0)
	if err := p.Pause(next); err != nil {
		t.Fatal(err)
	}
	last := targets[1-slices.Index(others, next)]
	await("the last node does not say for how long clients wait", func() bool { return sum(running, last) > 3 })
	for _, id := range []string{leader, next} {
		if err := p.Resume(id); err != nil {
			t.Fatal(err)
		}
	}
	await("clients are served again, and the last node says they wait", func() bool { return sum(running, last) < 1 })
	load.judge(t, ctx, 100)
}
