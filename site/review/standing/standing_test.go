package standing_test

import (
	"testing"
	"time"

	"lockstep/site/review/decider"
	"lockstep/site/review/event"
	"lockstep/site/review/reviewtest"
	"lockstep/site/review/standing"
	"lockstep/site/review/state"
)

// TestStanding: who decides is known by an id. A name that somebody chose is shown
// as unverified, and is nobody's where ids are listed.
func TestStanding(t *testing.T) {
	mallory, real := "oidc:https://idp#mallory", "oidc:https://idp#17"
	for _, tt := range []struct {
		name     string
		deciders decider.Map
		votes    []event.Event
		want, by string
	}{
		{"nobody", nil, nil, standing.Waiting, ""},
		{"the right name", nil, []event.Event{votes(mallory, event.Approve)}, standing.Unverified, mallory},
		{"several of that name", nil, []event.Event{votes(mallory, event.Approve), votes(real, event.Approve), votes("invite:1", event.Approve)}, standing.Ambiguous, ""},
		{"one of several objects", nil, []event.Event{votes(mallory, event.Approve), votes(real, event.RequestChanges)}, standing.Against, real},
		{"the right name, and others have ids", decider.Map{"Bob": {"invite:1"}}, []event.Event{votes(mallory, event.Approve)}, standing.Unmapped, ""},
		{"the right name and the wrong id", decider.Map{"Ada Lovelace": {real}}, []event.Event{votes(mallory, event.Approve)}, standing.Waiting, ""},
		{"the right id", decider.Map{"Ada Lovelace": {real}}, []event.Event{votes(mallory, event.RequestChanges), votes(real, event.Approve)}, standing.Approved, real},
		{"one of two ids objects", decider.Map{"Ada Lovelace": {real, "invite:1"}}, []event.Event{votes("invite:1", event.RequestChanges), votes(real, event.Approve)}, standing.Against, "invite:1"},
	} {
		s := state.New()
		s.Apply([]byte("{}"), event.Event{ID: "doc", Type: event.DocPublished, Revision: reviewtest.NewText, Time: time.Now()}, nil)
		for _, e := range tt.votes {
			if err := s.Apply(e.Encode(), e, nil); err != nil {
				t.Fatalf("%s: %v", tt.name, err)
			}
		}
		trust := &standing.Trust{Deciders: tt.deciders}
		if a := trust.Of(s, "Ada Lovelace", reviewtest.NewText); a.State != tt.want || a.By != tt.by {
			t.Errorf("%s: %+v, want %s by %q", tt.name, a, tt.want, tt.by)
		}
	}
}

func votes(id string, v event.Verdict) event.Event {
	return event.Event{ID: "v-" + id, Type: event.ReviewSubmitted, Verdict: v, Revision: reviewtest.NewText, Actor: event.Person{ID: id, Name: "Ada Lovelace", Role: "reviewer"}, Time: time.Now()}
}
