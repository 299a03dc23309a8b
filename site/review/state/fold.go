package state

import (
	"crypto/sha256"
	"slices"

	"lockstep/site/review/event"
	"lockstep/site/review/merge"
	"lockstep/site/review/refusal"
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
	Entry
	n       uint64   // its number in the log
	copies  []uint64 // the numbers of others that are the same, byte for byte
	id      string
	sum     [sha256.Size]byte // of what it says
	decided bool
	refusal *refusal.Error
	target  string // the event that made the thread or comment which it is about
}

func (it *item) text() string {
	if it.Body == nil {
		return ""
	}
	return it.Body.Text
}

// again tells an event that is in the sum already, under another id: a log of
// before there were merges gave it other parents.
func (f *fold) again(it *item) bool {
	return f.first[it.sum] != nil
}

// pass takes an event into the sum.
func (f *fold) pass(it *item) {
	f.passed++
	if it.refusal != nil {
		if c := f.comment[it.target]; it.Event.Type == event.CommentEdited && c != nil && c.Redacted {
			f.shred(it.id)
		}
		return
	}
	if was := f.first[it.sum]; was != nil {
		f.alias(it, was)
		return
	}
	f.first[it.sum] = it
	switch it.Event.Type {
	case event.DocPublished:
		f.Published = it.Event.Revision
	case event.ThreadOpened:
		f.open(it)
	case event.CommentAdded:
		f.add(it)
	case event.CommentEdited, event.CommentRedacted:
		f.change(it)
	case event.ThreadResolved, event.SuggestionApplied:
		f.resolve(it)
	case event.ThreadReopened, event.ThreadRelinked:
		f.reopen(it)
	case event.ReviewSubmitted, event.ReviewWithdrawn:
		f.vote(it)
	}
}

// alias lets what stands on one form of an event mean what the other made.
func (f *fold) alias(it, was *item) {
	if t := f.threadOf[was.id]; t != nil {
		f.threadOf[it.id] = t
	}
	for _, v := range f.verdicts {
		if v.entry == was.id && v.Signed.Signature == "" {
			v.Signed = signedBy(it) // a copy without its signature takes none away
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
	id := it.Event.ID
	for n := 8; f.comments[id] != nil; n += 8 {
		id = it.Event.ID + "." + it.id[:n]
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
	f.items[id].Body = nil
}

func (f *fold) touch(t *Thread, it *item) {
	t.Version, t.last = max(t.Version, it.n), change{it.id, f.passed}
}

func (f *fold) newComment(it *item, id, thread string) *Comment {
	c := &Comment{ID: id, Thread: thread, N: it.n, Author: it.Event.Actor, Body: it.text(), Created: it.Event.Time, Version: it.n, entry: it.id, last: change{it.id, f.passed}}
	f.bind(c, it)
	f.comments[id], f.comment[it.id] = c, c
	return c
}

func (f *fold) open(it *item) {
	e, id := it.Event, f.called(it)
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
	e, c := it.Event, f.comment[it.target]
	if c == nil {
		return
	}
	f.bind(c, it)
	c.Version, c.last = max(c.Version, it.n), change{it.id, f.passed}
	f.touch(f.byID[c.Thread], it)
	switch {
	case c.Redacted:
	case e.Type == event.CommentRedacted:
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
	e, t := it.Event, f.threadOf[it.target]
	if t == nil {
		return
	}
	f.touch(t, it)
	unseen := func(reopened string) bool { return !f.graph.Before(reopened, it.id) }
	if t.End != nil || slices.ContainsFunc(t.reopened, unseen) {
		return
	}
	t.End = &End{Kind: e.Kind, Reason: it.text(), By: e.Actor, At: e.Time, Commit: e.Commit, Signed: signedBy(it)}
}

func (f *fold) reopen(it *item) {
	t := f.threadOf[it.target]
	if t == nil {
		return
	}
	f.touch(t, it)
	if it.Event.Type == event.ThreadReopened {
		t.End = nil
		t.reopened = append(t.reopened, it.id)
		return
	}
	t.Anchor, t.Anchored = *it.Event.Anchor, it.n
}

// voteOf finds what somebody has said: what they decided, or their words alone,
// which stand beside it and take nothing back.
func (f *fold) voteOf(person string, decides bool) int {
	return slices.IndexFunc(f.verdicts, func(v *Vote) bool { return v.By.ID == person && v.Decides() == decides })
}

func (f *fold) vote(it *item) {
	// What they did elsewhere, without knowing of this, counts if it is the more
	// cautious.
	e := it.Event
	saw := func(id string) bool { return id == "" || f.graph.Before(id, it.id) }
	yields := func(v *Vote) bool { return saw(v.entry) || v.Verdict != event.RequestChanges }
	if e.Type == event.ReviewWithdrawn {
		f.verdicts = slices.DeleteFunc(f.verdicts, func(v *Vote) bool { return v.By.ID == e.Actor.ID && yields(v) })
		f.withdrew[e.Actor.ID] = it.id
		return
	}
	if !saw(f.withdrew[e.Actor.ID]) && e.Verdict != event.RequestChanges {
		return
	}
	vote := &Vote{By: e.Actor, Verdict: e.Verdict, Body: it.text(), Revision: e.Revision, At: e.Time, N: it.n, entry: it.id, Signed: signedBy(it)}
	switch i := f.voteOf(e.Actor.ID, vote.Decides()); {
	case i < 0:
		f.verdicts = append(f.verdicts, vote)
	case yields(f.verdicts[i]):
		f.verdicts[i] = vote
	}
}

// blockers counts open threads that keep the page from being approved.
func (f *fold) blockers() (n int) {
	for _, t := range f.threads {
		if t.Intent == event.Blocking && t.End == nil {
			n++
		}
	}
	return n
}
