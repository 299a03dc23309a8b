package review

import (
	"crypto/sha256"
	"slices"

	"lockstep/site/review/access"
	"lockstep/site/review/merge"
)

// fold is what a set of events adds up to. It works in two steps. judge says
// whether an event was allowed, and is asked with what that event stands on and
// nothing else: so the answer is the same in every clone, and stays the same after
// every merge. pass takes an event that was allowed into the sum, and never
// fails; where two clones did different things to one thread, it has a rule that
// does not depend on which came first:
//
//   - A redaction wins over an edit.
//   - A thread that one reopened stays open, whoever else resolved it.
//   - Of two verdicts of one person the more cautious counts.
//   - Where both gave one id to something, both are there, and one is called by
//     another id. What is about one of them stays about that one: an event means
//     what its id meant where it was written.
//   - Otherwise both are kept, and the later in the order of the graph is shown.
type fold struct {
	// Published is the revision that the newest doc.published names.
	Published string

	graph    *merge.Graph
	items    map[string]*item // of the whole state, by id
	passed   uint64           // events in the sum, refused ones included
	threads  []*Thread        // in the order in which they were opened
	byID     map[string]*Thread
	comments map[string]*Comment
	verdicts []*Vote                     // one a person, in the order of their first
	withdrew map[string]string           // by person, the event that withdrew their verdict
	first    map[[sha256.Size]byte]*item // accepted events by what they say
	threadOf map[string]*Thread          // by the event that opened it
	comment  map[string]*Comment         // by the event that made it
	shredded []string                    // events whose bodies were redacted
}

func newFold(graph *merge.Graph, items map[string]*item) *fold {
	return &fold{graph: graph, items: items, byID: make(map[string]*Thread), comments: make(map[string]*Comment), withdrew: make(map[string]string), first: make(map[[sha256.Size]byte]*item),
		threadOf: make(map[string]*Thread), comment: make(map[string]*Comment)}
}

// item is an event of a state.
type item struct {
	page      string
	n         uint64   // its number in the log
	copies    []uint64 // the numbers of others that are the same, byte for byte
	id        string
	parents   []string
	raw       []byte
	e         Event
	body      *Body
	signature string
	sum       [sha256.Size]byte // of what it says
	decided   bool
	refusal   *Error
	target    string // the event that made the thread or comment which it is about
}

func (it *item) text() string {
	if it.body == nil {
		return ""
	}
	return it.body.Text
}

// again tells an event that is in the sum already, under another id: a log of
// before there were merges gave it other parents.
func (f *fold) again(it *item) bool {
	return f.first[it.sum] != nil
}

// judge says why an event has no effect; nil if it has one. It notes what the event
// is about.
func (f *fold) judge(it *item) *Error {
	if f.again(it) {
		return nil
	}
	e := it.e
	if e.Type == DocPublished {
		return nil
	}
	verb, object := verbOf[e.Type], access.Object{}
	if verb == "" {
		return invalid("there is no event %q", e.Type)
	}
	t, c := f.byID[e.Thread], f.comments[e.Comment]
	switch {
	case e.Comment != "" && c != nil:
		it.target = c.entry
	case e.Comment == "" && t != nil:
		it.target = t.entry
	}
	var refusal *Error
	switch e.Type {
	case ThreadOpened:
		refusal = f.mayOpen(e)
	case CommentAdded:
		refusal = f.mayAdd(e, t)
	case CommentEdited, CommentRedacted:
		if refusal = f.mayChange(e, c); refusal == nil {
			object.Author = c.Author.ID
		}
	case ThreadResolved, SuggestionApplied, ThreadReopened, ThreadRelinked:
		if refusal = f.mayMove(e, t); refusal == nil {
			object.Author = t.Opener.ID
		}
	case ReviewSubmitted, ReviewWithdrawn:
		refusal = f.mayVote(e)
	}
	if refusal != nil {
		return refusal
	}
	role, err := access.ParseRole(e.Actor.Role)
	if err != nil {
		return invalid("there is no role %q", e.Actor.Role)
	}
	if err := access.Can(access.Actor{ID: e.Actor.ID, Role: role}, verb, object); err != nil {
		return &Error{403, "forbidden", err.Error()}
	}
	return nil
}

// verbOf is what somebody must be allowed to do for an event.
var verbOf = map[Type]access.Verb{ThreadOpened: access.OpenThread, CommentAdded: access.Reply, CommentEdited: access.EditComment, CommentRedacted: access.RedactComment,
	ThreadResolved: access.Resolve, SuggestionApplied: access.Resolve, ThreadReopened: access.Reopen, ThreadRelinked: access.Relink,
	ReviewSubmitted: access.GiveVerdict, ReviewWithdrawn: access.GiveVerdict}

func (f *fold) mayOpen(e Event) *Error {
	switch {
	case f.comments[e.ID] != nil:
		return conflict("id-taken", "the id is taken")
	case len(f.threads) >= MaxThreads:
		return conflict("too-many", "the page has %d threads, and may not have more", len(f.threads))
	case e.Anchor == nil:
		return invalid("a thread needs an anchor")
	}
	return nil
}

func (f *fold) mayAdd(e Event, t *Thread) *Error {
	switch {
	case t == nil:
		return notFound("there is no such thread")
	case f.comments[e.ID] != nil:
		return conflict("id-taken", "the id is taken")
	case len(t.Comments) >= MaxComments:
		return conflict("too-many", "the thread has %d comments, and may not have more", len(t.Comments))
	}
	return nil
}

func (f *fold) mayChange(e Event, c *Comment) *Error {
	switch {
	case c == nil:
		return notFound("there is no such comment")
	case c.Redacted:
		return conflict("redacted", "the comment was redacted")
	case !e.saw(c.last):
		return conflict("changed", "the comment was changed meanwhile, as event #%d; look at it again", c.Version)
	}
	return nil
}

func (f *fold) mayMove(e Event, t *Thread) *Error {
	ends := e.Type == ThreadResolved || e.Type == SuggestionApplied
	switch {
	case t == nil:
		return notFound("there is no such thread")
	case ends && t.End != nil:
		return conflict("resolved", "%s resolved the thread already, as %s", t.End.By.Name, t.End.Kind)
	case !e.saw(t.last):
		return conflict("changed", "the thread was changed meanwhile, as event #%d; look at it again", t.Version)
	case e.Type == ThreadReopened && t.End == nil:
		return conflict("open", "the thread is open")
	case e.Type == ThreadRelinked && e.Anchor == nil:
		return invalid("a thread needs an anchor")
	}
	return nil
}

func (f *fold) mayVote(e Event) *Error {
	if e.Type == ReviewWithdrawn {
		if f.voteOf(e.Actor.ID, true) < 0 && f.voteOf(e.Actor.ID, false) < 0 {
			return conflict("no-verdict", "there is no verdict to withdraw")
		}
		return nil
	}
	if e.Verdict == Approve {
		if n := f.blockers(); n > 0 {
			return conflict("blockers", "%s open: resolve them, or ask those who opened them to", plural(n, "blocking thread is", "blocking threads are"))
		}
	}
	if e.Revision != f.Published {
		return conflict("revision", "the text has changed since; read it again")
	}
	return nil
}

// change is the newest event that changed a thread or a comment.
type change struct {
	id string // of the event
	at uint64 // its place, as events were numbered before there were merges
}

// saw says whether the actor saw that change, if they said what they saw.
func (e Event) saw(last change) bool {
	if e.Saw != "" {
		return e.Saw == last.id
	}
	return e.Seen == 0 || e.Seen == last.at
}

// pass takes an event into the sum.
func (f *fold) pass(it *item) {
	f.passed++
	if it.refusal != nil {
		if c := f.comment[it.target]; it.e.Type == CommentEdited && c != nil && c.Redacted {
			f.shred(it.id)
		}
		return
	}
	if was := f.first[it.sum]; was != nil {
		f.alias(it, was)
		return
	}
	f.first[it.sum] = it
	switch it.e.Type {
	case DocPublished:
		f.Published = it.e.Revision
	case ThreadOpened:
		f.open(it)
	case CommentAdded:
		f.add(it)
	case CommentEdited, CommentRedacted:
		f.change(it)
	case ThreadResolved, SuggestionApplied:
		f.resolve(it)
	case ThreadReopened, ThreadRelinked:
		f.reopen(it)
	case ReviewSubmitted, ReviewWithdrawn:
		f.vote(it)
	}
}

// alias lets what stands on one form of an event mean what the other made.
func (f *fold) alias(it, was *item) {
	if t := f.threadOf[was.id]; t != nil {
		f.threadOf[it.id] = t
	}
	for _, v := range f.verdicts {
		if v.entry == was.id && v.signed.signature == "" {
			v.signed = signedBy(it) // a copy without its signature takes none away
		}
	}
	c := f.comment[was.id]
	if c != nil {
		f.comment[it.id] = c
	} else {
		c = f.comment[was.target]
	}
	if c != nil {
		f.bind(c, it)
	}
}

// called is the id under which a new comment is known: its own, unless another
// has it.
func (f *fold) called(it *item) string {
	id := it.e.ID
	for n := 8; f.comments[id] != nil; n += 8 {
		id = it.e.ID + "." + it.id[:n]
	}
	return id
}

// bind makes the body of an event one of a comment's: it goes when the comment is
// redacted, and at once if it was.
func (f *fold) bind(c *Comment, it *item) {
	c.events = append(c.events, it.id)
	if c.Redacted {
		f.shred(it.id)
	}
}

func (f *fold) shred(id string) {
	f.shredded = append(f.shredded, id)
	f.items[id].body = nil
}

func (f *fold) touch(t *Thread, it *item) {
	t.Version, t.last = max(t.Version, it.n), change{it.id, f.passed}
}

func (f *fold) newComment(it *item, id, thread string) *Comment {
	c := &Comment{ID: id, Thread: thread, N: it.n, Author: it.e.Actor, Body: it.text(), Created: it.e.Time, Version: it.n, entry: it.id, last: change{it.id, f.passed}}
	f.bind(c, it)
	f.comments[id], f.comment[it.id] = c, c
	return c
}

func (f *fold) open(it *item) {
	e, id := it.e, f.called(it)
	c := f.newComment(it, id, id)
	t := &Thread{ID: id, Opener: e.Actor, Intent: e.Intent, Anchor: *e.Anchor, Anchored: it.n, Suggest: e.Suggest, Comments: []*Comment{c}, entry: it.id}
	f.touch(t, it)
	f.threads = append(f.threads, t)
	f.byID[id], f.threadOf[it.id] = t, t
}

func (f *fold) add(it *item) {
	t := f.threadOf[it.target]
	if t == nil {
		return
	}
	t.Comments = append(t.Comments, f.newComment(it, f.called(it), t.ID))
	f.touch(t, it)
}

func (f *fold) change(it *item) {
	e, c := it.e, f.comment[it.target]
	if c == nil {
		return
	}
	f.bind(c, it)
	c.Version, c.last = max(c.Version, it.n), change{it.id, f.passed}
	f.touch(f.byID[c.Thread], it)
	switch {
	case c.Redacted:
	case e.Type == CommentRedacted:
		c.Redacted, c.Body, c.Before = true, "", nil
		for _, id := range c.events {
			f.shred(id)
		}
	default:
		at := c.Created
		if !c.Edited.IsZero() {
			at = c.Edited
		}
		c.Before = append(c.Before, Before{c.Body, at})
		c.Body, c.Edited = it.text(), e.Time
	}
}

func (f *fold) resolve(it *item) {
	e, t := it.e, f.threadOf[it.target]
	if t == nil {
		return
	}
	f.touch(t, it)
	unseen := func(reopened string) bool { return !f.graph.Before(reopened, it.id) }
	if t.End != nil || slices.ContainsFunc(t.reopened, unseen) {
		return
	}
	t.End = &End{Kind: e.Kind, Reason: it.text(), By: e.Actor, At: e.Time, Commit: e.Commit, signed: signedBy(it)}
}

func (f *fold) reopen(it *item) {
	t := f.threadOf[it.target]
	if t == nil {
		return
	}
	f.touch(t, it)
	if it.e.Type == ThreadReopened {
		t.End = nil
		t.reopened = append(t.reopened, it.id)
		return
	}
	t.Anchor, t.Anchored = *it.e.Anchor, it.n
}

// voteOf finds what somebody has said: what they decided, or their words alone,
// which stand beside it and take nothing back.
func (f *fold) voteOf(person string, decides bool) int {
	return slices.IndexFunc(f.verdicts, func(v *Vote) bool { return v.By.ID == person && v.decides() == decides })
}

func (f *fold) vote(it *item) {
	// What they did elsewhere, without knowing of this, counts if it is the more
	// cautious.
	e := it.e
	saw := func(id string) bool { return id == "" || f.graph.Before(id, it.id) }
	yields := func(v *Vote) bool { return saw(v.entry) || v.Verdict != RequestChanges }
	if e.Type == ReviewWithdrawn {
		f.verdicts = slices.DeleteFunc(f.verdicts, func(v *Vote) bool { return v.By.ID == e.Actor.ID && yields(v) })
		f.withdrew[e.Actor.ID] = it.id
		return
	}
	if !saw(f.withdrew[e.Actor.ID]) && e.Verdict != RequestChanges {
		return
	}
	vote := &Vote{By: e.Actor, Verdict: e.Verdict, Body: it.text(), Revision: e.Revision, At: e.Time, N: it.n, entry: it.id, signed: signedBy(it)}
	switch i := f.voteOf(e.Actor.ID, vote.decides()); {
	case i < 0:
		f.verdicts = append(f.verdicts, vote)
	case yields(f.verdicts[i]):
		f.verdicts[i] = vote
	}
}

// blockers counts open threads that keep the page from being approved.
func (f *fold) blockers() (n int) {
	for _, t := range f.threads {
		if t.Intent == Blocking && t.End == nil {
			n++
		}
	}
	return n
}
