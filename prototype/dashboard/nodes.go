package dashboard

import (
	"fmt"
	"strings"
	"time"

	"lockstep/prototype/lab"
)

// term is the class that gives a term its colour.
func term(t uint64) string { return fmt.Sprintf("term-%d", t%8) }

func broken(n lab.Node) bool {
	switch n.Condition {
	case lab.ConditionPaused, lab.ConditionCut, lab.ConditionDown:
		return true
	}
	return false
}

func healWord(n lab.Node) string {
	switch n.Condition {
	case lab.ConditionPaused:
		return "Resume"
	case lab.ConditionCut:
		return "Reconnect"
	}
	return "Start"
}

// roleWord is the role of a node that takes part, and its condition otherwise.
func roleWord(n lab.Node) string {
	switch {
	case n.Condition == lab.ConditionUp && n.Leader:
		return "leader"
	case n.Condition == lab.ConditionUp && n.Shard.Role != "":
		return n.Shard.Role
	case n.Condition == lab.ConditionUp:
		return "up"
	}
	return string(n.Condition)
}

func nodeClass(n lab.Node) string {
	class := strings.ReplaceAll(string(n.Condition), " ", "-")
	if n.Leader {
		class += " leader"
	}
	return class
}

func index(n lab.Node, i uint64) string {
	if !n.Known {
		return "–"
	}
	return count(i)
}

func process(n lab.Node) string {
	switch {
	case n.Condition == lab.ConditionDown:
		return "ended"
	case n.PID == 0:
		return "in this page"
	case !n.Condition.Reachable() && n.Age > 0:
		return fmt.Sprintf("%d, silent for %.0f s", n.PID, n.Age.Truncate(time.Second).Seconds())
	}
	return fmt.Sprintf("%d", n.PID)
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
