package display

import (
	"cmp"
	"slices"
	"strings"

	"lockstep/site"
	"lockstep/site/markdown"
	"lockstep/site/review/access"
	"lockstep/site/review/anchor"
	"lockstep/site/review/event"
	"lockstep/site/review/state"
	"lockstep/site/review/store"
	"lockstep/site/review/subject"
)

// placement names a placement: an anchor on a text.
type placement struct {
	revision string
	thread   string
	anchored uint64
}

// maxPlaced bounds the placements that a page keeps. They are derived, and can
// be worked out again.
const maxPlaced = 4 * event.MaxThreads

// Cache keeps what was worked out for a page. It is not safe for concurrent use.
type Cache struct {
	placed   map[placement]anchor.Placement
	rendered map[string]site.HTML // comments, by their source
}

// NewCache is empty.
func NewCache() *Cache {
	return &Cache{placed: make(map[placement]anchor.Placement), rendered: make(map[string]site.HTML)}
}

// Forget forgets every text: one of them was redacted.
func (c *Cache) Forget() { clear(c.rendered) }

// Show is what a page shows of a review, to somebody.
func (c *Cache) Show(s *state.State, d subject.Page, revisions *store.Revisions, a access.Actor) *site.Review {
	return viewer{c, d, revisions, a.ID}.review(s)
}

// viewer shows a state on a text.
type viewer struct {
	*Cache
	d         subject.Page
	revisions *store.Revisions
	reader    string // id of who looks
}

// maxRendered bounds the comments of a page that are kept as HTML.
const maxRendered = 4 * event.MaxThreads

// html renders a comment, once for all who look.
func (v viewer) html(body string) site.HTML {
	if html, ok := v.rendered[body]; ok {
		return html
	}
	if len(v.rendered) >= maxRendered {
		clear(v.rendered)
	}
	html := markdown.Comment(body)
	v.rendered[body] = html
	return html
}

func (v viewer) review(s *state.State) *site.Review {
	r := &site.Review{Page: v.d.Name, Revision: v.d.Revision, AsOf: s.N, Head: s.Head.String(), Blockers: s.Blockers()}
	for _, t := range s.Threads() {
		r.Threads = append(r.Threads, v.thread(t))
	}
	slices.SortStableFunc(r.Threads, func(a, b site.Thread) int {
		return cmp.Or(cmp.Compare(v.at(a), v.at(b)), cmp.Compare(a.Start, b.Start))
	})
	for _, vote := range s.Verdicts() {
		r.Verdicts = append(r.Verdicts, v.verdict(vote))
	}
	for _, name := range v.d.Approvers {
		r.Approvers = append(r.Approvers, v.d.Trust.Of(s, name, v.d.Revision))
	}
	return r
}

// at is where a thread stands on the page: the head of the page is above its text, and
// what stands nowhere comes last.
func (v viewer) at(t site.Thread) int {
	switch n := t.Block; {
	case n < 0 || n >= len(v.d.Blocks):
		return len(v.d.Blocks)
	case v.d.Blocks[n].Head:
		return n - len(v.d.Blocks)
	default:
		return n
	}
}

func (v viewer) thread(t *state.Thread) site.Thread {
	out := site.Thread{ID: t.ID, Status: "open", Intent: string(t.Intent), Version: t.Version, Kind: t.Anchor.Kind(), Block: -1}
	out.Quote = Quoted(t.Anchor)
	place := v.place(t)
	if place.Block >= 0 && place.Block < len(v.d.Blocks) {
		out.Element = v.d.Blocks[place.Block].ID
	}
	out.State, out.Reason, out.Block, out.Start, out.End, out.Then = place.State, place.Reason, place.Block, place.Start, place.End, place.Then
	for _, also := range place.Also {
		out.Also = append(out.Also, site.Marked{Block: also.Block, Start: also.Start, End: also.End})
	}
	if e := t.End; e != nil {
		out.Status = "resolved"
		out.Resolution = site.Resolution{Kind: string(e.Kind), Reason: e.Reason, By: site.Visible(e.By.Name), At: e.At, Commit: e.Commit}
	}
	for _, c := range t.Comments {
		out.Comments = append(out.Comments, v.comment(c))
	}
	if t.Suggest != nil {
		out.Suggestion = &site.Suggestion{Old: t.Suggest.Old, New: t.Suggest.New, Diff: anchor.Diff(t.Suggest.Old, t.Suggest.New)}
		if t.End != nil {
			out.Suggestion.Applied = t.End.Commit
		}
	}
	return out
}

// place finds a thread in the text. An applied thread is pinned: its text was
// changed because of it, so nothing in the new text is what it was about.
func (v viewer) place(t *state.Thread) anchor.Placement {
	if t.End != nil && t.End.Kind == event.Applied {
		reason := "it was applied"
		if t.End.Commit != "" {
			reason += " in " + t.End.Commit
		}
		return anchor.Placement{State: "pinned", Block: -1, Reason: reason}
	}
	if t.Anchor.Block == nil {
		return anchor.Placement{State: "exact", Block: -1}
	}
	key := placement{v.d.Revision, t.ID, t.Anchored}
	if place, ok := v.placed[key]; ok {
		return place
	}
	place := anchor.Place(t.Anchor, v.revisions.Get(t.Anchor.Revision), v.d.Doc())
	if len(v.placed) >= maxPlaced {
		clear(v.placed)
	}
	v.placed[key] = place
	return place
}

func (v viewer) comment(c *state.Comment) site.Comment {
	out := site.Comment{ID: c.ID, N: c.N, Author: site.Visible(c.Author.Name), AuthorID: c.Author.ID, Created: c.Created, Edited: c.Edited,
		Redacted: c.Redacted, Mine: v.reader != "" && c.Author.ID == v.reader}
	if c.Redacted {
		return out
	}
	out.Body, out.HTML = c.Body, v.html(c.Body)
	for _, b := range c.Before {
		out.Before = append(out.Before, site.Edit{Body: b.Body, HTML: v.html(b.Body), At: b.At})
	}
	return out
}

func (v viewer) verdict(vote *state.Vote) site.Verdict {
	out := site.Verdict{Author: site.Visible(vote.By.Name), AuthorID: vote.By.ID, Verdict: string(vote.Verdict), Body: vote.Body,
		Revision: vote.Revision, At: vote.At, Stale: vote.Revision != v.d.Revision, Earlier: vote.Earlier(v.d.Revision)}
	f := v.d.Trust.Judge(vote)
	out.Signature, out.SignedAs, out.Key, out.Doubt = string(f.State), site.Visible(f.As), f.Fingerprint, f.Why
	if vote.Body != "" {
		out.HTML = v.html(vote.Body)
	}
	if out.Stale {
		if old := v.revisions.Get(vote.Revision); old != nil {
			out.Since = anchor.Changes(old, v.d.Doc())
			out.SameWords = len(out.Since) == 0
		}
	}
	return out
}

// Quoted is what an anchor is about, as words: its passage, or the beginning of its
// block. A selection over several blocks has a line for each.
func Quoted(a anchor.Anchor) string {
	var words []string
	for _, part := range a.Parts() {
		switch {
		case part.Quote != nil:
			words = append(words, part.Quote.Exact)
		case part.Block != nil:
			words = append(words, Beginning(part.Block.Text))
		}
	}
	return strings.Join(words, "\n")
}

// Beginning is enough of a block to know it by.
func Beginning(text string) string {
	const enough = 80
	runes := []rune(text)
	if len(runes) <= enough {
		return text
	}
	return string(runes[:enough]) + "…"
}

// Show is what a page shows of a review that comes from files.
func Show(s *state.State, d subject.Page, revisions *store.Revisions, a access.Actor) *site.Review {
	return NewCache().Show(s, d, revisions, a)
}

// ThreadID is the id of a thread's element.
func ThreadID(id string) string { return "t-" + id }

// CommentID is the id of a comment's element.
func CommentID(id string) string { return "c-" + id }
