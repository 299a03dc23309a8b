package review

import (
	"encoding/hex"
	"fmt"
	"time"

	"lockstep/site/review/access"
)

// Suggestion is a thread that suggests an edit, in the log of its page.
type Suggestion struct {
	*Thread
	log *State
}

// SuggestionIn finds a suggestion that may still be applied.
func SuggestionIn(log []Line, thread string) (Suggestion, error) {
	s, err := StateOf(log)
	if err != nil {
		return Suggestion{}, err
	}
	t := s.byID[thread]
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
func (s Suggestion) Applied(a access.Actor, commitHash string, now time.Time) Line {
	text, key := "written by lockstep review apply", newKey()
	e := Event{ID: "apply:" + newID(), Type: SuggestionApplied, Time: now.UTC().Truncate(time.Millisecond), Actor: person(a),
		Thread: s.ID, Saw: s.last.id, Kind: Applied, Commit: commitHash, Body: commit(key.Salt[:], text)}
	return Line{Page: s.log.Page, N: s.log.N + 1, Parents: s.log.Heads(), Event: e.encode(), Text: &text, Salt: hex.EncodeToString(key.Salt[:])}
}
