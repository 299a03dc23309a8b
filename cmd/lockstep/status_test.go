package main

import (
	"strings"
	"testing"

	"lockstep/prototype/api"
	"lockstep/prototype/link"
)

// TestStatus_troubles: whatever a node says is wrong is printed, and tells by the exit
// code where it concerns the cluster; a stranger that was refused does not.
func TestStatus_troubles(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(n *nodeStatus)
		says   string
		sound  bool
	}{
		"nothing":             {func(*nodeStatus) {}, "", true},
		"a full disk":         {func(n *nodeStatus) { n.Shards[0].Disk = "no space left" }, "n1, shard 0: no space left\n", false},
		"another history":     {func(n *nodeStatus) { n.Shards[0].Trouble = "histories have forked" }, "n1, shard 0: histories have forked\n", false},
		"no leader":           {func(n *nodeStatus) { n.Shards[0].Leader = "" }, "shard 0 has no leader\n", false},
		"a member is refused": {func(n *nodeStatus) { n.Refusals = []link.Refusal{{Peer: "n2", By: "n1", Detail: "version 3"}} }, "n1 and n2: n1 refuses the connection: version 3\n", false},
		"it is refused":       {func(n *nodeStatus) { n.Refusals = []link.Refusal{{Peer: "n2", By: "n2", Detail: "name"}} }, "n1 and n2: n2 refuses the connection: name\n", false},
		"a stranger":          {func(n *nodeStatus) { n.Refusals = []link.Refusal{{Peer: "x", By: "n1", Detail: "name"}} }, "n1 and x: n1 refuses the connection: name\n", true},
	} {
		nodes := []nodeStatus{
			{Status: api.Status{Node: "n1", Shards: []api.ShardStatus{{Role: "leader", Leader: "n1"}}}},
			{Status: api.Status{Node: "n2"}},
		}
		tt.change(&nodes[0])
		var out strings.Builder
		if sound := printStatus(&out, nodes); sound != tt.sound || !strings.HasSuffix(out.String(), tt.says) {
			t.Errorf("%s: sound is %v\n%s", name, sound, out.String())
		}
	}
}
