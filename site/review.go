package site

import (
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// Review is what a page shows of its review: everything is placed on the text
// that the page shows, and in the order of the page's log.
type Review struct {
	Page     string // "adr/0007-shards": the path below /api/reviews/
	Revision string // hash of the canonical text that is shown
	AsOf     uint64 // number of the log's last event that is in here
	Head     string // hash of the log up to there

	Threads   []Thread // by place on the page, those without a place last
	Verdicts  []Verdict
	Approvers []Approver // of a decision: who must approve
	Blockers  int        // open threads with the intent "blocking"
	// Last tells that an approval of whoever reads would be the last that is needed.
	Last bool

	// Live tells that the page can be commented on: a server is behind it. You
	// is who would comment then.
	Live bool
	You  Reviewer
	// Nonce is new for every time that the page is shown: what is sent twice from
	// one form has one id.
	Nonce string
}

// ReviewList is what is open on all pages.
type ReviewList struct {
	Turn []ListedThread // what waits for whoever asks
	Open []ListedThread
}

// ListedThread is a thread, or a page that waits for a verdict, in a list.
type ListedThread struct {
	Path     string // of its page
	Fragment string
	Title    string // of its page
	Intent   string
	Text     string // the beginning of its newest comment
	Who      string
	Why      string // why it is somebody's turn
}

// Reviewer is a person as the page knows them.
type Reviewer struct {
	ID    string // "" if nobody is signed in
	Name  string
	Role  string // reader, commenter, reviewer, maintainer
	Local bool   // local mode: nobody signed in, the name comes from git
	// Again tells that an approval would be refused until they sign in again.
	Again bool
}

// Mark tells one person from another without saying who they are; "" if nobody is
// signed in.
func (r Reviewer) Mark() string {
	if r.ID == "" {
		return ""
	}
	sum := sha256.Sum256([]byte("who follows: " + r.ID))
	return hex.EncodeToString(sum[:6])
}

// Topic is what the page follows live: its review, as whom it was made for.
func (r *Review) Topic() string {
	topic := "review/" + r.Page
	if mark := r.You.Mark(); mark != "" {
		topic += "/" + mark
	}
	return topic
}

// Thread is a discussion of a passage, a block or the page.
type Thread struct {
	ID      string
	Status  string // open, resolved
	Intent  string // blocking, question, nit, praise, comment
	Version uint64 // number of the event that changed it last

	Kind   string // page, block, passage
	Quote  string // as it was; "" for a page, the block's beginning for a block
	State  string // exact, moved, edited, block, section, orphan, pinned
	Reason string // why it stands where it stands, in words; "" where State is exact
	Block  int    // where it stands now; -1: nowhere but on the page
	// Element is the id of that block's element.
	Element string
	Start   int // the passage within the block, in code points
	End     int
	Then    []Span // the old block with the quote marked, and what changed since; nil where nothing did

	Resolution Resolution // zero while it is open
	Comments   []Comment
	Suggestion *Suggestion
	May        May
}

// May is what whoever reads may do to a thread. What they may not do is not offered.
type May struct{ Reply, Resolve, Reopen, Relink, Apply bool }

// Span is a run of text in a comparison of words. Op is '=' for both, '-' for
// the old text only, '+' for the new text only.
type Span struct {
	Op    byte
	Text  string
	Quote bool // part of what was commented on
}

// Resolution is how a thread ended.
type Resolution struct {
	Kind   string // applied, answered, declined, obsolete
	Reason string
	By     string
	At     time.Time
	Commit string // of an applied suggestion
}

// Comment is one contribution to a thread.
type Comment struct {
	ID       string
	N        uint64 // number of its event in the page's log
	Author   string
	AuthorID string
	Body     string // Markdown, as written
	HTML     HTML   // rendered and sanitised
	Created  time.Time
	Edited   time.Time // zero: never
	Redacted bool      // the body is gone for good
	Before   []Edit    // earlier bodies, oldest first
	Mine     bool      // written by the reader of this page
}

// Edit is an earlier body of a comment.
type Edit struct {
	Body string
	HTML HTML
	At   time.Time
}

// Suggestion is a proposed new source of a block.
type Suggestion struct {
	Old, New string // Markdown of the block
	Diff     []Span // of the text as rendered
	Applied  string // commit; "" while it is open
}

// Verdict is a reviewer's last word on a text.
type Verdict struct {
	Author   string
	AuthorID string
	Verdict  string // approve, request-changes, comment
	Body     string
	HTML     HTML
	Revision string
	At       time.Time
	Stale    bool // it is about another text than the one that is shown
	// Earlier tells that the verdict was given when a revision bound less of a page
	// than today, so that nobody can say whether it is about this text.
	Earlier bool
	Since   []Span // what changed since, in words
	// SameWords tells that nothing did, although the text is another.
	SameWords bool

	Signature string // signed, unlisted (nobody lists its key), unsigned, broken
	SignedAs  string // the id or address that the key may speak for
	Key       string // its fingerprint
	Doubt     string // why it is unlisted or broken
}

// Approver is a decision-maker of the front matter and where they stand.
type Approver struct {
	Name  string
	State string // approved, stale, earlier, request-changes, waiting; unverified, ambiguous, unsigned, broken, unmapped
	By    string // the id of who stands there
}
