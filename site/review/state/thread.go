package state

import (
	"time"

	"lockstep/site"
	"lockstep/site/review/anchor"
	"lockstep/site/review/entry"
	"lockstep/site/review/event"
)

// Thread is a discussion, as the log has it.
type Thread struct {
	ID       string
	Opener   event.Person
	Intent   event.Intent
	Anchor   anchor.Anchor
	Anchored uint64 // number of the event that gave it its anchor
	Suggest  *event.Suggest
	Comments []*Comment
	End      *End // nil while it is open
	Version  uint64

	entry    string // the event that opened it
	last     change
	reopened []string // events
}

// Change is the id of the event that changed the thread last.
func (t *Thread) Change() string { return t.last.id }

// End is how a thread ended.
type End struct {
	Kind   event.ResolutionKind
	Reason string
	By     event.Person
	At     time.Time
	Commit string

	Signed Signed
}

// Comment is one contribution, as the log has it.
type Comment struct {
	ID       string
	Thread   string
	N        uint64
	Author   event.Person
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

// Change is the id of the event that changed the comment last.
func (c *Comment) Change() string { return c.last.id }

// Before is an earlier body.
type Before struct {
	Body string
	At   time.Time // when it was written
}

// Signed is what an event says that is signed, and its signature.
type Signed struct {
	Signature string
	Message   []byte
}

func signedBy(it *item) Signed { return Signed{it.Signature, entry.Message(it.id)} }

// Vote is a person's verdict.
type Vote struct {
	By       event.Person
	Verdict  event.Verdict
	Body     string
	Revision string
	At       time.Time
	N        uint64

	entry  string // id of the event
	Signed Signed
}

// Earlier says whether a verdict was given by rules that bound less than those by
// which the text of today is known. Such an approval is never taken over: the
// words may be the same, and what else the page shows was not looked at.
func (v *Vote) Earlier(revision string) bool {
	return v.Revision != revision && site.SchemeOf(v.Revision) < site.SchemeOf(revision)
}

// Decides says whether a verdict is one on the text, and not words alone.
func (v *Vote) Decides() bool { return v.Verdict != event.Comments }
