package review_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"lockstep/site"
	"lockstep/site/review"
	"lockstep/site/review/access"
	"lockstep/site/review/decider"
	"lockstep/site/review/display"
	"lockstep/site/review/entry"
	"lockstep/site/review/event"
	"lockstep/site/review/refusal"
	"lockstep/site/review/reviewtest"
	"lockstep/site/review/signature"
	"lockstep/site/review/standing"
	"lockstep/site/review/state"
	"lockstep/site/review/store"
	"lockstep/site/review/subject"
)

var ada = access.Actor{ID: "local:ada@example.org", Name: "Ada", Role: access.Maintainer}

// signing is a service of one page whose verdicts are signed with a key, and what
// lists that key for a person.
func signing(t *testing.T, whom string, sign func(context.Context, string, []byte) (string, error)) (*review.Service, subject.Page) {
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
	memory := store.NewMemory()
	revisions, _ := store.OpenRevisions("")
	s, err := review.Open(t.Context(), review.Options{Log: memory, Keys: memory, Revisions: revisions, Sign: sign})
	if err != nil {
		t.Fatal(err)
	}
	d := reviewtest.Page
	d.Trust = &standing.Trust{Allowed: allowed, Demanded: true, Deciders: decider.Map{"Ada": {"ada@example.org"}}}
	return s, d
}

func approve(t *testing.T, s *review.Service, d subject.Page, a access.Actor) error {
	t.Helper()
	return s.SubmitVerdict(t.Context(), a, d, review.VerdictRequest{Verdict: event.Approve, Revision: d.Revision})
}

func shownTo(t *testing.T, s *review.Service, d subject.Page) *site.Review {
	t.Helper()
	r, err := s.Review(t.Context(), d, access.Actor{})
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
	if v := r.Verdicts[0]; v.Signature != "signed" || v.SignedAs != "ada@example.org" || r.Approvers[0].State != standing.Approved {
		t.Fatalf("%+v %+v", v, r.Approvers)
	}
	lines, err := s.Lines(t.Context(), d.Name)
	if err != nil {
		t.Fatal(err)
	}
	signed := lines[len(lines)-1]
	show := func(l entry.Line) *site.Review {
		sum, err := state.Sum(append(lines[:len(lines)-1:len(lines)-1], l))
		if err != nil {
			t.Fatal(err)
		}
		return display.Show(sum, d, store.HoldRevisions(nil), access.Actor{})
	}
	change := func(f func(*entry.Line)) entry.Line { l := signed; f(&l); return l }
	for _, tt := range []struct {
		name, signature, stands string
		line                    entry.Line
	}{
		{"as it is", "signed", standing.Approved, signed},
		{"without its signature", "unsigned", standing.Unsigned, change(func(l *entry.Line) { l.Signature = "" })},
		{"with another time", "broken", standing.Forged, change(func(l *entry.Line) { l.Event = []byte(strings.Replace(string(l.Event), `"time":"2`, `"time":"3`, 1)) })},
		{"on something less", "", standing.Waiting, change(func(l *entry.Line) { l.Parents = []string{} })},
		{"with half a signature", "broken", standing.Forged, change(func(l *entry.Line) { l.Signature = l.Signature[:40] })},
		{"as somebody else's", "broken", standing.Waiting, change(func(l *entry.Line) { l.Event = []byte(strings.Replace(string(l.Event), `ada@`, `eve@`, 1)) })},
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
	elsewhere := change(func(l *entry.Line) { l.Page = "adr/0002-other" })
	sum, err := state.Sum([]entry.Line{{Page: elsewhere.Page, Parents: []string{}, Event: lines[0].Event}, {Page: elsewhere.Page, Event: signed.Event, Signature: signed.Signature}})
	if err != nil {
		t.Fatal(err)
	}
	if w := d.Trust.Words(sum); len(w) != 1 || w[0].State != signature.Broken {
		t.Errorf("on another page: %+v", w)
	}
}

// TestSign_server: a server's key speaks for those whom it has signed in, and for
// nobody else; it signs the end of a blocker, too.
func TestSign_server(t *testing.T) {
	s, d := signing(t, "oidc:*,invite:*", nil)
	d.Trust.Deciders = decider.Map{"Ada": {"oidc:https://idp.example#17"}}
	bob := access.Actor{ID: "invite:7f3a", Name: "Bob", Role: access.Reviewer}
	id, _, err := s.OpenThread(t.Context(), bob, d, review.ThreadRequest{Body: "No.", Intent: event.Blocking})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Resolve(t.Context(), bob, d, id, review.ResolveRequest{Kind: event.Answered}); err != nil {
		t.Fatal(err)
	}
	if err := approve(t, s, d, access.Actor{ID: "oidc:https://idp.example#17", Name: "A. L.", Role: access.Reviewer}); err != nil {
		t.Fatal(err)
	}
	if err := approve(t, s, d, ada); err != nil { // who was never signed in there
		t.Fatal(err)
	}
	lines, _ := s.Lines(t.Context(), d.Name)
	sum, _ := state.Of(lines)
	var got []string
	for _, w := range d.Trust.Words(sum) {
		got = append(got, w.Who.ID+" "+w.What+" "+string(w.State))
	}
	want := "oidc:https://idp.example#17 approve signed, local:ada@example.org approve unlisted, invite:7f3a resolved a blocking thread signed"
	if strings.Join(got, ", ") != want {
		t.Errorf("%s\nwant %s", strings.Join(got, ", "), want)
	}
	if a := shownTo(t, s, d).Approvers[0]; a.State != standing.Approved || a.By != "oidc:https://idp.example#17" {
		t.Errorf("%+v", a)
	}
}

// TestSign_refused: what cannot be signed is not written.
func TestSign_refused(t *testing.T) {
	s, d := signing(t, "ada@example.org", func(context.Context, string, []byte) (string, error) {
		return "", errors.New("agent refused operation")
	})
	var no *refusal.Error
	if err := approve(t, s, d, ada); !errors.As(err, &no) || no.Code != "not-signed" || !strings.Contains(no.Detail, "agent refused") {
		t.Fatalf("%v", err)
	}
	if r := shownTo(t, s, d); len(r.Verdicts) != 0 {
		t.Errorf("%+v", r.Verdicts)
	}
	if _, _, err := s.OpenThread(t.Context(), ada, d, review.ThreadRequest{Body: "A remark needs no signature."}); err != nil {
		t.Error(err)
	}
}

// TestSign_holds: what somebody adds while a verdict is signed waits, and stands on it.
func TestSign_holds(t *testing.T) {
	var s *review.Service
	var d subject.Page
	added := make(chan error, 1)
	s, d = signing(t, "ada@example.org", func(context.Context, string, []byte) (string, error) {
		go func() {
			_, _, err := s.OpenThread(context.Background(), ada, d, review.ThreadRequest{Body: "Meanwhile."})
			added <- err
		}()
		select {
		case <-added:
			t.Error("somebody added to the page while a verdict was signed")
			close(added)
		case <-time.After(200 * time.Millisecond):
		}
		return "signature", nil
	})
	if err := approve(t, s, d, ada); err != nil {
		t.Fatal(err)
	}
	if err := <-added; err != nil {
		t.Fatal(err)
	}
	lines, err := s.Lines(t.Context(), d.Name)
	if err != nil {
		t.Fatal(err)
	}
	if len(lines) < 2 {
		t.Fatalf("%d events", len(lines))
	}
	if len(lines[1].Parents) != 1 || lines[1].Parents[0] != lines[0].ID() {
		t.Errorf("%d events, the second on %v", len(lines), lines[1].Parents)
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
			s.OpenThread(t.Context(), ada, d, review.ThreadRequest{Body: "x"})
		})
	}
	wait.Wait()
	lines, err := s.Lines(t.Context(), d.Name)
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range lines {
		if i > 0 && (len(l.Parents) != 1 || l.Parents[0] != lines[i-1].ID()) {
			t.Errorf("#%d stands on %v", i+1, l.Parents)
		}
	}
}
