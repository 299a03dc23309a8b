package check

import (
	"fmt"
	"strings"

	"lockstep/prototype/history"
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
	Agreement  Property = "Agreement"
	Density    Property = "Density"
	Stability  Property = "Stability"
	SenderFIFO Property = "Sender FIFO"
	Once       Property = "Once"
	RealTime   Property = "Real-time order"
)

// Properties are all of them, in the order of the contract.
var Properties = []Property{Agreement, Density, Stability, SenderFIFO, Once, RealTime}

// Report is the judgement of a history.
type Report struct {
	Verdict Verdict            `json:"verdict"`
	Reasons []string           `json:"reasons,omitempty"` // why the verdict is Unknown
	Broken  map[Property]int   `json:"broken,omitempty"`  // number of violations
	Witness map[Property]Proof `json:"witness,omitempty"` // the first of each
	Counts  Counts             `json:"counts"`
}

// Proof shows a violation: a sentence, and the few events that contradict each
// other. Reads among them are cut down to the messages that matter.
type Proof struct {
	Sentence string          `json:"sentence"`
	Events   []history.Event `json:"events"`
}

// Counts say how much was judged, and how many messages suffered.
type Counts struct {
	Conversations int `json:"conversations"`
	Messages      int `json:"messages"`     // that somebody tried to send
	Acknowledged  int `json:"acknowledged"` // of the messages
	Attempts      int `json:"attempts"`
	Refused       int `json:"refused"` // of the attempts
	Unknown       int `json:"unknown"` // of the attempts
	Reads         int `json:"reads"`   // that were answered
	Replicas      int `json:"replicas"`

	Lost       int `json:"lost"`       // acknowledged or shown, and not in some replica's final order
	Duplicated int `json:"duplicated"` // in two places
	Reordered  int `json:"reordered"`  // in another place than acknowledged, or than the contract allows
}

// String is the report for people.
func (r Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d of %d messages acknowledged, %d lost, %d duplicated, %d reordered",
		r.Verdict, r.Counts.Acknowledged, r.Counts.Messages, r.Counts.Lost, r.Counts.Duplicated, r.Counts.Reordered)
	for _, reason := range r.Reasons {
		fmt.Fprintf(&b, "\n  not enough to judge: %s", reason)
	}
	for _, p := range Properties {
		if n := r.Broken[p]; n > 0 {
			fmt.Fprintf(&b, "\n  %s is broken (%d): %s", p, n, r.Witness[p].Sentence)
		}
	}
	return b.String()
}

// violate counts a violation and keeps the first of its kind.
func (r *Report) violate(p Property, sentence string, events ...history.Event) {
	r.Broken[p]++
	if _, ok := r.Witness[p]; !ok {
		r.Witness[p] = Proof{Sentence: sentence, Events: events}
	}
}

// lack notes a reason for which silence proves nothing.
func (r *Report) lack(format string, args ...any) {
	r.Reasons = append(r.Reasons, fmt.Sprintf(format, args...))
}
