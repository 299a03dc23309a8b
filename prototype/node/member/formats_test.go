package member

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"lockstep/formattest"
	"lockstep/prototype/node/folder"
	"lockstep/prototype/node/roster"
)

// TestFormats: nodes of every version found shards, join and leave together, and learn
// the cluster's name. Those of ce0e543 say less.
func TestFormats(t *testing.T) {
	peer := roster.Peer{ID: "n4", HTTP: "n4:8080", Raft: "n4:9090"}
	mark := folder.Mark{Term: 3, Index: 300}
	formattest.HoldJSON(t, "founding.json", foundingQuestion{Life: "life1", Shards: []int{0, 1}, Marks: map[int]folder.Mark{2: mark}})
	formattest.Hold(t, "founding-ce0e543.json", foundingQuestion{Life: "life1", Shards: []int{0, 1}}, formattest.FromJSON, nil)
	formattest.HoldJSON(t, "founding-answer.json", foundingAnswer{Life: "life2", Held: []int{1}, Absent: []int{64}, Acknowledged: map[int]folder.Mark{2: mark}})
	formattest.Hold(t, "founding-answer-ce0e543.json", foundingAnswer{Life: "life2", Absent: []int{64}}, formattest.FromJSON, nil)
	formattest.HoldJSON(t, "members.json", Request{Step: StepAdmit, Shard: 1, Peer: peer, Index: 300, Life: "life1"})
	formattest.Hold(t, "members-ce0e543.json", Request{Step: StepPromote, Shard: 1, Peer: peer, Index: 300}, formattest.FromJSON, nil)
	formattest.HoldJSON(t, "members-answer.json", Answer{Done: true, Leader: "n2", Term: 2, Reason: "it has not been admitted", Removed: true, Admitted: mark})
	formattest.Hold(t, "members-answer-ce0e543.json", Answer{Leader: "n2", Reason: "it has not been admitted"}, formattest.FromJSON, nil)
	formattest.HoldJSON(t, "name.json", nameMessage{"0123456789abcdef0123456789abcdef"})
	formattest.HoldJSON(t, "list.json", []Member{{Peer: peer, Voter: 2, Joining: 1, Heard: true}})
}

// TestFormats_steps: a step is called the same by the node that asks and the leader.
func TestFormats_steps(t *testing.T) {
	if diff := cmp.Diff([]Step{"admit", "return", "belong", "promote", "remove", "left"}, []Step{StepAdmit, StepReturn, StepBelong, StepPromote, StepRemove, StepLeft}); diff != "" {
		t.Errorf("%s\n%s", diff, formattest.Frozen)
	}
}
