package main

import (
	"strings"
	"testing"

	"lockstep/prototype/api"
)

// TestStatus_trouble: a replica that takes no part is told of, and whoever asks in a
// script sees it by the exit code.
func TestStatus_trouble(t *testing.T) {
	shard := api.ShardStatus{Role: "follower", Leader: "n2"}
	nodes := []nodeStatus{{Status: api.Status{Node: "n1", Shards: []api.ShardStatus{shard}}}}
	var out strings.Builder
	if !printStatus(&out, nodes) {
		t.Errorf("a sound cluster is said to be in trouble: %s", out.String())
	}
	nodes[0].Shards[0].Trouble = "its history has forked"
	out.Reset()
	if printStatus(&out, nodes) || !strings.Contains(out.String(), "n1, shard 0: its history has forked") {
		t.Errorf("a replica that has stopped is said to be sound: %s", out.String())
	}
}
