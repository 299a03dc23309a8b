package lab

import (
	"slices"
	"time"

	"lockstep/prototype/api"
)

// weak is what a lab knows of a weak lane. It holds what the senders were told
// against what replicas show, again and again, for what a weak lane shows may
// change at any time.
//
// It looks at the newest messages only, and what has left that window stays as it
// was judged last. So the figures are a lower bound, until the exact judge has read the
// replicas in full and tells what became of all of them. Where even that judge knows only
// how many it were at least, they stay a lower bound.
type weak struct {
	lane     Lane
	began    time.Time // of the run
	counts   Counts
	series   series
	strip    strip
	promises map[string]*promise // by id, of the window
	order    []*promise          // oldest first
	views    map[string]view     // by node
	settled  LaneFindings        // of what has left the window, or was judged exactly
	findings LaneFindings
	witness  Witness
	accused  *promise // that the witness is about; nil where it is the exact judge's
	ghosts   []Line   // lost messages, newest last
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

func newWeak(lane Lane, began time.Time) *weak {
	return &weak{lane: lane, began: began, promises: map[string]*promise{}, views: map[string]view{}}
}

func (w *weak) answered(now, due time.Time, m api.Message, doubtful bool, a Answer) {
	w.strip.count(now, a.Outcome)
	if !w.counts.add(a, doubtful) {
		return
	}
	w.series.add(now, now.Sub(due))
	w.settled.Exact, w.findings.Exact = false, false // nobody has judged this one
	if w.promises[m.ID] == nil {
		p := &promise{message: api.Placed{Seq: a.Seq, ID: m.ID, Sender: m.Sender, Body: m.Body, Epoch: a.Epoch}, at: now}
		w.promises[m.ID] = p
		w.order = append(w.order, p)
	}
	for len(w.order) > weakWindow { // what leaves the window keeps its last judgement
		w.settled.add(w.order[0])
		delete(w.promises, w.order[0].message.ID)
		w.order = w.order[1:]
	}
}

func (v *LaneFindings) add(p *promise) {
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

// shown takes what a replica shows from a seq on, to its end.
func (w *weak) shown(now time.Time, node string, from uint64, messages []api.Placed) {
	w.views[node] = view{from: from, messages: messages, read: now}
}

// judged takes what the exact judge found, with nothing on its way.
func (w *weak) judged(j LaneJudgement) {
	c := j.Report.Counts
	w.settled = LaneFindings{Lost: uint64(c.Lost), Duplicated: uint64(c.Duplicated), Moved: uint64(c.Reordered), Differ: w.findings.Differ, Exact: !c.AtLeast}
	w.findings = w.settled
	for _, p := range w.order {
		p.exact = true
	}
	w.witness, w.accused = Witness{}, nil
	if !w.findings.Clean() {
		w.witness = j.worst()
	}
}

// gone: a node does not answer, and what it showed is no longer to be seen.
func (w *weak) gone(node string) { delete(w.views, node) }

// from is the seq behind which a reading begins that covers the window.
func (w *weak) from() uint64 {
	first := uint64(0)
	for _, p := range w.order {
		if seq := p.message.Seq; first == 0 || seq < first {
			first = seq
		}
	}
	return max(first, weakWindow/4+1) - weakWindow/4 - 1
}

// partly says whether the readings left out older messages.
func (w *weak) partly() bool {
	for _, v := range w.views {
		if v.from > 0 {
			return true
		}
	}
	return false
}

// frame is the lane as it stands. The two members sit at the first and the last
// of the nodes that are given.
func (w *weak) frame(now time.Time, nodes []*observed) LaneFrame {
	f := LaneFrame{Lane: w.lane, Counts: w.counts, Findings: w.findings, Witness: w.witness}
	w.series.found(now, w.findings.Lost, w.findings.Moved)
	f.Seconds, f.P50, f.P99, _ = w.series.read(now)
	f.Strip, _ = w.strip.spans(now)
	for _, n := range seats(nodes) {
		f.Members = append(f.Members, w.chat(n))
	}
	return f
}

// seats are the nodes at which the two members sit.
func seats(nodes []*observed) []*observed {
	if len(nodes) < 2 {
		return nodes
	}
	return []*observed{nodes[0], nodes[len(nodes)-1]}
}

func (w *weak) chat(n *observed) Chat {
	c := Chat{Node: n.member.ID, Fresh: n.condition().Reachable()}
	messages := w.views[n.member.ID].messages
	// Somebody who reads sees that a message is there twice at the second of them.
	older := map[string]bool{}
	for _, m := range messages[max(0, len(messages)-8*ChatLines):max(0, len(messages)-ChatLines)] {
		older[m.ID] = true
	}
	messages = messages[max(0, len(messages)-ChatLines):]
	other := map[uint64]string{}
	for node, v := range w.views {
		if node == n.member.ID {
			continue
		}
		for _, m := range v.messages[max(0, len(v.messages)-4*ChatLines):] {
			other[m.Seq] = m.ID
		}
	}
	for _, m := range messages {
		line := Line{Seq: m.Seq, Sender: m.Sender, Body: m.Body}
		if id, ok := other[m.Seq]; ok && id != m.ID {
			line.Mark = Differs
		}
		if p := w.promises[m.ID]; p != nil && p.message.Seq != m.Seq {
			line.Mark, line.Was = Moved, p.message.Seq
		}
		if older[m.ID] {
			line.Mark = Twice
		}
		older[m.ID] = true
		c.Lines = append(c.Lines, line)
	}
	// The newest lost ones are shown where they were, for as long as they would be on
	// the screen.
	if len(messages) > 0 {
		for _, g := range w.ghosts[max(0, len(w.ghosts)-3):] {
			if g.Seq+4*ChatLines >= messages[0].Seq {
				c.Lines = append(c.Lines, g)
			}
		}
		slices.SortStableFunc(c.Lines, func(a, b Line) int { return int(a.Seq) - int(b.Seq) })
		c.Lines = c.Lines[max(0, len(c.Lines)-ChatLines):]
	}
	return c
}
