package state_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lockstep/site/review/access"
	"lockstep/site/review/display"
	"lockstep/site/review/entry"
	"lockstep/site/review/event"
	"lockstep/site/review/reviewtest"
	"lockstep/site/review/standing"
	"lockstep/site/review/state"
	"lockstep/site/review/store"
)

// TestMerge_blocker_and_approval: one clone has a blocker, the other an approval
// that did not know of it. Both keep both.
func TestMerge_blocker_and_approval(t *testing.T) {
	a, b := reviewtest.Pair(t)
	a.Must(t, reviewtest.Opened("x", event.Blocking), "No.")
	b.Must(t, reviewtest.Verdict(event.Approve), "Yes.")
	a.Take(t, b)
	b.Take(t, a)
	for _, c := range []*reviewtest.Clone{a, b} {
		shown := display.Show(c.State, reviewtest.Page, store.HoldRevisions(nil), access.Actor{})
		if shown.Blockers != 1 || len(shown.Verdicts) != 1 || shown.Approvers[0].State != standing.Approved || shown.Head != a.State.Head.String() {
			t.Errorf("%s: %d blockers, verdicts %v, %v", c.Name, shown.Blockers, shown.Verdicts, shown.Approvers)
		}
	}
	// Whoever knows of both may not approve.
	for _, c := range []*reviewtest.Clone{a, b} {
		if refusal := c.Say(reviewtest.Verdict(event.Approve), ""); refusal == nil || refusal.Code != "blockers" {
			t.Errorf("%s: approved beside a blocker that was seen: %v", c.Name, refusal)
		}
	}
}

// TestMerge_rules: what counts where two clones did different things to one.
func TestMerge_rules(t *testing.T) {
	ends := func(e event.Event) event.Event { e.Thread, e.Kind = "x", event.Answered; return e }
	edit := func(text string) event.Event {
		return event.Event{Type: event.CommentEdited, Actor: reviewtest.People[1], Thread: "x", Comment: "x"}
	}
	for _, tt := range []struct {
		name         string
		before, a, b []event.Event
		want         func(*state.State) bool
	}{
		{"resolved twice", []event.Event{reviewtest.Opened("x", event.Blocking)}, []event.Event{ends(event.Event{Type: event.ThreadResolved, Actor: reviewtest.People[1]})}, []event.Event{ends(event.Event{Type: event.ThreadResolved, Actor: reviewtest.People[2]})},
			func(s *state.State) bool {
				return s.Blockers() == 0 && s.Thread("x").End.By.ID == reviewtest.People[1].ID
			}},
		{"resolved, and answered", []event.Event{reviewtest.Opened("x", event.Blocking)}, []event.Event{ends(event.Event{Type: event.ThreadResolved, Actor: reviewtest.People[1]})}, []event.Event{{Type: event.CommentAdded, Actor: reviewtest.People[2], Thread: "x"}},
			func(s *state.State) bool { return s.Blockers() == 0 && len(s.Thread("x").Comments) == 2 }},
		{"reopened, and reopened and resolved", []event.Event{reviewtest.Opened("x", event.Blocking), ends(event.Event{Type: event.ThreadResolved, Actor: reviewtest.People[1]})},
			[]event.Event{{Type: event.ThreadReopened, Actor: reviewtest.People[1], Thread: "x"}},
			[]event.Event{{Type: event.ThreadReopened, Actor: reviewtest.People[2], Thread: "x"}, ends(event.Event{Type: event.ThreadResolved, Actor: reviewtest.People[2]})},
			func(s *state.State) bool { return s.Blockers() == 1 }},
		{"edited twice", []event.Event{reviewtest.Opened("x", event.Remark)}, []event.Event{edit("")}, []event.Event{edit("")},
			func(s *state.State) bool { return len(s.Comment("x").Before) == 2 }},
		{"edited, and redacted", []event.Event{reviewtest.Opened("x", event.Remark)}, []event.Event{edit("")}, []event.Event{{Type: event.CommentRedacted, Actor: reviewtest.People[1], Thread: "x", Comment: "x"}},
			func(s *state.State) bool {
				c := s.Comment("x")
				return c.Redacted && c.Body == "" && len(c.Before) == 0 && len(s.Missing()) == 0 && !slices.ContainsFunc(s.Lines(), func(l entry.Line) bool { return l.Text != nil })
			}},
		{"approved, and against", nil, []event.Event{reviewtest.Verdict(event.Approve)}, []event.Event{reviewtest.Verdict(event.RequestChanges)},
			func(s *state.State) bool {
				return len(s.Verdicts()) == 1 && s.Verdicts()[0].Verdict == event.RequestChanges
			}},
		{"approved anew, and withdrawn", []event.Event{reviewtest.Verdict(event.Approve)}, []event.Event{reviewtest.Verdict(event.Approve)}, []event.Event{reviewtest.Verdict(event.Withdraw)},
			func(s *state.State) bool { return len(s.Verdicts()) == 0 }},
		{"against, and withdrawn", []event.Event{reviewtest.Verdict(event.Approve)}, []event.Event{reviewtest.Verdict(event.RequestChanges)}, []event.Event{reviewtest.Verdict(event.Withdraw)},
			func(s *state.State) bool {
				return len(s.Verdicts()) == 1 && s.Verdicts()[0].Verdict == event.RequestChanges
			}},
		{"one id for two things", nil, []event.Event{reviewtest.Opened("y", event.Blocking)}, []event.Event{reviewtest.Opened("y", event.Remark)},
			func(s *state.State) bool { return len(s.Threads()) == 2 && s.Blockers() == 1 && s.Thread("y") != nil }},
	} {
		for _, swap := range []bool{false, true} { // whose clock is ahead must not matter
			a, b := reviewtest.Pair(t)
			for i, e := range tt.before {
				a.Must(t, e, fmt.Sprint("before ", i))
			}
			b.Take(t, a)
			if swap {
				a.Clock = a.Clock.Add(time.Hour)
			} else {
				b.Clock = b.Clock.Add(time.Hour)
			}
			for _, e := range tt.a {
				a.Must(t, e, reviewtest.TextOf(e))
			}
			for _, e := range tt.b {
				b.Must(t, e, reviewtest.TextOf(e))
			}
			a.Take(t, b)
			b.Take(t, a)
			if x, y := reviewtest.Shows(a.State), reviewtest.Shows(b.State); x != y {
				t.Errorf("%s: %s", tt.name, cmp.Diff(x, y))
			}
			if tt.name == "resolved twice" && swap {
				continue // then the other is the earlier
			}
			if !tt.want(a.State) {
				t.Errorf("%s: %s", tt.name, reviewtest.Shows(a.State))
			}
		}
	}
}

// TestFold_roles: the state itself refuses what a role may not do, so that a file
// cannot say what no server would have let in.
func TestFold_roles(t *testing.T) {
	a, _ := reviewtest.Pair(t)
	a.Must(t, reviewtest.Opened("x", event.Blocking), "No.")
	for _, tt := range []struct {
		who  int
		e    event.Event
		code string
	}{
		{1, event.Event{Type: event.ReviewSubmitted, Verdict: event.RequestChanges, Revision: reviewtest.NewText}, "forbidden"},
		{3, reviewtest.Opened("y", event.Remark), "forbidden"},
		{3, event.Event{Type: event.CommentAdded, Thread: "x"}, "forbidden"},
		{0, event.Event{Type: event.CommentEdited, Thread: "x", Comment: "x"}, "forbidden"},
		{0, event.Event{Type: event.CommentRedacted, Thread: "x", Comment: "x"}, "forbidden"},
		{3, event.Event{Type: event.ThreadResolved, Thread: "x", Kind: event.Answered}, "forbidden"},
		{0, event.Event{Type: event.ThreadResolved, Thread: "x", Kind: event.Answered}, ""},
	} {
		tt.e.Actor = reviewtest.People[tt.who]
		code := ""
		if refusal := a.Say(tt.e, reviewtest.TextOf(tt.e)); refusal != nil {
			code = refusal.Code
		}
		if code != tt.code {
			t.Errorf("%s by a %s: %q, want %q", tt.e.Type, tt.e.Actor.Role, code, tt.code)
		}
	}
	god := reviewtest.Opened("z", event.Remark)
	god.Actor.Role = "god"
	if refusal := a.Say(god, "x"); refusal == nil || !strings.Contains(refusal.Detail, `no role "god"`) {
		t.Errorf("an invented role: %v", refusal)
	}
}

// TestSift: what an import cannot make anything of is named with its reason, and
// everything else is added.
func TestSift(t *testing.T) {
	a, b := reviewtest.Pair(t)
	a.Must(t, reviewtest.Opened("x", event.Blocking), "No.")
	a.Must(t, event.Event{Type: event.CommentAdded, Actor: reviewtest.People[2], Thread: "x"}, "Why?")
	a.Must(t, reviewtest.Verdict(event.RequestChanges), "")
	lines := a.State.Lines()
	change := func(i int, f func(*entry.Line)) []entry.Line {
		out := slices.Clone(lines)
		f(&out[i])
		return out
	}
	in := func(l *entry.Line, old, now string) {
		l.Event = []byte(strings.Replace(string(l.Event), old, now, 1))
	}
	for _, tt := range []struct {
		name    string
		lines   []entry.Line
		added   int
		dropped string
	}{
		{"everything", lines, 3, ""},
		{"a blocker less", slices.Delete(slices.Clone(lines), 1, 2), 0, "stands on is missing"},
		{"another author", change(1, func(l *entry.Line) { in(l, `"Bob"`, `"Eve"`) }), 1, "stands on is missing"},
		{"an invented role", change(3, func(l *entry.Line) { in(l, `"reviewer"`, `"god"`) }), 2, `there is no role "god"`},
		{"an invented event", change(3, func(l *entry.Line) { in(l, `review.submitted`, `review.decreed`) }), 2, `there is no event "review.decreed"`},
		{"an invented field", change(3, func(l *entry.Line) { in(l, `"verdict"`, `"decree":1,"verdict"`) }), 2, "unknown field"},
		{"a text less", change(2, func(l *entry.Line) { l.Text, l.Salt = nil, "" }), 1, "its text is missing"},
		{"another text", change(2, func(l *entry.Line) { x := "x"; l.Text = &x }), 1, "not the one that was written"},
	} {
		news, dropped := state.Sift(b.State.Lines(), tt.lines)
		if len(news) != tt.added || tt.dropped == "" && len(dropped) > 0 {
			t.Errorf("%s: %d added, dropped %v", tt.name, len(news), dropped)
		}
		if tt.dropped != "" && !slices.ContainsFunc(dropped, func(l state.Left) bool { return strings.Contains(l.Why, tt.dropped) && l.Event != "" && l.What != "" }) {
			t.Errorf("%s: dropped %v, want %q", tt.name, dropped, tt.dropped)
		}
	}
}
