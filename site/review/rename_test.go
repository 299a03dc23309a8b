package review_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"lockstep/site"
	"lockstep/site/review"
	"lockstep/site/review/access"
	"lockstep/site/review/event"
	"lockstep/site/review/refusal"
	"lockstep/site/review/reviewtest"
	"lockstep/site/review/state"
	"lockstep/site/review/store"
	"lockstep/site/review/subject"
)

// TestRename_both: a page that was reviewed under two names shows both reviews, and
// each thread goes on where it is.
func TestRename_both(t *testing.T) {
	memory := store.NewMemory()
	s, err := review.Open(t.Context(), review.Options{Log: memory, Keys: memory, Revisions: store.HoldRevisions(nil)})
	if err != nil {
		t.Fatal(err)
	}
	bob := access.Actor{ID: "test:Bob", Name: "Bob", Role: access.Reviewer}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	was, is := reviewtest.Page, reviewtest.Page
	was.Name, is.Name = "adr/0001-log", "adr/0001-one-log"
	_, _, err = s.OpenThread(t.Context(), bob, was, review.ThreadRequest{ID: "x", Body: "Not so.", Intent: event.Blocking})
	must(err)
	_, _, err = s.OpenThread(t.Context(), bob, is, review.ThreadRequest{ID: "y", Body: "Why one?"})
	must(err)
	must(s.SubmitVerdict(t.Context(), ada, was, review.VerdictRequest{Verdict: event.RequestChanges, Revision: was.Revision}))

	is.Former = []string{was.Name}
	shown := func() *site.Review {
		t.Helper()
		r, err := s.Review(t.Context(), is, ada)
		must(err)
		return r
	}
	if r := shown(); len(r.Threads) != 2 || r.Blockers != 1 || len(r.Verdicts) != 1 {
		t.Fatalf("%d threads, %d blockers, %v", len(r.Threads), r.Blockers, r.Verdicts)
	}
	list, err := s.List(t.Context(), []subject.Page{is}, bob)
	must(err)
	if len(list.Open) != 2 {
		t.Errorf("open on all pages: %+v", list.Open)
	}
	approval := review.VerdictRequest{Verdict: event.Approve, Revision: is.Revision}
	var no *refusal.Error
	if err := s.SubmitVerdict(t.Context(), access.Actor{ID: "test:Eve", Name: "Eve", Role: access.Reviewer}, is, approval); !errors.As(err, &no) || no.Code != "blockers" {
		t.Errorf("approved beside a blocker under the other name: %v", err)
	}

	_, _, err = s.Reply(t.Context(), ada, is, "x", review.CommentRequest{ID: "z", Body: "Since it is enough."})
	must(err)
	i := slices.IndexFunc(shown().Threads, func(t site.Thread) bool { return t.ID == "x" })
	must(s.Resolve(t.Context(), bob, is, "x", review.ResolveRequest{Kind: event.Answered, Version: shown().Threads[i].Version}))
	must(s.SubmitVerdict(t.Context(), ada, is, approval))
	if r := shown(); r.Blockers != 0 || len(r.Verdicts) != 1 || r.Verdicts[0].Verdict != string(event.Approve) {
		t.Errorf("after all: %d blockers, %+v", r.Blockers, r.Verdicts)
	}
	must(s.Redact(t.Context(), bob, is, "x"))
	if r := shown(); strings.Contains(r.Threads[0].Comments[0].Body+r.Threads[1].Comments[0].Body, "Not so") {
		t.Error("a redacted text is still shown")
	}
	// Each log stands for itself: its events are exported under its own name.
	for name, want := range map[string]int{was.Name: 1, is.Name: 1} {
		lines, err := s.Lines(t.Context(), name)
		must(err)
		sum, err := state.Of(lines)
		must(err)
		if len(sum.Threads()) != want {
			t.Errorf("%s has %d threads", name, len(sum.Threads()))
		}
	}
}
