package review

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"lockstep/site/review/decider"
	"lockstep/site/review/signature"
)

// Trust is what a repository says about people: whom a key speaks for, who the
// decision-makers are, and whether their verdicts must be signed.
type Trust struct {
	Allowed  *signature.Allowed
	Deciders decider.Map
	Demanded bool // an unsigned verdict does not count
}

// signedEvent is what a signature is of.
type signedEvent struct {
	signature string
	message   []byte
}

func signedBy(it *item) signedEvent { return signedEvent{it.signature, messageOf(it.id)} }

// messageOf is what is signed of an event: its id, as a line. The id stands for
// the page, the event and all that it stands on.
func messageOf(id string) []byte { return []byte(id + "\n") }

// MessageOf is what is signed of a line whose parents are known.
func MessageOf(l Line) []byte { return messageOf(l.ID()) }

// idsOf are the names under which a key may be listed for a person.
func idsOf(p Person) []string {
	ids := []string{p.ID}
	if address, ok := strings.CutPrefix(p.ID, "local:"); ok && strings.Contains(address, "@") {
		ids = append(ids, address)
	}
	return ids
}

// judge says what the signature of a verdict is worth.
func (t *Trust) judge(v *Vote) signature.Finding {
	var allowed *signature.Allowed
	if t != nil {
		allowed = t.Allowed
	}
	return allowed.Judge(v.signed.signature, v.signed.message, idsOf(v.By), v.At)
}

// match says how whoever gave a verdict stands to a name in a record. A key that
// is listed for the name speaks for it, and needs no other list.
func (t *Trust) match(name string, v *Vote) (decider.Match, signature.Finding) {
	finding := t.judge(v)
	var deciders decider.Map
	if t != nil {
		deciders = t.Deciders
	}
	// A broken signature has no fingerprint.
	match := deciders.Match(name, v.By.ID, v.By.Name, finding.Fingerprint)
	if ids, _ := deciders.IDs(name); match == decider.Known && finding.State == signature.Unlisted {
		for _, id := range ids {
			if id == finding.Fingerprint {
				finding.State, finding.As, finding.Why = signature.Signed, name, ""
			}
		}
	}
	return match, finding
}

// deciding says whether an event decides something: a verdict, or the end of what
// blocks one.
func (s *Service) deciding(p *page, e Event) bool {
	switch e.Type {
	case ReviewSubmitted, ReviewWithdrawn:
		return true
	case ThreadResolved:
		p.mu.Lock()
		defer p.mu.Unlock()
		t := p.state.byID[e.Thread]
		return t != nil && t.Intent == Blocking
	}
	return false
}

// sign names the parents of an event, and signs it.
func (s *Service) sign(ctx context.Context, p *page, e Event, r *record) error {
	p.mu.Lock()
	r.Parents = p.state.Heads()
	p.mu.Unlock()
	text, err := s.o.Sign(ctx, e.Actor.ID, MessageOf(Line{Page: p.name, Parents: r.Parents, Event: r.Event}))
	if err != nil {
		s.o.Logger.Error("sign a verdict", "page", p.name, "error", err)
		return &Error{http.StatusServiceUnavailable, "not-signed", fmt.Sprintf("it was not signed, so nothing was written: %s", firstLine(err.Error()))}
	}
	r.Signature = text
	return nil
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}
