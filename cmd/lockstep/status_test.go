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
		"nothing":               {func(*nodeStatus) {}, "", true},
		"a full disk":           {func(n *nodeStatus) { n.Shards[0].Disk = "no space left" }, "n1, shard 0: no space left\n", false},
		"another history":       {func(n *nodeStatus) { n.Shards[0].Trouble = "histories have forked" }, "n1, shard 0: histories have forked\n", false},
		"a replica that forgot": {func(n *nodeStatus) { n.Shards[0].Trouble = "has lost a part" }, "n1, shard 0: has lost a part\n", false},
		"a member is refused":   {func(n *nodeStatus) { n.Refusals = []link.Refusal{{Peer: "n2", By: "n1", Detail: "version 3"}} }, "n1 and n2: n1 refuses the connection: version 3\n", false},
		"it is refused":         {func(n *nodeStatus) { n.Refusals = []link.Refusal{{Peer: "n2", By: "n2", Detail: "name"}} }, "n1 and n2: n2 refuses the connection: name\n", false},
		"a stranger":            {func(n *nodeStatus) { n.Refusals = []link.Refusal{{Peer: "x", By: "n1", Detail: "name"}} }, "n1 and x: n1 refuses the connection: name\n", true},
	} {
		nodes := []nodeStatus{
			{Status: api.Status{Node: "n1", Shards: []api.ShardStatus{{Role: "leader", Leader: "n1"}}}},
			{Status: api.Status{Node: "n2", Shards: []api.ShardStatus{{Role: "follower", Leader: "n1"}}}},
		}
		tt.change(&nodes[0])
		var out strings.Builder
		if sound := printStatus(&out, nodes); sound != tt.sound || !strings.HasSuffix(out.String(), tt.says) {
			t.Errorf("%s: sound is %v\n%s", name, sound, out.String())
		}
	}
}

// TestStatus_leaders: a shard has a leader if a node says that it leads it. That others
// name one counts only where that one was not asked.
func TestStatus_leaders(t *testing.T) {
	node := func(id, role, leader string) nodeStatus {
		return nodeStatus{Target: id, Status: api.Status{Node: id, Shards: []api.ShardStatus{{Role: role, Leader: leader}}}}
	}
	gone := nodeStatus{Target: "http://gone", Error: "does not answer"}
	for name, tt := range map[string]struct {
		nodes []nodeStatus
		says  string
		sound bool
	}{
		"it leads":                        {[]nodeStatus{node("n1", "leader", "n1"), node("n2", "follower", "n1")}, "", true},
		"it leads, another one is gone":   {[]nodeStatus{node("n1", "leader", "n1"), gone}, "", true},
		"it was not asked":                {[]nodeStatus{node("n2", "follower", "n1")}, "", true},
		"it is gone, and is still named":  {[]nodeStatus{node("n2", "follower", "n1"), gone}, "shard 0 has no leader that answers: the others name n1\n", false},
		"nobody knows one":                {[]nodeStatus{node("n1", "candidate", ""), node("n2", "follower", "")}, "shard 0 has no leader\n", false},
		"it is named, and denies it":      {[]nodeStatus{node("n1", "follower", "n2"), node("n2", "follower", "")}, "shard 0 has no leader\n", false},
		"none answers":                    {[]nodeStatus{gone, gone}, "no node answers\n", false},
		"one answers without any replica": {[]nodeStatus{{Status: api.Status{Node: "n1"}}}, "", false},
	} {
		var out strings.Builder
		if sound := printStatus(&out, tt.nodes); sound != tt.sound || !strings.HasSuffix(out.String(), tt.says) {
			t.Errorf("%s: sound is %v\n%s", name, sound, out.String())
		}
	}
}

// TestStatus_width: what a node says instead of an answer widens no column.
func TestStatus_width(t *testing.T) {
	n1 := nodeStatus{Target: "n1", Status: api.Status{Node: "n1", Shards: []api.ShardStatus{{Role: "leader", Leader: "n1"}}}}
	table := func(nodes ...nodeStatus) string {
		var out strings.Builder
		printStatus(&out, nodes)
		return out.String()
	}
	alone := table(n1)
	if beside := table(nodeStatus{Target: "n2", Error: strings.Repeat("no ", 50)}, n1); !strings.HasPrefix(beside, alone) {
		t.Errorf("got\n%s\nwant a table that begins with\n%s", beside, alone)
	}
}
