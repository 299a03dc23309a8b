package check

import (
	"fmt"
	"math"
	"strconv"

	"lockstep/prototype/history"
)

// Proof shows a violation: a sentence, and the few events that contradict each
// other. Reads among them are cut down to the messages that matter.
type Proof struct {
	Sentence  string          `json:"sentence"`
	Events    []history.Event `json:"events"`
	Therefore string          `json:"-"` // what follows from the events: the end of the sentence
}

// size is what a reader has to take in.
func (p Proof) size() int {
	n := len(p.Events)
	for _, e := range p.Events {
		n += len(e.Messages)
	}
	return n
}

// tries is how many proofs of broken promises of one kind are compared. Where
// everything is broken, one of the first is as good as any.
const tries = 64

// violate counts a violation and keeps the smallest proof of its kind, the
// earlier one of two that are equally small.
func (j *Judge) violate(p Property, c *conversation, events []history.Event, therefore, format string, args ...any) {
	r := &j.report
	r.Broken[p]++
	if r.Broken[p] > tries {
		return
	}
	lane := ""
	if c.lane != "" {
		lane = " (lane " + c.lane + ")"
	}
	proof := Proof{Sentence: fmt.Sprintf("In %s%s, %s; therefore %s.", c.name, lane, fmt.Sprintf(format, args...), therefore), Events: events, Therefore: therefore}
	if best, found := r.Witness[p]; !found || proof.size() < best.size() {
		r.Witness[p] = proof
	}
}

// witness puts the events of a few operations together, each operation once, with
// the messages at these seqs alone.
func witness(seqs []uint64, operations ...*operation) []history.Event {
	var events []history.Event
	for i, o := range operations {
		again := false
		for _, before := range operations[:i] {
			again = again || before == o
		}
		if o != nil && !again {
			events = append(events, o.events(append([]uint64(nil), seqs...)...)...)
		}
	}
	return events
}

// says is what an operation tells of a message, as a clause.
func (o *operation) says(what string, seq uint64) string {
	if o.message != nil {
		return fmt.Sprintf("%s was acknowledged as seq %d at %s", what, seq, seconds(o.ended))
	}
	return fmt.Sprintf("at %s %s shows %s as seq %d", seconds(o.ended), o.who(), what, seq)
}

// who names an operation in a sentence.
func (o *operation) who() string {
	names := &o.conversation.judge.names
	at := ""
	if o.node != 0 {
		at = " at " + names.text(o.node)
	}
	switch {
	case o.message != nil:
		return fmt.Sprintf("the attempt to send %s%s (operation %d)", o.message.id, at, o.number)
	case o.read == nil:
		return fmt.Sprintf("the digest%s (operation %d)", at, o.number)
	case o.read.final:
		return fmt.Sprintf("the final read%s (operation %d)", at, o.number)
	}
	return fmt.Sprintf("the %s read%s (operation %d)", names.text(o.read.level), at, o.number)
}

// seconds writes a moment: to the millisecond, or more exactly in the first second.
func seconds(ns int64) string {
	unit := 1e3
	if ns < 1e9 {
		unit = 1e6
	}
	return strconv.FormatFloat(math.Round(float64(ns)/1e9*unit)/unit, 'f', -1, 64) + " s"
}

func clip(s string) string {
	const most = 40
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return s
}
