package linear

import (
	"math"

	"lockstep/prototype/history"
)

// content is a message as it is shown: id, sender and body, as a number from 1.
type content uint32

// operation is one that the model can step through. Times are places in the
// history, which are finer than clocks.
type operation struct {
	invoke, end *history.Event // end is nil if there was none
	call, back  int64
	message     content   // that is sent
	strong      bool      // a read of the log as it is
	shown       []content // by a read
	retried     bool      // the message is sent more than once
	reused      bool      // the sender used the id for another text, too
	place       uint64    // where a send of unknown outcome is seen; 0 if unknown
	maybe       bool      // a send of unknown outcome
}

func (o *operation) isSend() bool { return o.invoke.Kind == history.Send }

// position is the seq to which an operation belongs, 0 if that is not known.
func (o *operation) position() uint64 {
	switch {
	case o.maybe:
		return o.place
	case o.isSend():
		return o.end.Seq
	}
	return o.end.Last
}

type key struct{ lane, conversation string }

// story is what a history tells of one conversation.
type story struct {
	key
	operations []*operation
	contents   map[history.Message]content // without seq and epoch
	ids        []string                    // by content
	senders    []string                    // by content
	texts      map[[2]string]int           // by sender and id: different ones that were sent
	attempts   map[content]int             // those that may have had an effect
	known      map[uint64]content          // by seq, as it was first shown
	newest     uint64                      // highest seq that anybody was told
}

func (s *story) content(id, sender, body string) content {
	m := history.Message{ID: id, Sender: sender, Body: body}
	c, found := s.contents[m]
	if !found {
		s.ids, s.senders = append(s.ids, id), append(s.senders, sender)
		c = content(len(s.ids) - 1)
		s.contents[m] = c
	}
	return c
}

// stories sorts a history by conversation, in the order in which they appear.
// Operations without effect on anybody are left out: sends that failed, and reads
// without an answer.
func stories(events []history.Event) []*story {
	ends := make(map[int]int, len(events)/2)
	for i := range events {
		if events[i].Type != history.Invoke {
			ends[events[i].Op] = i
		}
	}
	var list []*story
	byKey := map[key]*story{}
	for i := range events {
		e := &events[i]
		if e.Type != history.Invoke || e.Kind == history.Digest {
			continue
		}
		k := key{e.Lane, e.Conversation}
		s := byKey[k]
		if s == nil {
			s = &story{key: k, contents: map[history.Message]content{}, ids: []string{""}, senders: []string{""}, texts: map[[2]string]int{}, attempts: map[content]int{}, known: map[uint64]content{}}
			byKey[k] = s
			list = append(list, s)
		}
		o := &operation{invoke: e, call: int64(i), back: math.MaxInt64}
		if end, found := ends[e.Op]; found {
			o.end, o.back = &events[end], int64(end)
		}
		s.add(o)
	}
	for _, s := range list {
		s.settle()
	}
	return list
}

func (s *story) add(o *operation) {
	answered := o.end != nil && o.end.Type == history.OK
	e := o.invoke
	if !o.isSend() {
		if !answered {
			return
		}
		o.strong = e.Level == "linearizable" || e.Level == "leader" || e.Final
		for _, m := range o.end.Messages {
			c := s.content(m.ID, m.Sender, m.Body)
			o.shown = append(o.shown, c)
			s.see(m.Seq, c)
		}
		s.newest = max(s.newest, o.end.Last)
		s.operations = append(s.operations, o)
		return
	}
	if o.end != nil && o.end.Type == history.Fail {
		return
	}
	o.message = s.content(e.ID, e.Sender, e.Body)
	if s.attempts[o.message]++; s.attempts[o.message] == 1 {
		s.texts[[2]string{e.Sender, e.ID}]++
	}
	if answered {
		s.see(o.end.Seq, o.message)
	} else {
		o.maybe, o.back = true, math.MaxInt64
	}
	s.operations = append(s.operations, o)
}

func (s *story) see(seq uint64, c content) {
	if _, found := s.known[seq]; !found {
		s.known[seq] = c
	}
	s.newest = max(s.newest, seq)
}

// settle tells sends of unknown outcome where their message was seen.
func (s *story) settle() {
	places := make(map[content]uint64, len(s.known))
	for seq, c := range s.known {
		if before, found := places[c]; !found || seq < before {
			places[c] = seq
		}
	}
	for _, o := range s.operations {
		if !o.isSend() {
			continue
		}
		o.retried = s.attempts[o.message] > 1
		o.reused = s.texts[[2]string{o.invoke.Sender, o.invoke.ID}] > 1
		if o.maybe {
			o.place = places[o.message]
		}
	}
}
