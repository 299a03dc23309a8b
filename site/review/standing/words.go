package standing

import (
	"lockstep/site/review/event"
	"lockstep/site/review/signature"
	"lockstep/site/review/state"
)

// Word is what somebody decided, and what their signature is worth.
type Word struct {
	Who  event.Person
	What string // "approve", "request-changes", "comment", or EndedBlocker
	signature.Finding
	Decides bool // an approval, an objection, or the end of one
}

// EndedBlocker is what somebody did who let an approval pass.
const EndedBlocker = "resolved a blocking thread"

// Words are the verdicts of a state that count, and the ends of its blocking
// threads.
func (t *Trust) Words(s *state.State) (all []Word) {
	for _, v := range s.Verdicts() {
		all = append(all, Word{v.By, string(v.Verdict), t.Judge(v), v.Verdict != event.Comments})
	}
	for _, thread := range s.Threads() {
		if e := thread.End; e != nil && thread.Intent == event.Blocking {
			all = append(all, Word{e.By, EndedBlocker, t.Judge(&state.Vote{By: e.By, At: e.At, Signed: e.Signed}), true})
		}
	}
	return all
}

// Is says in words what the signature is worth.
func (w Word) Is() string {
	switch w.State {
	case signature.Signed:
		return "signed by " + w.As + ", " + w.Fingerprint
	case signature.Unlisted:
		return "signed by a key that does not count, since " + w.Why + ": " + w.Fingerprint
	case signature.Broken:
		return "broken signature: " + w.Why
	}
	return "unsigned"
}
