package state

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"lockstep/site/review/entry"
	"lockstep/site/review/event"
	"lockstep/site/review/merge"
	"lockstep/site/review/refusal"
)

// State is what the events of one page add up to. It depends on the set of events
// alone, and not on the order in which they came: see [fold] and package merge. It
// is not safe for concurrent use.
type State struct {
	*fold
	Page string
	N    uint64 // number of the newest event in the log
	Head Head   // of the set of events

	log     []*item            // in the order in which they came
	events  map[string]Outcome // by the id that its author gave it
	notices []Notice           // of accepted events, in the order of the log
	rebuilt int                // how often the sum was made anew
}

// Entry is an event as it is given to a state.
type Entry struct {
	Event     event.Event
	Raw       []byte      // the event as it is hashed
	Page      string      // default: the state's
	Parents   []string    // nil: everything that the state has
	Body      *event.Body // nil if it has none, or was redacted
	Signature string
	// N is its number in the log that it comes from; 0 stands for the next one of the
	// state.
	N uint64
}

// New has seen nothing.
func New() *State {
	graph, items := merge.NewGraph(), make(map[string]*item)
	return &State{fold: newFold(graph, items), events: make(map[string]Outcome)}
}

// Apply adds an event that stands on everything before it. Raw is the event as it
// is hashed, and body what it says, nil if that was redacted. The error is a
// refusal: the event is in the log and in the chain, and has no other effect.
func (s *State) Apply(raw []byte, e event.Event, body *event.Body) *refusal.Error {
	s.Add([]Entry{{Raw: raw, Event: e, Body: body}}) // cannot fail: its parents are the heads
	return s.log[len(s.log)-1].refusal
}

// Add adds events, each after its parents. One without parents stands on
// everything before it. The error is that of a missing parent; the state is of no
// use then.
func (s *State) Add(entries []Entry) error {
	linear := true
	for _, e := range entries {
		it := &item{Entry: e}
		if it.Page == "" {
			it.Page = s.Page
		}
		if it.Parents == nil {
			it.Parents = s.graph.Heads()
		}
		it.id = entry.Line{Page: it.Page, Parents: it.Parents, Event: it.Raw}.ID()
		it.sum = sha256.Sum256(it.Raw)
		s.N++
		it.n = cmp.Or(it.N, s.N)
		if was := s.items[it.id]; was != nil { // two imports at once
			was.copies = append(was.copies, it.n)
			s.rebuilt++ // its body may have been shredded, and this one's not
			continue
		}
		follows := s.graph.Follows(it.Parents)
		if err := s.graph.Add(it.id, keyOf(it.Event), it.Parents); err != nil {
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

// Join is what the events of several states add up to: those of the names that one
// page had. It is there to be read; each number in it is that of an event's own log,
// where whatever changes a thread belongs.
func Join(states ...*State) *State {
	if len(states) == 1 {
		return states[0]
	}
	var entries []Entry
	for _, s := range states {
		for _, it := range s.log {
			e := it.Entry
			e.N = it.n
			entries = append(entries, e)
		}
	}
	s := New()
	s.Page = states[0].Page
	s.Add(entries) // cannot fail: each has its parents before it
	return s
}

// keyOf orders events that did not know of each other: by their time, as their
// authors' clocks had it.
func keyOf(e event.Event) string { return e.Time.UTC().Format("2006-01-02T15:04:05.000000000") }

// note remembers what became of an event.
func (s *State) note(it *item) {
	if _, known := s.events[it.Event.ID]; !known {
		s.events[it.Event.ID] = Outcome{it.n, it.Event.Actor.ID, it.refusal}
	}
	if it.refusal == nil {
		s.notices = append(s.notices, noticeOf(it.n, it.Event))
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
		if len(it.Parents) == 1 {
			base = tips[it.Parents[0]]
			delete(tips, it.Parents[0])
		}
		if base == nil {
			past := s.graph.Past(it.Parents)
			base = s.sum(order, func(id string) bool { return past[id] })
		}
		it.refusal, it.decided = base.judge(it), true
		base.pass(it)
		tips[id] = base
	}
	s.fold = s.sum(order, func(string) bool { return true })
	s.rebuilt++
	s.events, s.notices = make(map[string]Outcome), nil
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

// Missing are the ids of events whose bodies are not there, and should be.
func (s *State) Missing() (ids []string) {
	gone := make(map[string]bool)
	for _, id := range s.shredded {
		gone[id] = true
	}
	for _, it := range s.log {
		if it.Event.Body != "" && it.Body == nil && !gone[it.id] {
			ids = append(ids, it.id)
		}
	}
	return ids
}

// Lines are the events in the order in which they came, as they are exported.
func (s *State) Lines() []entry.Line {
	lines := make([]entry.Line, 0, len(s.log))
	for i, it := range s.log {
		line := entry.Line{Page: it.Page, N: uint64(i) + 1, Parents: slices.Clone(it.Parents), Event: it.Raw, Signature: it.Signature}
		if it.Body != nil {
			line.Text, line.Salt = &it.Body.Text, it.Body.Salt
		}
		if line.Parents == nil {
			line.Parents = []string{}
		}
		lines = append(lines, line)
	}
	return lines
}
