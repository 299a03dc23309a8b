package frame

import (
	"fmt"
	"strings"
	"time"

	"lockstep/prototype/check"
)

// Judgement is the exact verdict on a run up to a moment. It is never changed.
type Judgement struct {
	At     time.Time
	Lanes  []LaneJudgement // in the order of Lanes; the first alone if there are Unread
	Unread []string        // nodes that could not be read: what is broken is so all the same
}

// LaneJudgement is the verdict on a lane.
type LaneJudgement struct {
	Lane      Lane
	Report    check.Report
	Witnesses []Witness // of the broken promises, in the order of check.Properties
	Folded    uint64    // the seq up to which the lane had been judged before, for good, and forgotten
}

// Words say what the run lost until then, lane by lane.
func (j *Judgement) Words() string {
	var kept, broke []string
	for _, lane := range j.Lanes {
		c := lane.Report.Counts
		var found []string
		for _, f := range []struct {
			n    int
			word string
		}{{c.Lost, "lost"}, {c.Reordered, "reordered"}, {c.Duplicated, "doubled"}} {
			switch {
			case f.n > 0 && c.AtLeast:
				found = append(found, fmt.Sprintf("%s at least %d", f.word, f.n))
			case f.n > 0:
				found = append(found, fmt.Sprintf("%s %d", f.word, f.n))
			}
		}
		if len(found) == 0 {
			kept = append(kept, fmt.Sprintf("%s kept all %d", lane.Lane, c.Acknowledged))
		} else {
			broke = append(broke, fmt.Sprintf("%s %s of %d", lane.Lane, strings.Join(found, ", "), c.Acknowledged))
		}
	}
	return "of the messages that were acknowledged in this run, " + strings.Join(append(kept, broke...), "; ")
}

// Worst is the proof that weighs most: of a message that did not stay where its ok said.
func (j LaneJudgement) Worst() (w Witness) {
	for _, w := range j.Witnesses {
		if w.Promise == check.Stability {
			return w
		}
	}
	if len(j.Witnesses) > 0 {
		return j.Witnesses[0]
	}
	return w
}
