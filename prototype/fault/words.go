package fault

import (
	"fmt"
	"strings"
)

// String is the schedule for people, one fault a line.
func (s Schedule) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d nodes, %d shards, lane %s, seed %d: %g messages a second from %d sessions for %s",
		s.Topology.Nodes, s.Topology.Shards, s.Lane, s.Seed, s.Load.Rate, s.Load.Sessions, s.Duration)
	for _, step := range s.Faults {
		fmt.Fprintf(&b, "\n  %s", step)
	}
	return b.String()
}

// String is the step for people: "1.5s to 3s  drop at n2, probability 0.3".
func (s Step) String() string {
	when := s.At.String()
	if s.Until > 0 {
		when += " to " + s.Until.String()
	}
	if s.Kind == Partition {
		sides := make([]string, len(s.Sides))
		for i, side := range s.Sides {
			sides[i] = strings.Join(side, "+")
		}
		return when + "  partition into " + strings.Join(sides, " and ")
	}
	return when + "  " + s.Fault.String() + " at " + s.Target
}

// String is the fault for people.
func (f Fault) String() string {
	words := string(f.Kind)
	for _, name := range f.given() {
		switch name {
		case "peers":
			words += " to " + strings.Join(f.Peers, "+")
		case "direction":
			words += " " + string(f.Direction)
		case "delay":
			words += " of " + f.Delay.String()
		case "probability":
			words += fmt.Sprintf(" with probability %g", f.Probability)
		case "period":
			words += " every " + f.Period.String()
		case "by":
			words += " by " + f.By.String()
		case "shard":
			words += fmt.Sprintf(" of shard %d", f.Shard)
		case "rate":
			if f.Kind == Rate {
				words += fmt.Sprintf(" of %.0f bytes/s", f.Rate)
			} else {
				words += fmt.Sprintf(" to %g", f.Rate)
			}
		}
	}
	return words
}
