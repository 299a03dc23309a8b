package dashboard

import (
	"fmt"
	"strings"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/lab/frame"
)

func promise(l frame.Lane) string {
	switch l {
	case frame.LaneLazy:
		return "A leader decides. Ok after a majority has it in memory; the disk gets it each second."
	case frame.LaneLeader:
		return "A leader decides and says ok at once. It replicates later."
	case frame.LaneClock:
		return "Clocks decide. Whoever is asked says ok at once."
	}
	return "A leader decides. Ok after a majority has it on disk."
}

func levelPromise(l api.Level) string {
	switch l {
	case api.LevelLinearizable:
		return "the leader proves that it leads"
	case api.LevelLeader:
		return "the leader trusts its lease"
	case api.LevelSession:
		return "never older than what this reader has seen"
	}
	return "whatever the replica has"
}

func verdictSign(l frame.LaneView) string {
	if l.Findings.Clean() {
		return "✓"
	}
	return "✗"
}

func verdictWord(l frame.LaneView) string {
	if l.Findings.Clean() {
		return "✓ Kept."
	}
	return "✗ Broken."
}

func verdictDetail(l frame.LaneView) string {
	v := l.Findings
	if v.Clean() {
		if v.Differ > 0 {
			return fmt.Sprintf("Every ok holds so far. Replicas show different messages at %s seqs now.", count(v.Differ))
		}
		return "Every ok holds so far."
	}
	var parts []string
	for _, p := range []struct {
		n    uint64
		word string
	}{{v.Lost, "lost"}, {v.Moved, "moved"}, {v.Duplicated, "doubled"}} {
		if p.n > 0 {
			parts = append(parts, counted(l, p.n)+" "+p.word)
		}
	}
	return strings.Join(parts, ", ") + " after the ok."
}

// counted is a number of broken promises. The lab looks at the newest part of a weak
// lane only, so there it is a lower bound until the exact judge has counted, and says so.
func counted(l frame.LaneView, n uint64) string {
	return atLeast(n, l.Lane != frame.LaneQuorum && !l.Findings.Exact)
}

// atLeast is a number that wears the sign if it is a lower bound; 0 bounds nothing.
func atLeast(n uint64, bound bool) string {
	if bound && n > 0 {
		return "≥ " + count(n)
	}
	return count(n)
}

func laneStripWords(l frame.LaneView) string { return string(l.Lane) + ": " + stripWords(l.Strip) }

// laneTitle: a number as a word reads better, and there are few lanes.
func laneTitle(f frame.Frame) string {
	words := []string{"No", "One", "Two", "Three", "Four", "Five", "Six"}
	if n := len(f.Lanes); n != 1 && n < len(words) {
		return words[n] + " ways to order the same chat"
	}
	return "Ways to order the same chat"
}

func latency(d time.Duration) string {
	if d == 0 {
		return "–"
	}
	return millis(d)
}

// The two members that look at the same conversation.
var readers = []string{"Mia", "Noor"}

func reader(i int) string { return readers[i%len(readers)] }

func chatLabel(lane frame.Lane, i int, c frame.Chat) string {
	return string(lane) + " lane as " + reader(i) + " sees it at " + c.Node
}

func chatPlace(c frame.Chat) string {
	if !c.Fresh {
		return "at " + c.Node + ", as it last answered"
	}
	return "at " + c.Node
}

func markWords(m frame.Line) string {
	switch m.Mark {
	case frame.Moved:
		return "was " + count(m.Was)
	case frame.Gone:
		return "lost"
	case frame.Twice:
		return "twice"
	case frame.Differs:
		return "differs"
	}
	return ""
}

func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func trueFalse(b bool) string {
	if b {
		return "true"
	}
	return "false"
}
