package linear

import (
	"fmt"
	"slices"
	"strings"

	"github.com/anishathalye/porcupine"

	"lockstep/prototype/history"
)

// log is a state: what stands in the window so far. It is never changed, only
// copied.
type log struct {
	contents []content
	hash     uint64
	final    bool // a final read was taken: nothing comes any more
}

func (l log) with(c content) log {
	return log{contents: append(slices.Clip(l.contents), c), hash: (l.hash ^ uint64(c)) * 0x100000001b3}
}

// model steps through the operations of a window.
func (w *Window) model() porcupine.Model {
	m := porcupine.NondeterministicModel{
		Init: func() []any { return []any{log{hash: 0xcbf29ce484222325}} },
		Step: func(state, input, _ any) []any {
			l, o := state.(log), input.(*operation)
			if o.isSend() {
				return w.send(l, o)
			}
			if !w.shows(l, o) {
				return nil
			}
			l.final = l.final || o.invoke.Final
			return []any{l}
		},
		Equal: func(a, b any) bool {
			x, y := a.(log), b.(log)
			return x.hash == y.hash && x.final == y.final && slices.Equal(x.contents, y.contents)
		},
		Hash:              func(state any) uint64 { return state.(log).hash },
		DescribeOperation: func(input, _ any) string { return w.describe(input.(*operation)) },
		DescribeState:     func(state any) string { return w.describeLog(state.(log)) },
		DescribeOperationMetadata: func(metadata any) string {
			text, _ := metadata.(string)
			return text
		},
	}
	return m.ToModel()
}

// send gives the logs that an attempt may leave behind.
func (w *Window) send(l log, o *operation) []any {
	next := w.base + uint64(len(l.contents)) + 1
	at := w.find(l, o)
	var appended []any
	if !l.final {
		appended = []any{l.with(o.message)}
	}
	switch {
	case at > 0 && o.maybe, at == 0 && o.maybe && w.taken(l, o):
		return []any{l}
	case at == 0 && w.taken(l, o):
		return nil
	case at > 0:
		if o.end.Duplicate && o.end.Seq == at {
			return []any{l}
		}
		return nil
	case !o.maybe:
		if !o.end.Duplicate && o.end.Seq == next {
			return appended
		}
		return nil
	case o.place == 0:
		return append(appended, l)
	case o.place == next:
		return appended
	}
	return nil
}

// find gives the seq at which a message stands, or 0.
func (w *Window) find(l log, o *operation) uint64 {
	if !o.retried {
		return 0
	}
	for i, c := range l.contents {
		if c == o.message {
			return w.base + uint64(i) + 1
		}
	}
	return 0
}

// taken says whether the id stands for another text of the same sender.
func (w *Window) taken(l log, o *operation) bool {
	if !o.reused {
		return false
	}
	return slices.ContainsFunc(l.contents, func(c content) bool {
		return c != o.message && w.story.ids[c] == o.invoke.ID && w.story.senders[c] == o.invoke.Sender
	})
}

// shows says whether a read may have been shown this.
func (w *Window) shows(l log, o *operation) bool {
	length := w.base + uint64(len(l.contents))
	last, next := o.end.Last, o.invoke.After+1
	if last > length || o.strong && last < length {
		return false
	}
	for i, m := range o.end.Messages {
		if m.Seq != next || m.Seq > last {
			return false
		}
		next++
		if m.Seq > w.base {
			if l.contents[m.Seq-w.base-1] != o.shown[i] {
				return false
			}
		} else if before, found := w.story.known[m.Seq]; found && before != o.shown[i] {
			return false
		}
	}
	return len(o.end.Messages) > 0 || last <= o.invoke.After
}

func (w *Window) describe(o *operation) string {
	if o.isSend() {
		switch {
		case o.maybe:
			return fmt.Sprintf("send %s → unknown", o.invoke.ID)
		case o.end.Duplicate:
			return fmt.Sprintf("send %s → seq %d, duplicate", o.invoke.ID, o.end.Seq)
		}
		return fmt.Sprintf("send %s → seq %d", o.invoke.ID, o.end.Seq)
	}
	level := o.invoke.Level
	if o.invoke.Final {
		level = "final"
	}
	return fmt.Sprintf("%s read at %s → %s; newest %d", level, o.invoke.Node, some(o.end.Messages), o.end.Last)
}

// some names the last few messages, since those are what reads differ in.
func some(messages []history.Message) string {
	const most = 4
	var b strings.Builder
	if len(messages) > most {
		messages = messages[len(messages)-most:]
		b.WriteString("… ")
	}
	for _, m := range messages {
		fmt.Fprintf(&b, "%d:%s ", m.Seq, m.ID)
	}
	return strings.TrimSuffix(b.String(), " ")
}

func (w *Window) describeLog(l log) string {
	var tail []history.Message
	for i, c := range l.contents {
		tail = append(tail, history.Message{Seq: w.base + uint64(i) + 1, ID: w.story.ids[c]})
	}
	if len(tail) == 0 {
		return fmt.Sprintf("%d messages", w.base)
	}
	return some(tail)
}
