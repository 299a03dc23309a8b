package dashboard

import (
	"fmt"
	"slices"

	"lockstep/prototype/check"
	"lockstep/prototype/history"
	"lockstep/prototype/lab"
)

func judgedWords(j *lab.Judgement) string {
	return fmt.Sprintf("Judged at %s, from %s operations in all lanes.", clock(j.At), count(uint64(operations(j))))
}

func operations(j *lab.Judgement) (n int) {
	for _, l := range j.Lanes {
		c := l.Report.Counts
		n += c.Attempts + c.Reads + c.Digests
	}
	return n
}

func propertyWords(r check.Report, p check.Property) string {
	switch r.Verdicts[p] {
	case check.OK:
		return "✓ kept"
	case check.Violated:
		return fmt.Sprintf("✗ broken, %s times", count(uint64(r.Broken[p])))
	}
	return "– not tried"
}

// judgedCounts are the rows below the promises.
var judgedCounts = []struct {
	word string
	of   func(check.Counts) int
}{
	{"acknowledged", func(c check.Counts) int { return c.Acknowledged }},
	{"lost", func(c check.Counts) int { return c.Lost }},
	{"duplicated", func(c check.Counts) int { return c.Duplicated }},
	{"reordered", func(c check.Counts) int { return c.Reordered }},
}

// proof is one broken promise. Where it is that of a lost message, it names the message,
// so that a page can look for it in the chats.
type proof struct {
	Words string
	Lane  lab.Lane
	Loses bool
	Lost  history.Message
}

// proofs are the smallest ones of all broken promises.
func proofs(j *lab.Judgement) (all []proof) {
	for _, l := range j.Lanes {
		for _, p := range check.Properties {
			if w, ok := l.Report.Witness[p]; ok {
				lost, loses := lostIn(w.Events)
				all = append(all, proof{string(p) + ": " + w.Sentence, l.Lane, loses && p == check.Stability, lost})
			}
		}
	}
	return all
}

// lostIn is the message that was acknowledged and that the reads of a proof do not show
// anywhere. One that they show elsewhere has moved.
func lostIn(events []history.Event) (m history.Message, lost bool) {
	op := 0
	for _, e := range events {
		switch {
		case e.Kind == history.Send && e.Type == history.Invoke && op == 0:
			op, m = e.Op, history.Message{ID: e.ID, Body: e.Body}
		case e.Op == op && e.Type == history.OK:
			m.Seq = e.Seq
		case slices.ContainsFunc(e.Messages, func(shown history.Message) bool { return shown.ID == m.ID }):
			return m, false
		}
	}
	return m, m.Seq > 0
}
