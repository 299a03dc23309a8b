package review

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"lockstep/site"
	"lockstep/site/review/access"
	"lockstep/site/review/decider"
	"lockstep/site/review/signature"
)

var ada = access.Actor{ID: "local:ada@example.org", Name: "Ada", Role: access.Maintainer}

// signing is a service of one page whose verdicts are signed with a key, and what
// lists that key for a person.
func signing(t *testing.T, whom string, sign func(context.Context, string, []byte) (string, error)) (*Service, Document) {
	t.Helper()
	key, err := signature.OpenKey(filepath.Join(t.TempDir(), "signing_key"))
	if err != nil {
		t.Fatal(err)
	}
	if sign == nil {
		sign = func(ctx context.Context, _ string, message []byte) (string, error) { return key.Sign(ctx, message) }
	}
	public, _ := key.Public(t.Context())
	allowed, problems := signature.ParseAllowed([]byte(whom + " " + public + "\n"))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	memory := NewMemory()
	revisions, _ := OpenRevisions("")
	s, err := Open(t.Context(), Options{Log: memory, Keys: memory, Revisions: revisions, Sign: sign})
	if err != nil {
		t.Fatal(err)
	}
	d := testPage
	d.Trust = &Trust{Allowed: allowed, Demanded: true, Deciders: decider.Map{"Ada": {"ada@example.org"}}}
	return s, d
}

func approve(t *testing.T, s *Service, d Document, a access.Actor) error {
	t.Helper()
	return s.SubmitVerdict(t.Context(), a, d, VerdictRequest{Verdict: Approve, Revision: d.Revision})
}

func shownTo(t *testing.T, s *Service, d Document) *site.Review {
	t.Helper()
	r, err := s.Review(t.Context(), d, noReader)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestSign: a verdict is signed as it is given, and the signature is of this very
// event: no other may carry it.
func TestSign(t *testing.T) {
	s, d := signing(t, "ada@example.org", nil)
	if err := approve(t, s, d, ada); err != nil {
		t.Fatal(err)
	}
	r := shownTo(t, s, d)
	if v := r.Verdicts[0]; v.Signature != "signed" || v.SignedAs != "ada@example.org" || r.Approvers[0].State != Approved {
		t.Fatalf("%+v %+v", v, r.Approvers)
	}
	lines, err := s.Lines(t.Context(), d.Page)
	if err != nil {
		t.Fatal(err)
	}
	signed := lines[len(lines)-1]
	show := func(l Line) *site.Review {
		state, err := stateOf(append(lines[:len(lines)-1:len(lines)-1], l))
		if err != nil {
			t.Fatal(err)
		}
		return Show(state, d, HoldRevisions(nil), noReader)
	}
	change := func(f func(*Line)) Line { l := signed; f(&l); return l }
	for _, tt := range []struct {
		name, signature, stands string
		line                    Line
	}{
		{"as it is", "signed", Approved, signed},
		{"without its signature", "unsigned", Unsigned, change(func(l *Line) { l.Signature = "" })},
		{"with another time", "broken", Forged, change(func(l *Line) { l.Event = []byte(strings.Replace(string(l.Event), `"time":"2`, `"time":"3`, 1)) })},
		{"on something less", "", Waiting, change(func(l *Line) { l.Parents = []string{} })},
		{"with half a signature", "broken", Forged, change(func(l *Line) { l.Signature = l.Signature[:40] })},
		{"as somebody else's", "broken", Waiting, change(func(l *Line) { l.Event = []byte(strings.Replace(string(l.Event), `ada@`, `eve@`, 1)) })},
	} {
		r := show(tt.line)
		got := ""
		for _, v := range r.Verdicts {
			got += v.Signature
		}
		if got != tt.signature || r.Approvers[0].State != tt.stands {
			t.Errorf("%s: %+v %+v", tt.name, r.Verdicts, r.Approvers)
		}
	}
	// On another page it is another event.
	elsewhere := change(func(l *Line) { l.Page = "adr/0002-other" })
	state, err := stateOf([]Line{{Page: elsewhere.Page, Parents: []string{}, Event: lines[0].Event}, {Page: elsewhere.Page, Event: signed.Event, Signature: signed.Signature}})
	if err != nil {
		t.Fatal(err)
	}
	if w := state.Words(d.Trust); len(w) != 1 || w[0].State != signature.Broken {
		t.Errorf("on another page: %+v", w)
	}
}

// TestSign_server: a server's key speaks for those whom it has signed in, and for
// nobody else; it signs the end of a blocker, too.
func TestSign_server(t *testing.T) {
	s, d := signing(t, "oidc:*,invite:*", nil)
	d.Trust.Deciders = decider.Map{"Ada": {"oidc:https://idp.example#17"}}
	bob := access.Actor{ID: "invite:7f3a", Name: "Bob", Role: access.Reviewer}
	id, _, err := s.OpenThread(t.Context(), bob, d, ThreadRequest{Body: "No.", Intent: Blocking})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Resolve(t.Context(), bob, d, id, ResolveRequest{Kind: Answered}); err != nil {
		t.Fatal(err)
	}
	if err := approve(t, s, d, access.Actor{ID: "oidc:https://idp.example#17", Name: "A. L.", Role: access.Reviewer}); err != nil {
		t.Fatal(err)
	}
	if err := approve(t, s, d, ada); err != nil { // who was never signed in there
		t.Fatal(err)
	}
	lines, _ := s.Lines(t.Context(), d.Page)
	state, _ := StateOf(lines)
	var got []string
	for _, w := range state.Words(d.Trust) {
		got = append(got, w.Who.ID+" "+w.What+" "+string(w.State))
	}
	want := "oidc:https://idp.example#17 approve signed, local:ada@example.org approve unlisted, invite:7f3a resolved a blocking thread signed"
	if strings.Join(got, ", ") != want {
		t.Errorf("%s\nwant %s", strings.Join(got, ", "), want)
	}
	if a := shownTo(t, s, d).Approvers[0]; a.State != Approved || a.By != "oidc:https://idp.example#17" {
		t.Errorf("%+v", a)
	}
}

// TestSign_refused: what cannot be signed is not written.
func TestSign_refused(t *testing.T) {
	s, d := signing(t, "ada@example.org", func(context.Context, string, []byte) (string, error) {
		return "", errors.New("agent refused operation")
	})
	var refusal *Error
	if err := approve(t, s, d, ada); !errors.As(err, &refusal) || refusal.Code != "not-signed" || !strings.Contains(refusal.Detail, "agent refused") {
		t.Fatalf("%v", err)
	}
	if r := shownTo(t, s, d); len(r.Verdicts) != 0 {
		t.Errorf("%+v", r.Verdicts)
	}
	if _, _, err := s.OpenThread(t.Context(), ada, d, ThreadRequest{Body: "A remark needs no signature."}); err != nil {
		t.Error(err)
	}
}

// TestSign_alone: while a verdict is signed nobody adds to the page, so within one
// server everything has one line of parents.
func TestSign_alone(t *testing.T) {
	s, d := signing(t, "ada@example.org", nil)
	var wait sync.WaitGroup
	for i := range 8 {
		wait.Go(func() {
			if i%2 == 0 {
				approve(t, s, d, ada)
				return
			}
			s.OpenThread(t.Context(), ada, d, ThreadRequest{Body: "x"})
		})
	}
	wait.Wait()
	lines, err := s.Lines(t.Context(), d.Page)
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range lines {
		if i > 0 && (len(l.Parents) != 1 || l.Parents[0] != lines[i-1].ID()) {
			t.Errorf("#%d stands on %v", i+1, l.Parents)
		}
	}
}

// TestStanding: who decides is known by an id. A name that somebody chose is shown
// as unverified, and is nobody's where ids are listed.
func TestStanding(t *testing.T) {
	mallory, real := "oidc:https://idp#mallory", "oidc:https://idp#17"
	for _, tt := range []struct {
		name     string
		deciders decider.Map
		votes    []Event
		want, by string
	}{
		{"nobody", nil, nil, Waiting, ""},
		{"the right name", nil, []Event{votes(mallory, Approve)}, Unverified, mallory},
		{"several of that name", nil, []Event{votes(mallory, Approve), votes(real, Approve), votes("invite:1", Approve)}, Ambiguous, ""},
		{"one of several objects", nil, []Event{votes(mallory, Approve), votes(real, RequestChanges)}, Against, real},
		{"the right name, and others have ids", decider.Map{"Bob": {"invite:1"}}, []Event{votes(mallory, Approve)}, Unmapped, ""},
		{"the right name and the wrong id", decider.Map{"Ada Lovelace": {real}}, []Event{votes(mallory, Approve)}, Waiting, ""},
		{"the right id", decider.Map{"Ada Lovelace": {real}}, []Event{votes(mallory, RequestChanges), votes(real, Approve)}, Approved, real},
		{"one of two ids objects", decider.Map{"Ada Lovelace": {real, "invite:1"}}, []Event{votes("invite:1", RequestChanges), votes(real, Approve)}, Against, "invite:1"},
	} {
		s := NewState()
		s.Apply([]byte("{}"), Event{ID: "doc", Type: DocPublished, Revision: newText, Time: time.Now()}, nil)
		for _, e := range tt.votes {
			if err := s.Apply(e.encode(), e, nil); err != nil {
				t.Fatalf("%s: %v", tt.name, err)
			}
		}
		d := Document{Page: "adr/1", Revision: newText, Approvers: []string{"Ada Lovelace"}, Trust: &Trust{Deciders: tt.deciders}}
		if a := Show(s, d, HoldRevisions(nil), access.Actor{}).Approvers[0]; a.State != tt.want || a.By != tt.by {
			t.Errorf("%s: %+v, want %s by %q", tt.name, a, tt.want, tt.by)
		}
	}
}

func votes(id string, v Verdict) Event {
	return Event{ID: "v-" + id, Type: ReviewSubmitted, Verdict: v, Revision: newText, Actor: Person{ID: id, Name: "Ada Lovelace", Role: "reviewer"}, Time: time.Now()}
}
