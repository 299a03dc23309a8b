package judging

import (
	"maps"
	"slices"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/lab/frame"
)

// Weak is what is known of a weak lane. It holds what the senders were told
// against what replicas show, again and again, for what a weak lane shows may
// change at any time.
//
// It looks at the newest messages only, and what has left that window stays as it
// was judged last. So the figures are a lower bound, until the exact judge has read the
// replicas in full and tells what became of all of them. Where even that judge knows only
// how many it were at least, they stay a lower bound.
type Weak struct {
	Lane     frame.Lane
	began    time.Time // of the run
	Counts   frame.Counts
	series   frame.Series
	strip    frame.Strip
	promises map[string]*promise // by id, of the window
	order    []*promise          // oldest first
	views    map[string]view     // by node
	settled  frame.LaneFindings  // of what has left the window, or was judged exactly
	Findings frame.LaneFindings
	witness  frame.Witness
	accused  *promise     // that the witness is about; nil where it is the exact judge's
	ghosts   []frame.Line // lost messages, newest last
}

// promise is what a sender was told.
type promise struct {
	message          api.Placed
	at               time.Time // of its ok
	lost             bool
	moved, duplicate bool
	exact            bool     // the exact judge has counted it
	in               []string // nodes that show it at its seq, at the last look
}

// view is the newest part of a lane as a node showed it last.
type view struct {
	from     uint64 // the first seq that was asked for
	messages []api.Placed
	read     time.Time
}

const (
	weakWindow = 400 // messages
	// lostAfter is how long a message may be on its way to the other replicas.
	lostAfter = 1500 * time.Millisecond
)

// NewWeak begins to judge a lane of a run that began at a moment.
func NewWeak(lane frame.Lane, began time.Time) *Weak {
	return &Weak{Lane: lane, began: began, promises: map[string]*promise{}, views: map[string]view{}}
}

// Load says that the load was switched, or changed to messages a second.
func (w *Weak) Load(now time.Time, on bool, rate int) { w.strip.Load(now, on, rate) }

// Price is what an ok took at the median since the setting changed.
func (w *Weak) Price(now time.Time) time.Duration {
	_, p50, _, _ := w.series.Read(now)
	return p50
}

// Priced says that the setting has changed.
func (w *Weak) Priced(now time.Time) { w.series.Priced(now) }

// Answered takes what an attempt to send came to. due is when the message was
// to be sent, and doubtful says that an earlier attempt with its id ended
// unknown.
func (w *Weak) Answered(now, due time.Time, m api.Message, doubtful bool, a Answer) {
	w.strip.Count(now, a.Outcome)
	if !w.Counts.Add(a.Outcome, a.Duplicate, doubtful) {
		return
	}
	w.series.Add(now, now.Sub(due))
	w.settled.Exact, w.Findings.Exact = false, false // nobody has judged this one
	if w.promises[m.ID] == nil {
		p := &promise{message: api.Placed{Seq: a.Seq, ID: m.ID, Sender: m.Sender, Body: m.Body, Epoch: a.Epoch}, at: now}
		w.promises[m.ID] = p
		w.order = append(w.order, p)
	}
	for len(w.order) > weakWindow { // what leaves the window keeps its last judgement
		w.order[0].addTo(&w.settled)
		delete(w.promises, w.order[0].message.ID)
		w.order = w.order[1:]
	}
}

// addTo counts what became of a promise, unless the exact judge has.
func (p *promise) addTo(v *frame.LaneFindings) {
	if p.exact {
		return
	}
	if p.lost {
		v.Lost++
	}
	if p.moved {
		v.Moved++
	}
	if p.duplicate {
		v.Duplicated++
	}
}

// Shown takes what a replica shows from a seq on, to its end.
func (w *Weak) Shown(now time.Time, node string, from uint64, messages []api.Placed) {
	w.views[node] = view{from: from, messages: messages, read: now}
}

// Judged takes what the exact judge found, with nothing on its way.
func (w *Weak) Judged(j frame.LaneJudgement) {
	c := j.Report.Counts
	w.settled = frame.LaneFindings{Lost: uint64(c.Lost), Duplicated: uint64(c.Duplicated), Moved: uint64(c.Reordered), Differ: w.Findings.Differ, Exact: !c.AtLeast}
	w.Findings = w.settled
	for _, p := range w.order {
		p.exact = true
	}
	w.witness, w.accused = frame.Witness{}, nil
	if !w.Findings.Clean() {
		w.witness = j.Worst()
	}
}

// Gone: a node does not answer, and what it showed is no longer to be seen.
func (w *Weak) Gone(node string) { delete(w.views, node) }

// Only takes the nodes that answer; what others showed is no longer to be seen.
func (w *Weak) Only(nodes []string) {
	maps.DeleteFunc(w.views, func(id string, _ view) bool { return !slices.Contains(nodes, id) })
}

// From is the seq behind which a reading begins that covers the window.
func (w *Weak) From() uint64 {
	first := uint64(0)
	for _, p := range w.order {
		if seq := p.message.Seq; first == 0 || seq < first {
			first = seq
		}
	}
	return max(first, weakWindow/4+1) - weakWindow/4 - 1
}

// partly says whether the readings left out older messages.
func (w *Weak) partly() bool {
	for _, v := range w.views {
		if v.from > 0 {
			return true
		}
	}
	return false
}

// View is the lane as it stands, without its members.
func (w *Weak) View(now time.Time) frame.LaneView {
	f := frame.LaneView{Lane: w.Lane, Counts: w.Counts, Findings: w.Findings, Witness: w.witness}
	w.series.Found(now, w.Findings.Lost, w.Findings.Moved)
	f.Seconds, f.P50, f.P99, _ = w.series.Read(now)
	f.Strip, _ = w.strip.Spans(now)
	return f
}

// Chat is what a member sees at a node, which answers or does not.
func (w *Weak) Chat(node string, fresh bool) frame.Chat {
	c := frame.Chat{Node: node, Fresh: fresh}
	messages := w.views[node].messages
	// Somebody who reads sees that a message is there twice at the second of them.
	older := map[string]bool{}
	for _, m := range messages[max(0, len(messages)-8*frame.ChatLines):max(0, len(messages)-frame.ChatLines)] {
		older[m.ID] = true
	}
	messages = messages[max(0, len(messages)-frame.ChatLines):]
	differs := func(m api.Placed) bool { // from what any other replica shows there
		for at, v := range w.views {
			if id, ok := v.at(m.Seq); at != node && ok && id != m.ID {
				return true
			}
		}
		return false
	}
	for _, m := range messages {
		line := frame.Line{Seq: m.Seq, Sender: m.Sender, Body: m.Body}
		if differs(m) {
			line.Mark = frame.Differs
		}
		if p := w.promises[m.ID]; p != nil && p.message.Seq != m.Seq {
			line.Mark, line.Was = frame.Moved, p.message.Seq
		}
		if older[m.ID] {
			line.Mark = frame.Twice
		}
		older[m.ID] = true
		c.Lines = append(c.Lines, line)
	}
	// The newest lost ones are shown where they were, for as long as they would be on
	// the screen.
	if len(messages) > 0 {
		for _, g := range w.ghosts[max(0, len(w.ghosts)-3):] {
			if g.Seq+4*frame.ChatLines >= messages[0].Seq {
				c.Lines = append(c.Lines, g)
			}
		}
		slices.SortStableFunc(c.Lines, func(a, b frame.Line) int { return int(a.Seq) - int(b.Seq) })
		c.Lines = c.Lines[max(0, len(c.Lines)-frame.ChatLines):]
	}
	return c
}
