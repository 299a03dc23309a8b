package main

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"lockstep/prototype/fault"
	"lockstep/prototype/lab"
)

// labLink is the end of an address below which the laboratory in the browser goes
// through the faults of a schedule, at the moments that the schedule gives, from
// the schedule's seed. It says how many faults the laboratory has no tool for.
//
// It shows the same failures, and not the same run: the load there is the
// laboratory's own, and what is random there follows from the seed in another way.
func labLink(s fault.Schedule) (link string, left int) {
	type action struct {
		at   time.Duration
		verb string
		node string
	}
	var actions []action
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
		if target.Role != fault.Named && slices.Contains([]lab.Verb{lab.Kill, lab.Pause, lab.Cut}, verb) {
			name += "-leader"
		}
		actions = append(actions, action{labBegins + step.At.D(), name, target.Node})
		if step.Until > 0 {
			actions = append(actions, action{labBegins + step.Until.D(), string(lab.Heal), target.Node})
		}
	}
	if len(actions) == 0 || len(actions) > labMostActions || s.Topology.Nodes != labNodes {
		return "", len(s.Faults)
	}
	slices.SortStableFunc(actions, func(a, b action) int { return cmp.Compare(a.at, b.at) })
	list := make([][5]any, len(actions))
	for i, a := range actions {
		list[i] = [5]any{a.at.Nanoseconds(), a.verb, a.node, "", ""}
	}
	// The reader comes in a moment before the last thing that happens.
	text, err := json.Marshal([]any{s.Seed % (1 << 31), (actions[len(actions)-1].at - 500*time.Millisecond).Milliseconds(), list})
	if err != nil {
		return "", len(s.Faults)
	}
	return "lab/#run=" + base64.RawURLEncoding.EncodeToString(text), left
}

const (
	// labBegins is when the laboratory has a leader and load for sure.
	labBegins      = 2 * time.Second
	labMostActions = 200 // beyond them an address gets too long
)

// labVerb is the tool of the laboratory for a fault.
func labVerb(f fault.Fault) (lab.Verb, bool) {
	switch f.Kind {
	case fault.Kill:
		return lab.Kill, true
	case fault.PowerLoss, fault.TornTail:
		return lab.PowerOff, true
	case fault.Pause:
		return lab.Pause, true
	case fault.Isolate:
		return lab.Cut, true
	case fault.Drop:
		return lab.Mute, f.Probability == 1 && f.Direction == fault.Out
	case fault.SlowDisk:
		return lab.SlowDisk, true
	case fault.HungDisk:
		return lab.HangDisk, true
	case fault.ClockJump:
		return lab.Skew, true
	case fault.Transfer:
		return lab.Transfer, true
	}
	return "", false
}

// printLabLink tells where the failures of a schedule can be watched.
func printLabLink(out io.Writer, s fault.Schedule) {
	link, left := labLink(s)
	if link == "" {
		return
	}
	fmt.Fprintf(out, "watch these failures, under the laboratory's own load, at http://127.0.0.1:8080/%s\n", link)
	if left > 0 {
		fmt.Fprintf(out, "  %d of %d faults have no tool there and are left out\n", left, len(s.Faults))
	}
}
