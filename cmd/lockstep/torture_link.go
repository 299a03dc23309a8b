package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"time"

	"lockstep/prototype/fault"
	"lockstep/prototype/lab/action"
	labrun "lockstep/site/run"
)

// labLink is the end of an address below which the laboratory in the browser goes
// through the faults of a schedule, at the moments that the schedule gives, from
// the schedule's seed. It says how many faults the laboratory has no tool for.
//
// It shows the same failures, and not the same run: the load there is the
// laboratory's own, and what is random there follows from the seed in another way.
func labLink(s fault.Schedule) (link string, left int) {
	var actions []labrun.Action
	for i, step := range s.Faults {
		verb, ok := labVerb(step.Fault)
		target, err := fault.ParseTarget(step.Target, s.Topology)
		if !ok || err != nil || !slices.Contains([]fault.Role{fault.Leader, fault.Successor, fault.Named}, target.Role) {
			left++
			continue
		}
		name := string(verb)
		if target.Role == fault.Successor {
			step.At = s.Faults[i-1].Until // it is struck when the leader before is back
		}
		if target.Role != fault.Named && slices.Contains([]action.Verb{action.Kill, action.Pause, action.Cut}, verb) {
			name += "-leader"
		}
		actions = append(actions, labrun.Action{At: labBegins + step.At.D(), Verb: name, Node: target.Node})
		if step.Until > 0 {
			actions = append(actions, labrun.Action{At: labBegins + step.Until.D(), Verb: string(action.Heal), Node: target.Node})
		}
	}
	if len(actions) == 0 || len(actions) > labMostActions || s.Topology.Nodes != labNodes {
		return "", len(s.Faults)
	}
	slices.SortStableFunc(actions, func(a, b labrun.Action) int { return cmp.Compare(a.At, b.At) })
	// The reader comes in a moment before the last thing that happens.
	at := actions[len(actions)-1].At - 500*time.Millisecond
	return "lab/#" + labrun.Fragment(int(s.Seed%(1<<31)), at, actions), left
}

const (
	// labBegins is when the laboratory has a leader and load for sure.
	labBegins      = 2 * time.Second
	labMostActions = 200 // beyond them an address gets too long

	longestWindow = "the failure with the longest window"
)

// labVerb is the tool of the laboratory for a fault.
func labVerb(f fault.Fault) (action.Verb, bool) {
	switch f.Kind {
	case fault.Kill:
		return action.Kill, true
	case fault.PowerLoss, fault.TornTail:
		return action.PowerOff, true
	case fault.Pause:
		return action.Pause, true
	case fault.Isolate:
		return action.Cut, true
	case fault.Drop:
		return action.Mute, f.Probability == 1 && f.Direction == fault.Out
	case fault.SlowDisk:
		return action.SlowDisk, true
	case fault.HungDisk:
		return action.HangDisk, true
	case fault.ClockJump:
		return action.Skew, true
	case fault.Transfer:
		return action.Transfer, true
	}
	return "", false
}

// around is a schedule with no more than one of its steps and what is in force at that
// time, from the beginning. A fault that strikes the successor of a leader needs the
// one before, which struck that leader.
func around(s fault.Schedule, step int) fault.Schedule {
	end := func(f fault.Step) fault.Duration { return max(f.At, f.Until) }
	of := s.Faults[step]
	kept := s
	kept.Faults = nil
	needed := false // by the step behind
	for i := len(s.Faults) - 1; i >= 0; i-- {
		f := s.Faults[i]
		if needed || i == step || f.At <= end(of) && end(f) >= of.At {
			kept.Faults = append(kept.Faults, f)
			target, err := fault.ParseTarget(f.Target, s.Topology)
			needed = err == nil && target.Role == fault.Successor
		}
	}
	slices.Reverse(kept.Faults)
	for i, first := 0, kept.Faults[0].At; i < len(kept.Faults); i++ {
		f := &kept.Faults[i]
		f.At -= first
		f.Until = max(0, f.Until-first)
	}
	return kept
}

// printLabLink tells where the failures of a schedule, which are called so, can be
// watched.
func printLabLink(out io.Writer, called string, s fault.Schedule) {
	link, left := labLink(s)
	if link == "" {
		return
	}
	fmt.Fprintf(out, "watch %s, under the laboratory's own load, at http://127.0.0.1:8080/%s\n", called, link)
	if left > 0 {
		fmt.Fprintf(out, "  %d of %d faults have no tool there and are left out\n", left, len(s.Faults))
	}
}
