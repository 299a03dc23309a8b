// Package reviewtest has what tests of reviews share: clones of one repository that
// say things to it at random, without knowing of each other, and merge.
package reviewtest

import (
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"lockstep/site/review/anchor"
	"lockstep/site/review/event"
	"lockstep/site/review/refusal"
	"lockstep/site/review/state"
	"lockstep/site/review/subject"
)

// Revisions of the page.
const (
	OldText = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	NewText = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
)

var (
	// Page is what all of them review.
	Page = subject.Page{Name: "adr/0001-log", Path: "/adr/0001-log/", Title: "Use a log", Revision: NewText, Approvers: []string{"Ada"}}
	// People are a reviewer, a commenter, a maintainer and a reader.
	People = []event.Person{{ID: "test:Ada", Name: "Ada", Role: "reviewer"}, {ID: "test:Bob", Name: "Bob", Role: "commenter"}, {ID: "test:Max", Name: "Max", Role: "maintainer"}, {ID: "test:Rita", Name: "Rita", Role: "reader"}}
	// Site is who says which text a page has.
	Site = event.Person{ID: "site", Name: "the site", Role: "site"}
)

// Clone is one clone of a repository with the log beside it.
type Clone struct {
	R     *rand.Rand
	Name  string
	State *state.State
	Clock time.Time // every clone's own, and none is right

	made int
}

// NewClone has nothing yet.
func NewClone(r *rand.Rand, name string) *Clone {
	c := &Clone{R: r, Name: name, State: state.New(), Clock: time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC).Add(time.Duration(r.IntN(60)) * time.Second)}
	c.State.Page = Page.Name
	return c
}

// Say adds an event of this clone's to its log, whatever the rules say of it.
func (c *Clone) Say(e event.Event, text string) *refusal.Error {
	c.made++
	if e.ID == "" {
		e.ID = fmt.Sprintf("%s-%d", c.Name, c.made)
	}
	c.Clock = c.Clock.Add(time.Duration(c.R.IntN(3)) * time.Second)
	e.Time = c.Clock
	var body *event.Body
	if text != "" {
		salt := fmt.Appendf(nil, "%016d", c.R.IntN(1e9))
		e.Body = event.Commit(salt, text)
		body = &event.Body{Text: text, Salt: hex.EncodeToString(salt)}
	}
	return c.State.Apply(e.Encode(), e, body)
}

// Act does something at random, mostly what is allowed.
func (c *Clone) Act() {
	s, who := c.State, People[c.R.IntN(len(People))]
	e := event.Event{Actor: who, Revision: s.Published}
	thread := func() *state.Thread {
		if len(s.Threads()) == 0 {
			return &state.Thread{ID: "none"}
		}
		return s.Threads()[c.R.IntN(len(s.Threads()))]
	}
	comment := func() *state.Comment {
		t := thread()
		if len(t.Comments) == 0 {
			return &state.Comment{ID: "none", Author: who}
		}
		return t.Comments[c.R.IntN(len(t.Comments))]
	}
	text := fmt.Sprintf("%s says %d", c.Name, c.made)
	switch c.R.IntN(11) {
	case 0:
		e.Type, e.Revision, e.Actor, text = event.DocPublished, []string{OldText, NewText}[c.R.IntN(2)], Site, ""
	case 1, 2:
		e.Type, e.Intent, e.Anchor = event.ThreadOpened, []event.Intent{event.Blocking, event.Remark}[c.R.IntN(2)], &anchor.Anchor{Revision: s.Published}
		if c.R.IntN(20) == 0 {
			e.ID = "the-same" // in every clone
		}
	case 3:
		e.Type, e.Thread = event.CommentAdded, thread().ID
	case 4:
		was := comment()
		e.Type, e.Thread, e.Comment, e.Actor = event.CommentEdited, was.Thread, was.ID, was.Author
		if c.R.IntN(2) == 0 {
			e.Saw = was.Change()
		}
	case 5:
		was := comment()
		e.Type, e.Thread, e.Comment, text = event.CommentRedacted, was.Thread, was.ID, ""
	case 6, 7:
		was := thread()
		e.Type, e.Thread, e.Kind = event.ThreadResolved, was.ID, event.Answered
		if c.R.IntN(2) == 0 {
			e.Saw = was.Change()
		}
	case 8:
		e.Type, e.Thread, text = event.ThreadReopened, thread().ID, ""
		if c.R.IntN(3) == 0 {
			e.Type, e.Anchor = event.ThreadRelinked, &anchor.Anchor{Revision: NewText}
		}
	case 9:
		e.Type, e.Verdict = event.ReviewSubmitted, []event.Verdict{event.Approve, event.Approve, event.RequestChanges, event.Comments}[c.R.IntN(4)]
	case 10:
		e.Type, e.Revision, text = event.ReviewWithdrawn, "", ""
	}
	c.Say(e, text)
}

// Take is git merge and import: what the other has is added, in any order.
func (c *Clone) Take(t testing.TB, other *Clone) {
	t.Helper()
	lines := other.State.Lines()
	c.R.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
	news, dropped := state.Sift(c.State.Lines(), lines)
	if len(dropped) > 0 {
		t.Fatalf("%s dropped what %s has: %v", c.Name, other.Name, dropped)
	}
	entries, err := state.Entries(news)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.State.Add(entries); err != nil {
		t.Fatal(err)
	}
}

// Shows is everything that a state says, less the numbers of the log.
func Shows(s *state.State) string {
	var b strings.Builder
	fmt.Fprintf(&b, "published %.1s, %d blockers, %d events, head %s\n", s.Published, s.Blockers(), s.N, s.Head)
	for _, t := range s.Threads() {
		fmt.Fprintf(&b, "thread %s %s by %s at %.1s last %s", t.ID, t.Intent, t.Opener.ID, t.Anchor.Revision, t.Change())
		if t.End != nil {
			fmt.Fprintf(&b, " %s by %s: %q", t.End.Kind, t.End.By.ID, t.End.Reason)
		}
		b.WriteByte('\n')
		for _, c := range t.Comments {
			fmt.Fprintf(&b, "  %s by %s: %q %v %v last %s\n", c.ID, c.Author.ID, c.Body, c.Redacted, c.Before, c.Change())
		}
	}
	for _, v := range s.Verdicts() {
		fmt.Fprintf(&b, "%s by %s on %.1s: %q\n", v.Verdict, v.By.ID, v.Revision, v.Body)
	}
	order, _ := state.Canonical(s.Lines())
	for _, l := range order {
		if was, _ := s.OutcomeOf(l.ID()); was.Refusal != nil {
			fmt.Fprintf(&b, "refused %s: %s\n", l.ID(), was.Refusal.Code)
		}
	}
	fmt.Fprintf(&b, "shredded %q", slices.Sorted(slices.Values(s.Redacted())))
	return b.String()
}

// Pair is two clones with the same beginning.
func Pair(t testing.TB) (a, b *Clone) {
	r := rand.New(rand.NewPCG(1, 1))
	a, b = NewClone(r, "a"), NewClone(r, "b")
	a.Say(event.Event{Type: event.DocPublished, Revision: NewText, Actor: Site}, "")
	b.Take(t, a)
	return a, b
}

// Must says what the rules allow.
func (c *Clone) Must(t testing.TB, e event.Event, text string) {
	t.Helper()
	if no := c.Say(e, text); no != nil {
		t.Fatalf("%s: %s: %s", c.Name, e.Type, no.Detail)
	}
}

// Opened opens a thread as the second of the People.
func Opened(id string, intent event.Intent) event.Event {
	return event.Event{ID: id, Type: event.ThreadOpened, Actor: People[1], Intent: intent, Revision: NewText, Anchor: &anchor.Anchor{Revision: NewText}}
}

// Verdict gives one as the first of the People.
func Verdict(v event.Verdict) event.Event {
	if v == event.Withdraw {
		return event.Event{Type: event.ReviewWithdrawn, Actor: People[0]}
	}
	return event.Event{Type: event.ReviewSubmitted, Actor: People[0], Verdict: v, Revision: NewText}
}

// TextOf is a text for an event that may have one.
func TextOf(e event.Event) string {
	switch e.Type {
	case event.CommentRedacted, event.ThreadReopened, event.ReviewWithdrawn:
		return ""
	}
	return "text"
}
