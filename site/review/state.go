package review

import (
	"slices"
	"time"

	"lockstep/site/review/anchor"
)

// State is what the events of one page add up to. It is not safe for concurrent
// use.
type State struct {
	N    uint64 // number of the newest event
	Head Head
	// Published is the revision that the newest doc.published names.
	Published string

	threads  []*Thread // in the order in which they were opened
	byID     map[string]*Thread
	comments map[string]*Comment
	verdicts []*Vote // of each person one that decides and one that comments, at most
	events   map[string]event
	notices  []notice        // of accepted events
	shredded []string        // ids of events whose bodies were redacted
	missing  map[string]bool // events whose bodies are not there, and should be
}

// event is what is remembered of every event.
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
}

// End is how a thread ended.
type End struct {
	Kind   ResolutionKind
	Reason string
	By     Person
	At     time.Time
	Commit string
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
	events   []string // whose bodies are those of this comment
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
}

// decides says whether a verdict is one on the text, and not words alone.
func (v *Vote) decides() bool { return v.Verdict != Comments }

// NewState has seen nothing.
func NewState() *State {
	return &State{byID: make(map[string]*Thread), comments: make(map[string]*Comment), events: make(map[string]event), missing: make(map[string]bool)}
}

// Apply adds the next event. Raw is the event as it is hashed, and body what it
// says, nil if that was redacted. The error is a refusal: the event is in the log
// and in the chain, and has no other effect.
func (s *State) Apply(raw []byte, e Event, body *Body) *Error {
	s.N++
	s.Head = s.Head.next(raw)
	if _, again := s.events[e.ID]; again {
		return nil // a log gives each id once; an import may not
	}
	text := ""
	if body != nil {
		text = body.Text
	} else if e.Body != "" {
		s.missing[e.ID] = true
	}
	refusal := s.apply(e, text)
	s.events[e.ID] = event{s.N, e.Actor.ID, refusal}
	if refusal == nil {
		s.notices = append(s.notices, noticeOf(s.N, e))
	}
	return refusal
}

func (s *State) apply(e Event, text string) *Error {
	switch e.Type {
	case DocPublished:
		s.Published = e.Revision
		return nil
	case ThreadOpened:
		return s.open(e, text)
	case CommentAdded:
		return s.add(e, text)
	case CommentEdited, CommentRedacted:
		return s.change(e, text)
	case ThreadResolved, SuggestionApplied:
		return s.resolve(e, text)
	case ThreadReopened, ThreadRelinked:
		return s.reopen(e)
	case ReviewSubmitted, ReviewWithdrawn:
		return s.vote(e, text)
	}
	return invalid("there is no event %q", e.Type)
}

func (s *State) open(e Event, text string) *Error {
	switch {
	case s.comments[e.ID] != nil:
		return conflict("id-taken", "the id is taken")
	case len(s.threads) >= MaxThreads:
		return conflict("too-many", "the page has %d threads, and may not have more", len(s.threads))
	case e.Anchor == nil:
		return invalid("a thread needs an anchor")
	}
	first := &Comment{ID: e.ID, Thread: e.ID, N: s.N, Author: e.Actor, Body: text, Created: e.Time, Version: s.N, events: []string{e.ID}}
	t := &Thread{ID: e.ID, Opener: e.Actor, Intent: e.Intent, Anchor: *e.Anchor, Anchored: s.N, Suggest: e.Suggest, Comments: []*Comment{first}, Version: s.N}
	s.threads = append(s.threads, t)
	s.byID[t.ID], s.comments[first.ID] = t, first
	return nil
}

func (s *State) add(e Event, text string) *Error {
	t := s.byID[e.Thread]
	switch {
	case t == nil:
		return notFound("there is no such thread")
	case s.comments[e.ID] != nil:
		return conflict("id-taken", "the id is taken")
	case len(t.Comments) >= MaxComments:
		return conflict("too-many", "the thread has %d comments, and may not have more", len(t.Comments))
	}
	c := &Comment{ID: e.ID, Thread: t.ID, N: s.N, Author: e.Actor, Body: text, Created: e.Time, Version: s.N, events: []string{e.ID}}
	t.Comments = append(t.Comments, c)
	s.comments[c.ID] = c
	t.Version = s.N
	return nil
}

func (s *State) change(e Event, text string) *Error {
	c := s.comments[e.Comment]
	switch {
	case c == nil:
		return notFound("there is no such comment")
	case c.Redacted:
		return conflict("redacted", "the comment was redacted")
	case e.Seen != 0 && e.Seen != c.Version:
		return conflict("changed", "the comment was changed meanwhile, as event #%d; look at it again", c.Version)
	}
	c.Version, s.byID[c.Thread].Version = s.N, s.N
	if e.Type == CommentRedacted {
		c.Redacted, c.Body, c.Before = true, "", nil
		s.shredded = append(s.shredded, c.events...)
		for _, id := range c.events {
			delete(s.missing, id)
		}
		return nil
	}
	at := c.Created
	if !c.Edited.IsZero() {
		at = c.Edited
	}
	c.Before = append(c.Before, Before{c.Body, at})
	c.Body, c.Edited = text, e.Time
	c.events = append(c.events, e.ID)
	return nil
}

func (s *State) resolve(e Event, reason string) *Error {
	t := s.byID[e.Thread]
	switch {
	case t == nil:
		return notFound("there is no such thread")
	case t.End != nil:
		return conflict("resolved", "%s resolved the thread already, as %s", t.End.By.Name, t.End.Kind)
	case e.Seen != 0 && e.Seen != t.Version:
		return conflict("changed", "the thread was changed meanwhile, as event #%d; look at it again", t.Version)
	}
	t.End = &End{Kind: e.Kind, Reason: reason, By: e.Actor, At: e.Time, Commit: e.Commit}
	t.Version = s.N
	return nil
}

func (s *State) reopen(e Event) *Error {
	t := s.byID[e.Thread]
	switch {
	case t == nil:
		return notFound("there is no such thread")
	case e.Seen != 0 && e.Seen != t.Version:
		return conflict("changed", "the thread was changed meanwhile, as event #%d; look at it again", t.Version)
	case e.Type == ThreadReopened && t.End == nil:
		return conflict("open", "the thread is open")
	case e.Type == ThreadRelinked && e.Anchor == nil:
		return invalid("a thread needs an anchor")
	}
	if e.Type == ThreadReopened {
		t.End = nil
	} else {
		t.Anchor, t.Anchored = *e.Anchor, s.N
	}
	t.Version = s.N
	return nil
}

func (s *State) vote(e Event, text string) *Error {
	if e.Type == ReviewWithdrawn {
		n := len(s.verdicts)
		s.verdicts = slices.DeleteFunc(s.verdicts, func(v *Vote) bool { return v.By.ID == e.Actor.ID })
		if len(s.verdicts) == n {
			return conflict("no-verdict", "there is no verdict to withdraw")
		}
		return nil
	}
	if e.Verdict == Approve {
		if n := s.blockers(); n > 0 {
			return conflict("blockers", "%s open: resolve them, or ask those who opened them to", plural(n, "blocking thread is", "blocking threads are"))
		}
	}
	if e.Revision != s.Published {
		return conflict("revision", "the text has changed since; read it again")
	}
	// A comment takes back nothing: it stands beside what its author has decided.
	i := slices.IndexFunc(s.verdicts, func(v *Vote) bool { return v.By.ID == e.Actor.ID && v.decides() == (e.Verdict != Comments) })
	vote := &Vote{By: e.Actor, Verdict: e.Verdict, Body: text, Revision: e.Revision, At: e.Time, N: s.N}
	if i < 0 {
		s.verdicts = append(s.verdicts, vote)
	} else {
		s.verdicts[i] = vote
	}
	return nil
}

// blockers counts open threads that keep the page from being approved.
func (s *State) blockers() (n int) {
	for _, t := range s.threads {
		if t.Intent == Blocking && t.End == nil {
			n++
		}
	}
	return n
}
