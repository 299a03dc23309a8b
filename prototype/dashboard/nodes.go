package dashboard

import (
	"fmt"
	"strings"
	"time"

	"lockstep/prototype/lab/frame"
)

// term is the number of a term's colour.
func term(t uint64) string { return "01234567"[t%8 : t%8+1] }

// button is an action on one node. The four keep their ids whatever they say,
// so that focus stays where it is.
type button struct {
	ID, Verb, Word string
	Idle           bool // makes no sense at the moment; the answer to a click says why
}

func buttons(n frame.Node) []button {
	down, paused, cut := n.Condition == frame.ConditionDown, n.Condition == frame.ConditionPaused, n.Condition == frame.ConditionCut
	list := []button{
		{"kill-" + n.ID, "kill", "Kill", down},
		{"pause-" + n.ID, "pause", "Pause", down},
		{"cut-" + n.ID, "cut", "Cut off", down || paused},
		{"restart-" + n.ID, "restart", "Restart", false},
	}
	switch {
	case down:
		list[3].Word = "Start"
	case paused:
		list[1].Verb, list[1].Word = "heal", "Resume"
	case cut:
		list[2].Verb, list[2].Word = "heal", "Reconnect"
	}
	return list
}

// epoch is the term that a node has reached, and how old that news is if the
// node does not answer.
func epoch(n frame.Node) string {
	words := "term " + count(n.Shard.Term)
	if !n.Condition.Reachable() && n.Age >= time.Second {
		words += fmt.Sprintf(", %d s ago", int(n.Age.Seconds()))
	}
	return words
}

// roleWord is the role of a node that takes part, and its condition otherwise.
func roleWord(n frame.Node) string {
	switch {
	case n.Condition == frame.ConditionUp && n.Leader:
		return "leader"
	case n.Condition == frame.ConditionUp && n.Returning:
		return "catching up"
	case n.Condition == frame.ConditionUp && n.Shard.Role != "":
		return n.Shard.Role
	case n.Condition == frame.ConditionUp:
		return "up"
	}
	return string(n.Condition)
}

// nodeIs is the state of a node for the eye.
func nodeIs(n frame.Node) string {
	switch {
	case n.Condition == frame.ConditionCut:
		return "cut"
	case n.Condition == frame.ConditionUp && n.Leader:
		return "leader"
	}
	return string(n.Condition)
}

// broken says whether there is anything to heal.
func broken(f frame.Frame) bool {
	for _, n := range f.Nodes {
		if len(n.Ails) > 0 || n.Condition != frame.ConditionUp && n.Condition != frame.ConditionStarting {
			return true
		}
	}
	return f.Chaos
}

// brokenWords is what is broken at a node; "–" if nothing is.
func brokenWords(n frame.Node) string {
	words := n.Ails
	if n.Condition != frame.ConditionUp {
		words = append([]string{string(n.Condition)}, words...)
	}
	return orDash(strings.Join(words, ", "))
}

func index(n frame.Node, i uint64) string {
	if !n.Known {
		return "–"
	}
	return count(i)
}

func process(n frame.Node) string {
	switch {
	case n.Condition == frame.ConditionDown:
		return "ended"
	case n.PID == 0:
		return "in this page"
	}
	return integer(n.PID)
}

func shardRole(role string) string {
	switch role {
	case "leader":
		return "leads"
	case "follower":
		return "follows"
	case "candidate":
		return "asks"
	}
	return "–"
}

func shardCell(role string) string {
	if role == "" || role == "shutdown" {
		return "away"
	}
	return role
}
