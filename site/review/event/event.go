package event

import (
	"encoding/json"
	"fmt"
	"time"

	"lockstep/site/review/access"
	"lockstep/site/review/anchor"
)

// Type says what happened.
type Type string

const (
	DocPublished      Type = "doc.published"
	ThreadOpened      Type = "thread.opened"
	CommentAdded      Type = "comment.added"
	CommentEdited     Type = "comment.edited"
	CommentRedacted   Type = "comment.redacted"
	ThreadResolved    Type = "thread.resolved"
	ThreadReopened    Type = "thread.reopened"
	ThreadRelinked    Type = "thread.relinked"
	SuggestionApplied Type = "suggestion.applied"
	ReviewSubmitted   Type = "review.submitted"
	ReviewWithdrawn   Type = "review.withdrawn"
)

// Person is who did it, as they were called then.
type Person struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Role string `json:"role"`
}

// Event is one thing that happened to the review of a page. It is complete
// before it enters the log: nothing in it depends on where it lands. Fields that
// its type does not use are empty.
type Event struct {
	ID    string    `json:"id"` // what makes a retry the same event
	Type  Type      `json:"type"`
	Time  time.Time `json:"time"` // UTC, to the millisecond, by the server's clock
	Actor Person    `json:"actor"`

	Revision string `json:"revision,omitempty"` // of the text that it is about
	Thread   string `json:"thread,omitempty"`
	Comment  string `json:"comment,omitempty"`
	// Saw is the id of the newest change of the thread or comment that the actor
	// saw. Seen is its number, in logs that had no ids. Without both nothing is
	// compared.
	Saw  string `json:"saw,omitempty"`
	Seen uint64 `json:"seen,omitempty"`

	Intent  Intent         `json:"intent,omitempty"`
	Anchor  *anchor.Anchor `json:"anchor,omitempty"`
	Suggest *Suggest       `json:"suggest,omitempty"`
	Kind    ResolutionKind `json:"kind,omitempty"`
	Commit  string         `json:"commit,omitempty"` // of an applied suggestion
	Verdict Verdict        `json:"verdict,omitempty"`

	// Kept is a hash of the text of a published revision, as it is kept: it tells a
	// copy that was altered.
	Kept string `json:"kept,omitempty"`

	// Body commits to the text, which is kept beside the event: it is an HMAC of
	// it with the body's salt, so that the text cannot be guessed from it once the
	// salt is gone.
	Body string `json:"body,omitempty"`
}

// Suggest is a proposed Markdown for a block.
type Suggest struct {
	Old string `json:"old"`
	New string `json:"new"`
}

// Intent says what the opener of a thread wants.
type Intent string

// Only an open thread with the intent Blocking keeps a page from being approved.
const (
	Remark   Intent = "comment"
	Blocking Intent = "blocking"
	Question Intent = "question"
	Nit      Intent = "nit"
	Praise   Intent = "praise"
)

// Intents are all of them, the default first.
var Intents = []Intent{Remark, Question, Nit, Praise, Blocking}

// ResolutionKind says how a thread ended.
type ResolutionKind string

const (
	Applied  ResolutionKind = "applied"
	Answered ResolutionKind = "answered"
	Declined ResolutionKind = "declined" // needs a reason
	Obsolete ResolutionKind = "obsolete"
)

// ResolutionKinds are all of them.
var ResolutionKinds = []ResolutionKind{Applied, Answered, Declined, Obsolete}

// Verdict is a reviewer's word on a whole text.
type Verdict string

const (
	Approve        Verdict = "approve"
	RequestChanges Verdict = "request-changes"
	Comments       Verdict = "comment"
	Withdraw       Verdict = "withdraw"
)

// Encode is the form of an event that is hashed. Its fields have a fixed order.
func (e Event) Encode() []byte {
	data, err := json.Marshal(e)
	if err != nil {
		panic(fmt.Sprintf("encode event: %v", err)) // strings, numbers and times cannot fail
	}
	return data
}

// VerbOf is what somebody must be allowed to do for an event.
var VerbOf = map[Type]access.Verb{ThreadOpened: access.OpenThread, CommentAdded: access.Reply, CommentEdited: access.EditComment, CommentRedacted: access.RedactComment,
	ThreadResolved: access.Resolve, SuggestionApplied: access.Resolve, ThreadReopened: access.Reopen, ThreadRelinked: access.Relink,
	ReviewSubmitted: access.GiveVerdict, ReviewWithdrawn: access.GiveVerdict}

// PersonOf is somebody as they are called now.
func PersonOf(a access.Actor) Person {
	return Person{ID: a.ID, Name: a.Name, Role: a.Role.String()}
}
