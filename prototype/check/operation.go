package check

import (
	"math"
	"slices"

	"lockstep/prototype/history"
)

type outcome uint8

const (
	pending outcome = iota // as good as info
	ok
	fail
	info
)

func outcomeOf(t history.Type) outcome {
	switch t {
	case history.OK:
		return ok
	case history.Fail:
		return fail
	}
	return info
}

var types = [...]history.Type{ok: history.OK, fail: history.Fail, info: history.Info}

// operation is an invoke and what became of it. There is one for every attempt,
// so it is packed: strings that recur are numbers.
type operation struct {
	number int
	// from and to are the places of invoke and completion in the history, which
	// tell before from after where clocks are too coarse to. Without a completion,
	// to is beyond everything.
	from, to     int
	began, ended int64 // times, in nanoseconds
	conversation *conversation
	message      *message   // that a send sends; nil otherwise
	again        *operation // the next attempt to send the same message
	read         *read      // what a read asks and shows; nil otherwise
	node, error  name
	digest       name
	outcome      outcome
	duplicate    bool
	seq, epoch   uint64
	upto         uint64 // of a digest that was asked for
}

// read is what only reads have.
type read struct {
	reader         name // the session, if it is named
	level          name
	final          bool
	limit          int
	after, minSeq  uint64 // asked
	last, retained uint64 // told; retained is the oldest seq that was left
	lowest, newest uint64 // shown; 0 if nothing was
	messages       []history.Message
	floor          uint64     // the newest that this session had seen when it asked
	floorBy        *operation // that showed it
}

const beyond = math.MaxInt

// maybe says whether the operation may have taken effect.
func (o *operation) maybe() bool { return o.outcome != fail }

// showed gives the message that a read showed at a seq, or nil. A page that
// showed what everybody had been shown before was not kept: it is put together
// again from the first sights.
func (o *operation) showed(seq uint64) *history.Message {
	r := o.read
	if r == nil || o.outcome != ok || seq < r.lowest || seq > r.newest || seq == 0 {
		return nil
	}
	if r.messages != nil {
		i, found := slices.BinarySearchFunc(r.messages, seq, bySeq)
		if !found { // or out of order, which is density's finding
			if i = slices.IndexFunc(r.messages, func(m history.Message) bool { return m.Seq == seq }); i < 0 {
				return nil
			}
		}
		return &r.messages[i]
	}
	return o.conversation.sights.at(seq).asMessage(o.conversation.judge, seq)
}

// shows says whether a read showed a message at a seq.
func (o *operation) shows(m *message, seq uint64) bool {
	r := o.read
	if r.messages == nil && seq >= r.lowest && seq <= r.newest && seq > 0 {
		s := o.conversation.sights.at(seq)
		return s != nil && s.message == m
	}
	shown := o.showed(seq)
	return shown != nil && o.conversation.known(shown) == m
}

func bySeq(m history.Message, seq uint64) int {
	switch {
	case m.Seq < seq:
		return -1
	case m.Seq > seq:
		return 1
	}
	return 0
}

// events are the operation's, with the messages at these seqs alone.
func (o *operation) events(seqs ...uint64) []history.Event {
	names, c := &o.conversation.judge.names, o.conversation
	begin := history.Event{Time: o.began, Op: o.number, Type: history.Invoke, Kind: history.Digest,
		Node: names.text(o.node), Lane: c.lane, Conversation: c.name, Upto: o.upto}
	end := history.Event{Time: o.ended, Op: o.number, Type: types[o.outcome], Error: names.text(o.error),
		Digest: names.text(o.digest), Seq: o.seq, Epoch: o.epoch, Duplicate: o.duplicate}
	if m := o.message; m != nil {
		begin.Kind, begin.ID, begin.Sender, begin.Body = history.Send, m.id, names.text(m.sender), m.body
	}
	if r := o.read; r != nil {
		begin.Kind, begin.Level, begin.After, begin.Limit, begin.MinSeq = history.Read, names.text(r.level), r.after, r.limit, r.minSeq
		begin.Sender, begin.Final = names.text(r.reader), r.final
		end.Last, end.First = r.last, r.retained
		slices.Sort(seqs)
		for _, seq := range slices.Compact(seqs) {
			if m := o.showed(seq); m != nil {
				end.Messages = append(end.Messages, *m)
			}
		}
	}
	if o.outcome == pending {
		return []history.Event{begin}
	}
	return []history.Event{begin, end}
}

// name is a string that recurs, as a number.
type name uint32

type names struct {
	index map[string]name
	list  []string
}

func (n *names) of(s string) name {
	if s == "" {
		return 0
	}
	i, found := n.index[s]
	if !found {
		if n.list == nil {
			n.list = []string{""}
		}
		i = name(len(n.list))
		n.list, n.index[s] = append(n.list, s), i
	}
	return i
}

func (n *names) text(i name) string {
	if i == 0 {
		return ""
	}
	return n.list[i]
}

// arena gives out values in blocks: pointers to them stay good, and there are
// few objects for the garbage collector to visit.
type arena[T any] struct{ block []T }

func (a *arena[T]) new() *T {
	if len(a.block) == cap(a.block) {
		a.block = make([]T, 0, min(max(16, 2*cap(a.block)), 1<<8))
	}
	a.block = a.block[:len(a.block)+1]
	return &a.block[len(a.block)-1]
}
