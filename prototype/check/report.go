package check

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Verdict is what the judge says.
type Verdict string

const (
	OK       Verdict = "ok"
	Violated Verdict = "violated"
	Unknown  Verdict = "unknown" // not refuted, but not enough was seen either
)

// Property names a promise.
type Property string

const (
	Agreement         Property = "Agreement"
	Density           Property = "Density"
	Stability         Property = "Stability"
	SenderFIFO        Property = "Sender FIFO"
	Once              Property = "Once"
	RealTime          Property = "Real-time order"
	LinearizableReads Property = "Linearizable reads"
	LeaderReads       Property = "Leader reads"
	SessionReads      Property = "Monotonic session reads"
	Digests           Property = "Digests"
)

// Properties are all of them, in the order of the contract.
var Properties = []Property{Agreement, Density, Stability, SenderFIFO, Once, RealTime, LinearizableReads, LeaderReads, SessionReads, Digests}

// contract are those that any load puts to the test.
var contract = Properties[:6]

// Report is the judgement of a history.
type Report struct {
	// Verdict is Violated if any property is, else Unknown if not enough was seen,
	// else OK.
	Verdict  Verdict               `json:"verdict"`
	Reasons  []string              `json:"reasons,omitempty"` // why the verdict is Unknown
	Verdicts map[Property]Verdict  `json:"verdicts"`          // of each property
	Missing  map[Property][]string `json:"missing,omitempty"` // why a property's verdict is Unknown
	Broken   map[Property]int      `json:"broken,omitempty"`  // number of violations
	Witness  map[Property]Proof    `json:"witness,omitempty"` // the smallest of each
	Counts   Counts                `json:"counts"`
}

func (r Report) clone() Report {
	r.Reasons = slices.Clone(r.Reasons)
	r.Verdicts, r.Missing, r.Broken, r.Witness = maps.Clone(r.Verdicts), maps.Clone(r.Missing), maps.Clone(r.Broken), maps.Clone(r.Witness)
	for p, reasons := range r.Missing {
		r.Missing[p] = slices.Clone(reasons)
	}
	return r
}

// conclude makes verdicts of what was found and of what was missing.
func (r *Report) conclude() {
	for _, p := range Properties {
		switch {
		case r.Broken[p] > 0:
			r.Verdicts[p] = Violated
		case len(r.Missing[p]) > 0:
			r.Verdicts[p] = Unknown
		default:
			r.Verdicts[p] = OK
		}
	}
	switch {
	case len(r.Broken) > 0:
		r.Verdict = Violated
	case len(r.Reasons) > 0:
		r.Verdict = Unknown
	default:
		r.Verdict = OK
	}
}

// Counts say how much was judged, and how many messages suffered.
type Counts struct {
	Conversations int `json:"conversations"`
	Messages      int `json:"messages"`     // that somebody tried to send
	Acknowledged  int `json:"acknowledged"` // of the messages
	Attempts      int `json:"attempts"`
	Answered      int `json:"answered"` // of the attempts: told that it is in its place
	Refused       int `json:"refused"`  // of the attempts
	Unknown       int `json:"unknown"`  // of the attempts
	Reads         int `json:"reads"`    // that were answered
	Digests       int `json:"digests"`
	Compared      int `json:"compared"` // digests that another replica had given, too
	Replicas      int `json:"replicas"`

	Lost       int `json:"lost"`       // acknowledged or shown, and not in some replica's final order
	Duplicated int `json:"duplicated"` // shown, or acknowledged, in two places
	Reordered  int `json:"reordered"`  // in another place than acknowledged, or than the contract allows
	// AtLeast says that Lost, Duplicated and Reordered are lower bounds: a part of what was
	// forgotten is lost, and nobody knows of some of it whether it is still there, or of
	// messages in two places in how many they were.
	AtLeast bool `json:"at_least,omitempty"`
}

// String is the report for people.
func (r Report) String() string {
	var b strings.Builder
	atLeast := ""
	if r.Counts.AtLeast {
		atLeast = "at least "
	}
	fmt.Fprintf(&b, "%s: %d of %d messages acknowledged, %s%d lost, %s%d duplicated, %s%d reordered",
		r.Verdict, r.Counts.Acknowledged, r.Counts.Messages, atLeast, r.Counts.Lost, atLeast, r.Counts.Duplicated, atLeast, r.Counts.Reordered)
	for _, reason := range r.Reasons {
		fmt.Fprintf(&b, "\n  not enough to judge: %s", reason)
	}
	for _, p := range Properties {
		if n := r.Broken[p]; n > 0 {
			fmt.Fprintf(&b, "\n  %s is broken (%d): %s", p, n, r.Witness[p].Sentence)
		}
	}
	for _, v := range []Verdict{OK, Unknown} {
		var names []string
		for _, p := range Properties {
			if r.Verdicts[p] == v {
				names = append(names, string(p))
			}
		}
		if len(names) > 0 {
			fmt.Fprintf(&b, "\n  %s: %s", v, strings.Join(names, ", "))
		}
	}
	return b.String()
}
