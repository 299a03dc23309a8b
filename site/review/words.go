package review

import "lockstep/site/review/signature"

// Word is what somebody decided, and what their signature is worth.
type Word struct {
	Who  Person
	What string // "approve", "request-changes", "comment", or EndedBlocker
	signature.Finding
	Decides bool // an approval, an objection, or the end of one
}

// EndedBlocker is what somebody did who let an approval pass.
const EndedBlocker = "resolved a blocking thread"

// Words are the verdicts of a state that count, and the ends of its blocking
// threads.
func (s *State) Words(t *Trust) (all []Word) {
	for _, v := range s.verdicts {
		all = append(all, Word{v.By, string(v.Verdict), t.judge(v), v.Verdict != Comments})
	}
	for _, thread := range s.threads {
		if e := thread.End; e != nil && thread.Intent == Blocking {
			all = append(all, Word{e.By, EndedBlocker, t.judge(&Vote{By: e.By, At: e.At, signed: e.signed}), true})
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
