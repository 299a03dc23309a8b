package review

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"lockstep/site/review/anchor"
	"lockstep/site/review/entry"
	"lockstep/site/review/merge"
)

// State is what the events of one page add up to. It depends on the set of events
// alone, and not on the order in which they came: see [fold] and package merge. It
// is not safe for concurrent use.
type State struct {
	*fold
	Page string
	N    uint64 // number of the newest event in the log
	Head Head   // of the set of events

	log     []*item // in the order in which they came
	events  map[string]event
	notices []notice // of accepted events, in the order of the log
	rebuilt int      // how often the sum was made anew
}

// event is what is remembered of every event, by the id that its author gave it.
type event struct {
	n       uint64
	actor   string
	refusal *Error
}

// Thread is a discussion, as the log has it.
type Thread struct {
	ID       string
	Opener   Person
	Intent   Intent
	Anchor   anchor.Anchor
	Anchored uint64 // number of the event that gave it its anchor
	Suggest  *Suggest
	Comments []*Comment
	End      *End // nil while it is open
	Version  uint64

	entry    string // the event that opened it
	last     change
	reopened []string // events
}

// End is how a thread ended.
type End struct {
	Kind   ResolutionKind
	Reason string
	By     Person
	At     time.Time
	Commit string

	signed signedEvent
}

// Comment is one contribution, as the log has it.
type Comment struct {
	ID       string
	Thread   string
	N        uint64
	Author   Person
	Body     string
	Created  time.Time
	Edited   time.Time
	Before   []Before
	Redacted bool
	Version  uint64

	entry  string // the event that made it
	last   change
	events []string // whose bodies are those of this comment
}

// Before is an earlier body.
type Before struct {
	Body string
	At   time.Time // when it was written
}

// Vote is a person's verdict.
type Vote struct {
	By       Person
	Verdict  Verdict
	Body     string
	Revision string
	At       time.Time
	N        uint64

	entry  string // id of the event
	signed signedEvent
}

// decides says whether a verdict is one on the text, and not words alone.
func (v *Vote) decides() bool { return v.Verdict != Comments }

// NewState has seen nothing.
func NewState() *State {
	graph, items := merge.NewGraph(), make(map[string]*item)
	return &State{fold: newFold(graph, items), events: make(map[string]event)}
}

// Apply adds an event that stands on everything before it. Raw is the event as it
// is hashed, and body what it says, nil if that was redacted. The error is a
// refusal: the event is in the log and in the chain, and has no other effect.
func (s *State) Apply(raw []byte, e Event, body *Body) *Error {
	it := &item{raw: raw, e: e, body: body}
	s.join([]*item{it}) // cannot fail: its parents are the heads
	return it.refusal
}

// join adds events, each after its parents. One without parents stands on
// everything before it. The error is that of a missing parent; the state is of no
// use then.
func (s *State) join(items []*item) error {
	linear := true
	for _, it := range items {
		if it.page == "" {
			it.page = s.Page
		}
		if it.parents == nil {
			it.parents = s.graph.Heads()
		}
		it.id = entry.Line{Page: it.page, Parents: it.parents, Event: it.raw}.ID()
		it.sum = sha256.Sum256(it.raw)
		s.N++
		it.n = s.N
		if was := s.items[it.id]; was != nil { // two imports at once
			was.copies = append(was.copies, it.n)
			s.rebuilt++ // its body may have been shredded, and this one's not
			continue
		}
		follows := s.graph.Follows(it.parents)
		if err := s.graph.Add(it.id, keyOf(it.e), it.parents); err != nil {
			return err
		}
		s.items[it.id] = it
		s.log = append(s.log, it)
		if linear = linear && follows; linear {
			it.refusal, it.decided = s.judge(it), true
			s.pass(it)
			s.note(it)
		}
	}
	if !linear {
		s.rebuild()
	}
	s.Head = headOf(s.graph.Heads())
	return nil
}

// keyOf orders events that did not know of each other: by their time, as their
// authors' clocks had it.
func keyOf(e Event) string { return e.Time.UTC().Format("2006-01-02T15:04:05.000000000") }

// note remembers what became of an event.
func (s *State) note(it *item) {
	if _, known := s.events[it.e.ID]; !known {
		s.events[it.e.ID] = event{it.n, it.e.Actor.ID, it.refusal}
	}
	if it.refusal == nil {
		s.notices = append(s.notices, noticeOf(it.n, it.e))
	}
}

// rebuild makes the sum anew, in the order of the graph. An event that was not
// judged yet is judged by the sum of what it stands on. Along a branch that sum
// grows from event to event; it is made anew where branches part and meet.
func (s *State) rebuild() {
	order := s.graph.Order()
	tips := make(map[string]*fold) // the sum up to an event, and with it
	for _, id := range order {
		it := s.items[id]
		if it.decided {
			continue
		}
		var base *fold
		if len(it.parents) == 1 {
			base = tips[it.parents[0]]
			delete(tips, it.parents[0])
		}
		if base == nil {
			past := s.graph.Past(it.parents)
			base = s.sum(order, func(id string) bool { return past[id] })
		}
		it.refusal, it.decided = base.judge(it), true
		base.pass(it)
		tips[id] = base
	}
	s.fold = s.sum(order, func(string) bool { return true })
	s.rebuilt++
	s.events, s.notices = make(map[string]event), nil
	for _, it := range s.log {
		s.note(it)
	}
}

// sum adds up the events of a part that has the parents of all that it has.
func (s *State) sum(order []string, in func(id string) bool) *fold {
	f := newFold(s.graph, s.items)
	for _, id := range order {
		if in(id) {
			f.pass(s.items[id])
		}
	}
	return f
}

// headOf stands for a set of events: where one event stands on all others it is
// the id of that one.
func headOf(heads []string) (h Head) {
	if len(heads) == 1 {
		hex.Decode(h[:], []byte(heads[0]))
		return h
	}
	if len(heads) > 1 {
		h = sha256.Sum256([]byte(strings.Join(heads, "\n")))
	}
	return h
}

// Heads are the ids of the events that nothing follows.
func (s *State) Heads() []string { return s.graph.Heads() }

// missing are the events whose bodies are not there, and should be.
func (s *State) missing() (all []*item) {
	gone := make(map[string]bool)
	for _, id := range s.shredded {
		gone[id] = true
	}
	for _, it := range s.log {
		if it.e.Body != "" && it.body == nil && !gone[it.id] {
			all = append(all, it)
		}
	}
	return all
}

// Lines are the events in the order in which they came, as they are exported.
func (s *State) Lines() []Line {
	lines := make([]Line, 0, len(s.log))
	for i, it := range s.log {
		line := Line{Page: it.page, N: uint64(i) + 1, Parents: slices.Clone(it.parents), Event: it.raw, Signature: it.signature}
		if it.body != nil {
			line.Text, line.Salt = &it.body.Text, it.body.Salt
		}
		if line.Parents == nil {
			line.Parents = []string{}
		}
		lines = append(lines, line)
	}
	return lines
}
