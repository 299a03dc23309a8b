package review

import (
	"encoding/hex"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lockstep/site/review/anchor"
	"lockstep/site/review/entry"
)

var (
	histories = flag.Int("histories", 500, "random histories of TestConverge")
	firstSeed = flag.Int("first-seed", 0, "seed of the first of them, so that several processes can share a large number")
)

// clone is one clone of a repository with the log beside it.
type clone struct {
	r     *rand.Rand
	name  string
	state *State
	made  int
	clock time.Time // every clone's own, and none is right
}

const (
	oldText = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	newText = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
)

var (
	testPage = Document{Page: "adr/0001-log", Path: "/adr/0001-log/", Title: "Use a log", Revision: newText, Approvers: []string{"Ada"}}
	people   = []Person{{"test:Ada", "Ada", "reviewer"}, {"test:Bob", "Bob", "commenter"}, {"test:Max", "Max", "maintainer"}, {"test:Rita", "Rita", "reader"}}
)

func newClone(r *rand.Rand, name string) *clone {
	c := &clone{r: r, name: name, state: NewState(), clock: time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC).Add(time.Duration(r.IntN(60)) * time.Second)}
	c.state.Page = testPage.Page
	return c
}

// say adds an event of this clone's to its log, whatever the rules say of it.
func (c *clone) say(e Event, text string) *Error {
	c.made++
	if e.ID == "" {
		e.ID = fmt.Sprintf("%s-%d", c.name, c.made)
	}
	c.clock = c.clock.Add(time.Duration(c.r.IntN(3)) * time.Second)
	e.Time = c.clock
	var body *Body
	if text != "" {
		salt := fmt.Appendf(nil, "%016d", c.r.IntN(1e9))
		e.Body = commit(salt, text)
		body = &Body{text, hex.EncodeToString(salt)}
	}
	return c.state.Apply(e.encode(), e, body)
}

// act does something at random, mostly what is allowed.
func (c *clone) act() {
	s, who := c.state, people[c.r.IntN(len(people))]
	e := Event{Actor: who, Revision: s.Published}
	thread := func() *Thread {
		if len(s.threads) == 0 {
			return &Thread{ID: "none"}
		}
		return s.threads[c.r.IntN(len(s.threads))]
	}
	comment := func() *Comment {
		t := thread()
		if len(t.Comments) == 0 {
			return &Comment{ID: "none", Author: who}
		}
		return t.Comments[c.r.IntN(len(t.Comments))]
	}
	text := fmt.Sprintf("%s says %d", c.name, c.made)
	switch c.r.IntN(11) {
	case 0:
		e.Type, e.Revision, e.Actor, text = DocPublished, []string{oldText, newText}[c.r.IntN(2)], Person{"site", "the site", "site"}, ""
	case 1, 2:
		e.Type, e.Intent, e.Anchor = ThreadOpened, []Intent{Blocking, Remark}[c.r.IntN(2)], &anchor.Anchor{Revision: s.Published}
		if c.r.IntN(20) == 0 {
			e.ID = "the-same" // in every clone
		}
	case 3:
		e.Type, e.Thread = CommentAdded, thread().ID
	case 4:
		was := comment()
		e.Type, e.Thread, e.Comment, e.Actor = CommentEdited, was.Thread, was.ID, was.Author
		if c.r.IntN(2) == 0 {
			e.Saw = was.last.id
		}
	case 5:
		was := comment()
		e.Type, e.Thread, e.Comment, text = CommentRedacted, was.Thread, was.ID, ""
	case 6, 7:
		was := thread()
		e.Type, e.Thread, e.Kind = ThreadResolved, was.ID, Answered
		if c.r.IntN(2) == 0 {
			e.Saw = was.last.id
		}
	case 8:
		e.Type, e.Thread, text = ThreadReopened, thread().ID, ""
		if c.r.IntN(3) == 0 {
			e.Type, e.Anchor = ThreadRelinked, &anchor.Anchor{Revision: newText}
		}
	case 9:
		e.Type, e.Verdict = ReviewSubmitted, []Verdict{Approve, Approve, RequestChanges, Comments}[c.r.IntN(4)]
	case 10:
		e.Type, e.Revision, text = ReviewWithdrawn, "", ""
	}
	c.say(e, text)
}

// take is git merge and import: what the other has is added, in any order.
func (c *clone) take(t *testing.T, other *clone) {
	t.Helper()
	lines := other.state.Lines()
	c.r.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
	news, dropped := sift(c.state.Lines(), lines)
	if len(dropped) > 0 {
		t.Fatalf("%s dropped what %s has: %v", c.name, other.name, dropped)
	}
	items := make([]*item, 0, len(news))
	for _, l := range news {
		e, err := eventOf(l)
		if err != nil {
			t.Fatal(err)
		}
		it := &item{raw: l.Event, e: e, parents: l.Parents, signature: l.Signature}
		if l.Text != nil {
			it.body = &Body{*l.Text, l.Salt}
		}
		items = append(items, it)
	}
	if err := c.state.join(items); err != nil {
		t.Fatal(err)
	}
}

// shows is everything that a state says, less the numbers of the log.
func shows(s *State) string {
	var b strings.Builder
	fmt.Fprintf(&b, "published %.1s, %d blockers, %d events, head %s\n", s.Published, s.blockers(), s.N, s.Head)
	for _, t := range s.threads {
		fmt.Fprintf(&b, "thread %s %s by %s at %.1s last %s", t.ID, t.Intent, t.Opener.ID, t.Anchor.Revision, t.last.id)
		if t.End != nil {
			fmt.Fprintf(&b, " %s by %s: %q", t.End.Kind, t.End.By.ID, t.End.Reason)
		}
		b.WriteByte('\n')
		for _, c := range t.Comments {
			fmt.Fprintf(&b, "  %s by %s: %q %v %v last %s\n", c.ID, c.Author.ID, c.Body, c.Redacted, c.Before, c.last.id)
		}
	}
	for _, v := range s.verdicts {
		fmt.Fprintf(&b, "%s by %s on %.1s: %q\n", v.Verdict, v.By.ID, v.Revision, v.Body)
	}
	for _, id := range s.graph.Order() {
		if it := s.items[id]; it.refusal != nil {
			fmt.Fprintf(&b, "refused %s: %s\n", id, it.refusal.Code)
		}
	}
	fmt.Fprintf(&b, "shredded %q", slices.Sorted(slices.Values(s.shredded)))
	return b.String()
}

// TestConverge: clones that know of each other at random, and write at random, are
// equal once each has what the others have: in what they show, in their heads, in
// the bytes that they export. What was accepted in one is accepted in all. Run it
// with -histories=100000 for as many.
func TestConverge(t *testing.T) {
	events, forks := 0, 0
	for i := range *histories {
		seed := *firstSeed + i
		if i > 0 && i%10_000 == 0 {
			t.Logf("%d histories, %d events", i, events)
		}
		r := rand.New(rand.NewPCG(uint64(seed), 5))
		clones := make([]*clone, 2+r.IntN(3))
		for i := range clones {
			clones[i] = newClone(r, string(rune('a'+i)))
		}
		first := clones[0]
		first.say(Event{Type: DocPublished, Revision: newText, Actor: Person{"site", "the site", "site"}}, "")
		accepted := make(map[string]bool)
		for range 4 + r.IntN(30) {
			c := clones[r.IntN(len(clones))]
			if r.IntN(6) == 0 {
				c.take(t, clones[r.IntN(len(clones))])
				continue
			}
			c.act()
			it := c.state.log[len(c.state.log)-1]
			accepted[it.id] = it.refusal == nil
		}
		hub := clones[r.IntN(len(clones))] // takes from all, and all from it
		for _, i := range r.Perm(len(clones)) {
			hub.take(t, clones[i])
		}
		for _, c := range clones {
			c.take(t, hub)
		}
		want, wantFiles := shows(first.state), filesOf(t, first.state.Lines())
		events += int(first.state.N)
		forks += first.state.rebuilt
		for id, ok := range accepted {
			if it := first.state.items[id]; it == nil || (it.refusal == nil) != ok {
				t.Fatalf("seed %d: event %s was accepted: %v; after the merge it is not so", seed, id, ok)
			}
		}
		for _, c := range clones[1:] {
			if diff := cmp.Diff(want, shows(c.state)); diff != "" {
				t.Fatalf("seed %d: %s and %s have the same events and show different things:\n%s", seed, first.name, c.name, diff)
			}
			if diff := cmp.Diff(wantFiles, filesOf(t, c.state.Lines())); diff != "" {
				t.Fatalf("seed %d: %s and %s export different bytes:\n%s", seed, first.name, c.name, diff)
			}
		}
		// So does whoever has the files alone.
		sorted, orphans := Canonical(readFiles(t, wantFiles))
		read, err := StateOf(sorted)
		if err != nil || len(orphans) > 0 {
			t.Fatalf("seed %d: read from files: %d orphans, %v", seed, len(orphans), err)
		}
		if diff := cmp.Diff(want, shows(read)); diff != "" {
			t.Fatalf("seed %d: the files show something else:\n%s", seed, diff)
		}
	}
	if forks == 0 {
		t.Error("no history had a fork: nothing was tried")
	}
	t.Logf("%d histories, %d events", *histories, events)
}

func filesOf(t *testing.T, lines []Line) map[string]string {
	t.Helper()
	files, err := Files(lines, testPage, HoldRevisions(nil))
	if err != nil {
		t.Fatal(err)
	}
	out := make(map[string]string, len(files))
	for name, data := range files {
		out[name] = string(data)
	}
	return out
}

func readFiles(t *testing.T, files map[string]string) (lines []Line) {
	t.Helper()
	for name, data := range files {
		if !strings.HasPrefix(name, EventsFolder+"/") {
			continue
		}
		l, err := entry.Decode([]byte(data))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := admit(l); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		lines = append(lines, l)
	}
	return lines
}

// pair is two clones with the same beginning.
func pair(t *testing.T) (a, b *clone) {
	r := rand.New(rand.NewPCG(1, 1))
	a, b = newClone(r, "a"), newClone(r, "b")
	a.say(Event{Type: DocPublished, Revision: newText, Actor: Person{"site", "the site", "site"}}, "")
	b.take(t, a)
	return a, b
}

func (c *clone) must(t *testing.T, e Event, text string) {
	t.Helper()
	if refusal := c.say(e, text); refusal != nil {
		t.Fatalf("%s: %s: %s", c.name, e.Type, refusal.Detail)
	}
}

func opened(id string, intent Intent) Event {
	return Event{ID: id, Type: ThreadOpened, Actor: people[1], Intent: intent, Revision: newText, Anchor: &anchor.Anchor{Revision: newText}}
}

func verdict(v Verdict) Event {
	if v == Withdraw {
		return Event{Type: ReviewWithdrawn, Actor: people[0]}
	}
	return Event{Type: ReviewSubmitted, Actor: people[0], Verdict: v, Revision: newText}
}

// TestMerge_blocker_and_approval: one clone has a blocker, the other an approval
// that did not know of it. Both keep both.
func TestMerge_blocker_and_approval(t *testing.T) {
	a, b := pair(t)
	a.must(t, opened("x", Blocking), "No.")
	b.must(t, verdict(Approve), "Yes.")
	a.take(t, b)
	b.take(t, a)
	for _, c := range []*clone{a, b} {
		shown := Show(c.state, testPage, HoldRevisions(nil), noReader)
		if shown.Blockers != 1 || len(shown.Verdicts) != 1 || shown.Approvers[0].State != Approved || shown.Head != a.state.Head.String() {
			t.Errorf("%s: %d blockers, verdicts %v, %v", c.name, shown.Blockers, shown.Verdicts, shown.Approvers)
		}
	}
	// Whoever knows of both may not approve.
	for _, c := range []*clone{a, b} {
		if refusal := c.say(verdict(Approve), ""); refusal == nil || refusal.Code != "blockers" {
			t.Errorf("%s: approved beside a blocker that was seen: %v", c.name, refusal)
		}
	}
}

// TestMerge_rules: what counts where two clones did different things to one.
func TestMerge_rules(t *testing.T) {
	ends := func(e Event) Event { e.Thread, e.Kind = "x", Answered; return e }
	edit := func(text string) Event {
		return Event{Type: CommentEdited, Actor: people[1], Thread: "x", Comment: "x"}
	}
	for _, tt := range []struct {
		name         string
		before, a, b []Event
		want         func(*State) bool
	}{
		{"resolved twice", []Event{opened("x", Blocking)}, []Event{ends(Event{Type: ThreadResolved, Actor: people[1]})}, []Event{ends(Event{Type: ThreadResolved, Actor: people[2]})},
			func(s *State) bool { return s.blockers() == 0 && s.byID["x"].End.By.ID == people[1].ID }},
		{"resolved, and answered", []Event{opened("x", Blocking)}, []Event{ends(Event{Type: ThreadResolved, Actor: people[1]})}, []Event{{Type: CommentAdded, Actor: people[2], Thread: "x"}},
			func(s *State) bool { return s.blockers() == 0 && len(s.byID["x"].Comments) == 2 }},
		{"reopened, and reopened and resolved", []Event{opened("x", Blocking), ends(Event{Type: ThreadResolved, Actor: people[1]})},
			[]Event{{Type: ThreadReopened, Actor: people[1], Thread: "x"}},
			[]Event{{Type: ThreadReopened, Actor: people[2], Thread: "x"}, ends(Event{Type: ThreadResolved, Actor: people[2]})},
			func(s *State) bool { return s.blockers() == 1 }},
		{"edited twice", []Event{opened("x", Remark)}, []Event{edit("")}, []Event{edit("")},
			func(s *State) bool { return len(s.comments["x"].Before) == 2 }},
		{"edited, and redacted", []Event{opened("x", Remark)}, []Event{edit("")}, []Event{{Type: CommentRedacted, Actor: people[1], Thread: "x", Comment: "x"}},
			func(s *State) bool {
				c := s.comments["x"]
				return c.Redacted && c.Body == "" && len(c.Before) == 0 && len(s.missing()) == 0 && !slices.ContainsFunc(s.log, func(it *item) bool { return it.body != nil })
			}},
		{"approved, and against", nil, []Event{verdict(Approve)}, []Event{verdict(RequestChanges)},
			func(s *State) bool { return len(s.verdicts) == 1 && s.verdicts[0].Verdict == RequestChanges }},
		{"approved anew, and withdrawn", []Event{verdict(Approve)}, []Event{verdict(Approve)}, []Event{verdict(Withdraw)},
			func(s *State) bool { return len(s.verdicts) == 0 }},
		{"against, and withdrawn", []Event{verdict(Approve)}, []Event{verdict(RequestChanges)}, []Event{verdict(Withdraw)},
			func(s *State) bool { return len(s.verdicts) == 1 && s.verdicts[0].Verdict == RequestChanges }},
		{"one id for two things", nil, []Event{opened("y", Blocking)}, []Event{opened("y", Remark)},
			func(s *State) bool { return len(s.threads) == 2 && s.blockers() == 1 && s.byID["y"] != nil }},
	} {
		for _, swap := range []bool{false, true} { // whose clock is ahead must not matter
			a, b := pair(t)
			for i, e := range tt.before {
				a.must(t, e, fmt.Sprint("before ", i))
			}
			b.take(t, a)
			if swap {
				a.clock = a.clock.Add(time.Hour)
			} else {
				b.clock = b.clock.Add(time.Hour)
			}
			for _, e := range tt.a {
				a.must(t, e, textOf(e))
			}
			for _, e := range tt.b {
				b.must(t, e, textOf(e))
			}
			a.take(t, b)
			b.take(t, a)
			if x, y := shows(a.state), shows(b.state); x != y {
				t.Errorf("%s: %s", tt.name, cmp.Diff(x, y))
			}
			if tt.name == "resolved twice" && swap {
				continue // then the other is the earlier
			}
			if !tt.want(a.state) {
				t.Errorf("%s: %s", tt.name, shows(a.state))
			}
		}
	}
}

// TestFold_roles: the state itself refuses what a role may not do, so that a file
// cannot say what no server would have let in.
func TestFold_roles(t *testing.T) {
	a, _ := pair(t)
	a.must(t, opened("x", Blocking), "No.")
	for _, tt := range []struct {
		who  int
		e    Event
		code string
	}{
		{1, Event{Type: ReviewSubmitted, Verdict: RequestChanges, Revision: newText}, "forbidden"},
		{3, opened("y", Remark), "forbidden"},
		{3, Event{Type: CommentAdded, Thread: "x"}, "forbidden"},
		{0, Event{Type: CommentEdited, Thread: "x", Comment: "x"}, "forbidden"},
		{0, Event{Type: CommentRedacted, Thread: "x", Comment: "x"}, "forbidden"},
		{3, Event{Type: ThreadResolved, Thread: "x", Kind: Answered}, "forbidden"},
		{0, Event{Type: ThreadResolved, Thread: "x", Kind: Answered}, ""},
	} {
		tt.e.Actor = people[tt.who]
		code := ""
		if refusal := a.say(tt.e, textOf(tt.e)); refusal != nil {
			code = refusal.Code
		}
		if code != tt.code {
			t.Errorf("%s by a %s: %q, want %q", tt.e.Type, tt.e.Actor.Role, code, tt.code)
		}
	}
	god := opened("z", Remark)
	god.Actor.Role = "god"
	if refusal := a.say(god, "x"); refusal == nil || !strings.Contains(refusal.Detail, `no role "god"`) {
		t.Errorf("an invented role: %v", refusal)
	}
}

func textOf(e Event) string {
	switch e.Type {
	case CommentRedacted, ThreadReopened, ReviewWithdrawn:
		return ""
	}
	return "text"
}

// TestSift: what an import cannot make anything of is named with its reason, and
// everything else is added.
func TestSift(t *testing.T) {
	a, b := pair(t)
	a.must(t, opened("x", Blocking), "No.")
	a.must(t, Event{Type: CommentAdded, Actor: people[2], Thread: "x"}, "Why?")
	a.must(t, verdict(RequestChanges), "")
	lines := a.state.Lines()
	change := func(i int, f func(*Line)) []Line {
		out := slices.Clone(lines)
		f(&out[i])
		return out
	}
	in := func(l *Line, old, now string) {
		l.Event = []byte(strings.Replace(string(l.Event), old, now, 1))
	}
	for _, tt := range []struct {
		name    string
		lines   []Line
		added   int
		dropped string
	}{
		{"everything", lines, 3, ""},
		{"a blocker less", slices.Delete(slices.Clone(lines), 1, 2), 0, "stands on is missing"},
		{"another author", change(1, func(l *Line) { in(l, `"Bob"`, `"Eve"`) }), 1, "stands on is missing"},
		{"an invented role", change(3, func(l *Line) { in(l, `"reviewer"`, `"god"`) }), 2, `there is no role "god"`},
		{"an invented event", change(3, func(l *Line) { in(l, `review.submitted`, `review.decreed`) }), 2, `there is no event "review.decreed"`},
		{"an invented field", change(3, func(l *Line) { in(l, `"verdict"`, `"decree":1,"verdict"`) }), 2, "unknown field"},
		{"a text less", change(2, func(l *Line) { l.Text, l.Salt = nil, "" }), 1, "its text is missing"},
		{"another text", change(2, func(l *Line) { x := "x"; l.Text = &x }), 1, "not the one that was written"},
	} {
		news, dropped := sift(b.state.Lines(), tt.lines)
		if len(news) != tt.added || tt.dropped == "" && len(dropped) > 0 {
			t.Errorf("%s: %d added, dropped %v", tt.name, len(news), dropped)
		}
		if tt.dropped != "" && !slices.ContainsFunc(dropped, func(l Left) bool { return strings.Contains(l.Why, tt.dropped) && l.Event != "" && l.What != "" }) {
			t.Errorf("%s: dropped %v, want %q", tt.name, dropped, tt.dropped)
		}
	}
}
