package view

import (
	"strconv"

	"lockstep/site"
)

func openTriggers(d *site.Decision) (n int) {
	for _, t := range d.Triggers {
		if t.Open() {
			n++
		}
	}
	return n
}

func hasTriggers(l *site.Log) bool {
	for _, p := range l.Decisions {
		if len(p.Decision.Triggers) > 0 {
			return true
		}
	}
	return false
}

// near is the part of the way from which on a trigger is worth a look.
const near = 0.75

func triggerClass(t site.Trigger) string {
	switch {
	case t.Open():
		return "bad"
	case t.Crossed, t.Way >= near:
		return "warn"
	}
	return "ok"
}

// triggerState says in a few words how far away a trigger is.
func triggerState(t site.Trigger) string {
	switch {
	case t.Open():
		return "crossed"
	case t.Crossed:
		return "crossed, answered"
	case t.Way == 0:
		return "not crossed"
	case t.Way >= 0.995:
		return "at its limit"
	case t.Way < 0.01:
		return "below 1 % of the way"
	}
	return strconv.Itoa(int(100*t.Way+0.5)) + " % of the way"
}
