package frame

import (
	"strings"
	"testing"

	"lockstep/prototype/check"
)

// TestJudgement_atLeast: where the exact judge knows only how many were lost at least, the
// words of a story say so.
func TestJudgement_atLeast(t *testing.T) {
	judged := LaneJudgement{Lane: LaneLeader, Report: check.Report{Counts: check.Counts{Acknowledged: 9, Lost: 2, AtLeast: true}}}
	if says := (&Judgement{Lanes: []LaneJudgement{judged}}).Words(); !strings.HasSuffix(says, "leader lost at least 2 of 9") {
		t.Error(says)
	}
}
