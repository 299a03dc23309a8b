package linear

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"time"

	"github.com/anishathalye/porcupine"

	"lockstep/prototype/check"
	"lockstep/prototype/history"
)

// Most is the largest number of operations in a window that makes sense.
const Most = 5000

// Window is a stretch of one conversation's history: the operations on a range
// of seqs. It points into the events that it was made of.
type Window struct {
	Lane, Conversation string
	From, To           uint64 // seqs
	Operations         int

	story      *story
	base       uint64 // what stands before it
	operations []*operation
	vague      bool // too much in it is unknown
	checked    porcupine.Model
	info       porcupine.LinearizationInfo
}

// Windows cuts a history into windows of at most so many operations each, unless
// more than that belong to one seq.
func Windows(events []history.Event, size int) []*Window {
	var list []*Window
	for _, s := range stories(events) {
		list = append(list, s.windows(min(max(size, 1), Most))...)
	}
	return list
}

// guesses is how many sends of unknown outcome and place a window may have. Each
// doubles the search.
const guesses = 8

func (s *story) windows(size int) []*Window {
	var placed, lost []*operation
	for _, o := range s.operations {
		if o.maybe && o.place == 0 {
			lost = append(lost, o)
		} else {
			placed = append(placed, o)
		}
	}
	slices.SortStableFunc(placed, func(a, b *operation) int { return cmp.Compare(a.position(), b.position()) })
	var list []*Window
	base := uint64(0)
	for len(placed) > 0 {
		n := min(size, len(placed))
		for n < len(placed) && n > 1 && placed[n].position() == placed[n-1].position() {
			n-- // a seq belongs to one window
		}
		if n == 1 {
			for n < len(placed) && placed[n].position() == placed[0].position() {
				n++
			}
		}
		to := placed[n-1].position()
		w := &Window{Lane: s.lane, Conversation: s.conversation, From: base + 1, To: to, story: s, base: base, operations: slices.Clone(placed[:n])}
		w.guess(lost)
		w.Operations = len(w.operations)
		list = append(list, w)
		placed, base = placed[n:], to
	}
	return list
}

// guess adds the sends that nobody saw to a window with places that nobody saw.
// Elsewhere they have no effect.
func (w *Window) guess(lost []*operation) {
	unseen := 0
	for seq := w.From; seq <= w.To && unseen == 0; seq++ {
		if _, found := w.story.known[seq]; !found {
			unseen++
		}
	}
	if unseen == 0 {
		return
	}
	w.vague = len(lost) > guesses
	w.operations = append(w.operations, lost[:min(len(lost), guesses)]...)
}

// Check searches for an order that explains the window. Without one the verdict
// is Violated; it is Unknown if the time is over first.
func (w *Window) Check(timeout time.Duration) check.Verdict {
	w.checked = w.model()
	result, info := porcupine.CheckOperationsVerbose(w.checked, w.timeline(), timeout)
	w.info = info
	switch {
	case result == porcupine.Ok:
		return check.OK
	case result == porcupine.Illegal && !w.vague:
		return check.Violated
	}
	return check.Unknown
}

// timeline is what porcupine takes. An operation without an end lasts until after
// all others; operations that overlap are on different rows.
func (w *Window) timeline() []porcupine.Operation {
	operations := slices.Clone(w.operations)
	slices.SortFunc(operations, func(a, b *operation) int { return cmp.Compare(a.call, b.call) })
	end := int64(0)
	for _, o := range operations {
		end = max(end, o.call)
		if o.back != math.MaxInt64 {
			end = max(end, o.back)
		}
	}
	var rows []int64 // when each is free again
	list := make([]porcupine.Operation, len(operations))
	for i, o := range operations {
		back := min(o.back, end+1)
		row := slices.IndexFunc(rows, func(free int64) bool { return free < o.call })
		if row < 0 {
			row = len(rows)
			rows = append(rows, 0)
		}
		rows[row] = back
		list[i] = porcupine.Operation{ClientId: row, Input: o, Call: o.call, Return: back, Metadata: o.when()}
	}
	return list
}

func (o *operation) when() string {
	text := fmt.Sprintf("operation %d, %.6f s", o.invoke.Op, float64(o.invoke.Time)/1e9)
	if o.end != nil {
		text += fmt.Sprintf(" to %.6f s", float64(o.end.Time)/1e9)
	}
	return text
}

// Draw writes a page that shows the window and, where no order explains it, how
// far the search came. Call it after Check.
func (w *Window) Draw(out io.Writer) error {
	if err := porcupine.Visualize(w.checked, w.info, out); err != nil {
		return fmt.Errorf("draw window: %w", err)
	}
	return nil
}
