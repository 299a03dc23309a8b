package repo

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"time"

	"lockstep/site/review/access"
	"lockstep/site/review/entry"
	"lockstep/site/review/event"
	"lockstep/site/review/state"
)

// Suggestion is a thread that suggests an edit, in the log of its page.
type Suggestion struct {
	*state.Thread
	log *state.State
}

// SuggestionIn finds a suggestion that may still be applied.
func SuggestionIn(log []entry.Line, thread string) (Suggestion, error) {
	s, err := state.Of(log)
	if err != nil {
		return Suggestion{}, err
	}
	t := s.Thread(thread)
	switch {
	case t == nil:
		return Suggestion{}, fmt.Errorf("there is no thread %q on this page", thread)
	case t.Suggest == nil:
		return Suggestion{}, fmt.Errorf("the thread %s suggests no edit", thread)
	case t.End != nil:
		return Suggestion{}, fmt.Errorf("the thread %s is resolved as %s", thread, t.End.Kind)
	}
	return Suggestion{t, s}, nil
}

// Applied is the event, at the end of the log, that the edit was written; commit
// is empty if it was not committed.
func (s Suggestion) Applied(a access.Actor, commitHash string, now time.Time) entry.Line {
	text, salt := "written by lockstep review apply", event.NewSalt()
	e := event.Event{ID: "apply:" + rand.Text(), Type: event.SuggestionApplied, Time: now.UTC().Truncate(time.Millisecond), Actor: event.PersonOf(a),
		Thread: s.ID, Saw: s.Change(), Kind: event.Applied, Commit: commitHash, Body: event.Commit(salt[:], text)}
	return entry.Line{Page: s.log.Page, N: s.log.N + 1, Parents: s.log.Heads(), Event: e.Encode(), Text: &text, Salt: hex.EncodeToString(salt[:])}
}
