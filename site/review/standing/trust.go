package standing

import (
	"strings"

	"lockstep/site/review/decider"
	"lockstep/site/review/event"
	"lockstep/site/review/signature"
	"lockstep/site/review/state"
)

// Trust is what a repository says about people: whom a key speaks for, who the
// decision-makers are, and whether their verdicts must be signed.
type Trust struct {
	Allowed  *signature.Allowed
	Deciders decider.Map
	Demanded bool // an unsigned verdict does not count
}

// idsOf are the names under which a key may be listed for a person.
func idsOf(p event.Person) []string {
	ids := []string{p.ID}
	if address, ok := strings.CutPrefix(p.ID, "local:"); ok && strings.Contains(address, "@") {
		ids = append(ids, address)
	}
	return ids
}

// Judge says what the signature of a verdict is worth.
func (t *Trust) Judge(v *state.Vote) signature.Finding {
	var allowed *signature.Allowed
	if t != nil {
		allowed = t.Allowed
	}
	return allowed.Judge(v.Signed.Signature, v.Signed.Message, idsOf(v.By), v.At)
}

// match says how whoever gave a verdict stands to a name in a record. A key that
// is listed for the name speaks for it, and needs no other list.
func (t *Trust) match(name string, v *state.Vote) (decider.Match, signature.Finding) {
	finding := t.Judge(v)
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
