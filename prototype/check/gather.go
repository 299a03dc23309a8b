package check

import (
	"cmp"
	"iter"
	"math"
	"slices"

	"lockstep/prototype/history"
)

// A long history is a few large slices, and everything else points into them.
// That, and looking at each message of each read only until it is known to be
// the one that was there before, is what makes the judge quick.

// operation is an invoke and what became of it. end is nil if nobody knows.
type operation struct {
	invoke *history.Event
	end    *history.Event
	// from and to are the places of the two in the history, which tell before
	// from after where clocks are too coarse to. Without an end, to is beyond
	// everything.
	from, to int
	again    *operation // the next attempt to send the same message
}

func (o *operation) ended(t history.Type) bool { return o.end != nil && o.end.Type == t }

// maybe says whether the operation may have taken effect.
func (o *operation) maybe() bool { return !o.ended(history.Fail) }

// events are the operation's, cut down to the messages with these seqs.
func (o *operation) events(seqs ...uint64) []history.Event {
	list := []history.Event{*o.invoke}
	if o.end != nil {
		end := *o.end
		end.Messages = nil
		for _, m := range o.end.Messages {
			if slices.Contains(seqs, m.Seq) {
				end.Messages = append(end.Messages, m)
			}
		}
		list = append(list, end)
	}
	return list
}

// message is all attempts to send one message.
type message struct {
	id, sender, body string
	oldest, newest   *operation // attempts, in the order in which they began
	first            *operation // the first attempt that may have had an effect; nil if none
	acked            *operation // the attempt that was acknowledged first; nil if none
	seq              uint64     // where it was seen first; 0 if nobody saw it
	seen             *operation // that saw it there
	doubled          bool       // seen elsewhere as well
}

// attempts are all of them, in the order in which they began.
func (m *message) attempts() iter.Seq[*operation] {
	return func(yield func(*operation) bool) {
		for o := m.oldest; o != nil && yield(o); o = o.again {
		}
	}
}

// conversation is what a history tells of one.
type conversation struct {
	name     string
	messages []*message // in the order of their first attempt
	byID     map[string]*message
	strays   map[string]sight // by id: messages that nobody sent
	reads    []*operation     // that were answered, in the order of their ends
	finals   []*replica       // by node
	shown    shown
}

// gather sorts the events by conversation.
func gather(events []history.Event, counts *Counts) []*conversation {
	sends, highest := 0, 0
	for i := range events {
		if events[i].Type == history.Invoke && events[i].Kind == history.Send {
			sends++
		}
		highest = max(highest, events[i].Op)
	}
	end := ends(events, highest)
	operations := make([]operation, 0, len(events))
	messages := make([]message, 0, sends)
	var list []*conversation
	byName := make(map[string]*conversation)
	for i := range events {
		e := &events[i]
		if e.Type != history.Invoke {
			continue
		}
		c := byName[e.Conversation]
		if c == nil {
			c = &conversation{name: e.Conversation, byID: map[string]*message{}, strays: map[string]sight{}}
			byName[e.Conversation] = c
			list = append(list, c)
		}
		o := operation{invoke: e, from: i, to: math.MaxInt}
		if place := end(e.Op); place > 0 {
			o.end, o.to = &events[place], place
		}
		operations = append(operations, o)
		if e.Kind == history.Read {
			c.addRead(&operations[len(operations)-1], counts)
			continue
		}
		m := c.byID[e.ID]
		if m == nil {
			messages = append(messages, message{id: e.ID, sender: e.Sender, body: e.Body})
			m = &messages[len(messages)-1]
			c.byID[m.id] = m
			c.messages = append(c.messages, m)
		}
		m.attempt(&operations[len(operations)-1], counts)
	}
	counts.Conversations, counts.Messages, counts.Attempts = len(list), len(messages), sends
	for _, c := range list {
		slices.SortStableFunc(c.reads, func(a, b *operation) int { return cmp.Compare(a.to, b.to) })
		slices.SortFunc(c.finals, func(a, b *replica) int { return cmp.Compare(a.node, b.node) })
		for _, f := range c.finals {
			f.assemble()
		}
	}
	return list
}

// ends finds the place of a completion by the number of its operation, or 0. A
// recorder numbers operations without gaps; other writers may not.
func ends(events []history.Event, highest int) func(op int) int {
	if highest > 2*len(events) {
		sparse := make(map[int]int, len(events)/2)
		for i := range events {
			if events[i].Type != history.Invoke {
				sparse[events[i].Op] = i
			}
		}
		return func(op int) int { return sparse[op] }
	}
	dense := make([]int, highest+1)
	for i := range events {
		if events[i].Type != history.Invoke && events[i].Op >= 0 {
			dense[events[i].Op] = i
		}
	}
	return func(op int) int {
		if op < 0 {
			return 0
		}
		return dense[op]
	}
}

func (m *message) attempt(o *operation, counts *Counts) {
	if m.oldest == nil {
		m.oldest = o
	} else {
		m.newest.again = o
	}
	m.newest = o
	if m.first == nil && o.maybe() {
		m.first = o
	}
	switch {
	case o.ended(history.OK):
		if m.acked == nil {
			counts.Acknowledged++
		}
		if m.acked == nil || o.to < m.acked.to {
			m.acked = o
		}
	case o.ended(history.Fail):
		counts.Refused++
	default:
		counts.Unknown++
	}
}

func (c *conversation) addRead(o *operation, counts *Counts) {
	if !o.ended(history.OK) {
		return
	}
	counts.Reads++
	c.reads = append(c.reads, o)
	if !o.invoke.Final {
		return
	}
	i := slices.IndexFunc(c.finals, func(f *replica) bool { return f.node == o.invoke.Node })
	if i < 0 {
		i = len(c.finals)
		c.finals = append(c.finals, &replica{node: o.invoke.Node})
	}
	c.finals[i].pages = append(c.finals[i].pages, o)
}
