package event

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"unicode"

	"lockstep/site"
	"lockstep/site/review/access"
	"lockstep/site/review/entry"
	"lockstep/site/review/strictjson"
)

// eventIDForm is that of comments, with the prefix of other events.
var eventIDForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:-]{0,119}$`)

// Admit says what is wrong with an event that comes from a file: what no server
// of ours would have written. What it says may still be refused by the rules.
func Admit(l entry.Line) (e Event, err error) {
	if err := strictjson.Unmarshal(l.Event, &e); err != nil {
		return e, err
	}
	if !eventIDForm.MatchString(e.ID) {
		return e, fmt.Errorf("%q is no id", shortened(e.ID))
	}
	if err := e.admitPerson(); err != nil {
		return e, err
	}
	switch {
	case e.Time.IsZero():
		return e, errors.New("it has no time")
	case VerbOf[e.Type] == "" && e.Type != DocPublished:
		return e, fmt.Errorf("there is no event %q", shortened(string(e.Type)))
	case e.Revision != "" && !IsRevision(e.Revision), e.Type == DocPublished && e.Revision == "":
		return e, fmt.Errorf("%q is no revision", shortened(e.Revision))
	case e.Saw != "" && !entry.IDForm.MatchString(e.Saw):
		return e, errors.New("what it saw is no event")
	case e.Type == ThreadOpened && (e.Anchor == nil || !slices.Contains(Intents, e.Intent)):
		return e, errors.New("it opens a thread without an anchor, or with an intent that is not known")
	case (e.Type == ThreadResolved || e.Type == SuggestionApplied) && !slices.Contains(ResolutionKinds, e.Kind):
		return e, fmt.Errorf("there is no end of a thread %q", shortened(string(e.Kind)))
	case e.Type == ReviewSubmitted && !slices.Contains([]Verdict{Approve, RequestChanges, Comments}, e.Verdict):
		return e, fmt.Errorf("there is no verdict %q", shortened(string(e.Verdict)))
	case l.Text == nil && l.Salt != "":
		return e, errors.New("it has a salt and no text")
	case l.Text != nil && !e.Opens(Body{*l.Text, l.Salt}):
		return e, errors.New("its text is not the one that was written")
	}
	if l.Text != nil {
		_, err = ParseSalt(l.Salt)
	}
	return e, err
}

func (e Event) admitPerson() error {
	p := e.Actor
	if _, err := access.ParseRole(p.Role); err != nil && (e.Type != DocPublished || p.Role != "site") {
		return fmt.Errorf("there is no role %q", shortened(p.Role))
	}
	if p.ID == "" {
		return errors.New("it has no actor")
	}
	for _, text := range []string{p.ID, p.Name} {
		if len(text) > maxActor {
			return fmt.Errorf("the name %q… is too long", shortened(text))
		}
		for _, r := range text {
			if unicode.IsControl(r) {
				return errors.New("its actor's name has a control character")
			}
		}
	}
	return nil
}

// maxActor bounds an id and a name, in bytes: an id has an issuer in it.
const maxActor = 512

func shortened(text string) string { return text[:min(len(text), 40)] }

// Decode reads an event that was admitted.
func Decode(l entry.Line) (e Event, err error) {
	return e, json.Unmarshal(l.Event, &e)
}

// IsRevision says whether a name may be that of a file of ours.
func IsRevision(name string) bool { return site.SchemeOf(name) > 0 }
