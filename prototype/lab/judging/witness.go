package judging

import (
	"fmt"
	"strings"
	"time"

	"lockstep/prototype/check"
	"lockstep/prototype/history"
	"lockstep/prototype/lab/frame"
)

// witnessOf tells what events contradict each other, and what follows from it. All
// proofs of the page are made here: those of the exact judge and of a lane's own counts.
func witnessOf(p check.Property, events []history.Event, therefore string) frame.Witness {
	w := frame.Witness{Promise: p}
	t := telling{terms: termsDiffer(events), begins: p == check.SenderFIFO || p == check.RealTime}
	lost := true
	for i, begin := range events {
		if begin.Type != history.Invoke {
			continue
		}
		end := history.Event{Time: begin.Time}
		for _, e := range events[i+1:] {
			if e.Op == begin.Op && e.Type != history.Invoke {
				end = e
			}
		}
		said := begin.Kind == history.Send && end.Type == history.OK
		if w.Message.Seq == 0 && said {
			w.At, w.Message = time.Duration(end.Time), sentMessage(begin, end)
		} else if w.Message.Seq == 0 && len(end.Messages) > 0 {
			w.At, w.Message, lost = time.Duration(end.Time), end.Messages[0], false
		}
		for _, m := range end.Messages {
			lost = lost && m.ID != w.Message.ID
		}
		t.tell(begin, end)
	}
	if w.At == 0 && len(events) > 0 {
		w.At = time.Duration(events[len(events)-1].Time)
	}
	w.Lost = p == check.Stability && lost && w.Message.Seq > 0
	w.Sentence = strings.Join(t.clauses, "; ")
	if therefore != "" {
		w.Sentence += "; therefore " + therefore
	}
	w.Sentence += "."
	return w
}

// witnesses are those of a report, in the order of the promises. The exact judge calls
// messages by ids, which no chat shows, so only what follows from the events is taken.
func witnesses(r check.Report) (all []frame.Witness) {
	for _, p := range check.Properties {
		if proof, ok := r.Witness[p]; ok {
			all = append(all, witnessOf(p, proof.Events, proof.Therefore))
		}
	}
	return all
}

func sentMessage(begin, end history.Event) history.Message {
	return history.Message{Seq: end.Seq, ID: begin.ID, Sender: begin.Sender, Body: begin.Body, Epoch: end.Epoch}
}

// telling puts operations into clauses, one after the other.
type telling struct {
	clauses []string
	named   history.Message // the newest message that was called by its name
	begins  bool            // it matters when a message was sent
	terms   bool            // terms are told, since messages differ in nothing else
}

func (t *telling) tell(begin, end history.Event) {
	t.clauses = append(t.clauses, t.clause(begin, end))
}

func (t *telling) clause(begin, end history.Event) string {
	when := frame.OnClock(time.Duration(end.Time))
	if begin.Kind == history.Send {
		m := sentMessage(begin, end)
		sent := t.name(m)
		if t.begins || end.Type != history.OK && end.Type != history.Fail {
			sent += " was sent at " + frame.OnClock(time.Duration(begin.Time)) + " and"
		}
		switch {
		case end.Type == history.OK && end.Duplicate:
			return fmt.Sprintf("%s was called a duplicate of %s at %s", sent, t.place(m), when)
		case end.Type == history.OK:
			return fmt.Sprintf("%s had its ok as %s at %s", sent, t.place(m), when)
		case end.Type == history.Fail:
			return fmt.Sprintf("%s was refused at %s", sent, when)
		}
		return strings.TrimSuffix(sent, " and")
	}
	who := begin.Node
	if begin.Kind == history.Read && !begin.Final {
		who = fmt.Sprintf("a %s read at %s, begun at %s", begin.Level, begin.Node, frame.OnClock(time.Duration(begin.Time)))
	}
	if begin.MinSeq > 0 {
		who += fmt.Sprintf(" and asking for message %d", begin.MinSeq)
	}
	switch {
	case begin.Kind == history.Digest:
		return fmt.Sprintf("%s gives %.12s as its digest up to message %d at %s", who, end.Digest, end.Seq, when)
	case len(end.Messages) == 0 && end.Last == 0:
		return fmt.Sprintf("%s shows no message at %s", who, when)
	case len(end.Messages) == 0:
		return fmt.Sprintf("%s ends at message %d at %s", who, end.Last, when)
	}
	var shown []string
	for _, m := range end.Messages {
		shown = append(shown, t.name(m)+" as "+t.place(m))
	}
	return fmt.Sprintf("%s shows %s at %s", who, strings.Join(shown, " and "), when)
}

// name calls a message as a chat does, after the sender; the second time in a row it is
// "it".
func (t *telling) name(m history.Message) string {
	if m.ID == t.named.ID && m.Sender == t.named.Sender && m.Body == t.named.Body {
		return "it"
	}
	t.named = m
	return m.Sender + "’s “" + m.Body + "”"
}

func (t *telling) place(m history.Message) string {
	if t.terms {
		return fmt.Sprintf("message %d of term %d", m.Seq, m.Epoch)
	}
	return fmt.Sprintf("message %d", m.Seq)
}

// termsDiffer says whether the same message is shown at one seq in two terms.
func termsDiffer(events []history.Event) bool {
	terms := map[history.Message]uint64{}
	for _, e := range events {
		for _, m := range e.Messages {
			term := m.Epoch
			m.Epoch = 0
			if before, shown := terms[m]; shown && before != term {
				return true
			}
			terms[m] = term
		}
	}
	return false
}
