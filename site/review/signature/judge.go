package signature

import "time"

// State is what a signature is worth.
type State string

const (
	Unsigned State = "unsigned"
	Broken   State = "broken"   // it is there, and is not of this event
	Unlisted State = "unlisted" // it holds, and nobody says that the key may speak for this person
	Signed   State = "signed"
)

// Finding is a judgement of one signature.
type Finding struct {
	State       State
	As          string // the id or address that the key may speak for, as it is listed
	Fingerprint string // of the key
	Why         string // a signature is broken or its key not listed
}

// Judge says what a signature of a message is worth as the word of a person, who
// has these ids.
func (a *Allowed) Judge(text string, message []byte, ids []string, at time.Time) Finding {
	if text == "" {
		return Finding{State: Unsigned}
	}
	p, err := parse(text)
	if err == nil {
		err = p.verify(message)
	}
	if err != nil {
		return Finding{State: Broken, Why: err.Error()}
	}
	f := Finding{State: Unlisted, Fingerprint: Fingerprint(p.key), Why: "its key is not listed"}
	if a == nil {
		return f
	}
	for _, line := range a.lines {
		if string(line.key) != string(p.key) {
			continue
		}
		f.Why = "its key is not listed for this person"
		for _, id := range ids {
			if !matches(line.principals, id) {
				continue
			}
			if !line.after.IsZero() && at.Before(line.after) || !line.before.IsZero() && !at.Before(line.before) {
				f.Why = "its key is not listed for that time"
				continue
			}
			f.State, f.As, f.Why = Signed, id, ""
			return f
		}
	}
	return f
}
