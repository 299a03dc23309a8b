package standing

import (
	"lockstep/site"
	"lockstep/site/review/access"
	"lockstep/site/review/decider"
	"lockstep/site/review/event"
	"lockstep/site/review/signature"
	"lockstep/site/review/state"
)

// Where a decision-maker may stand.
const (
	Waiting    = "waiting"         // no verdict
	Approved   = "approved"        // this very text
	Stale      = "stale"           // an older one
	Earlier    = "earlier"         // by rules that bound less of a text
	Against    = "request-changes" //
	Unverified = "unverified"      // somebody who calls themselves so approves this very text
	Ambiguous  = "ambiguous"       // several do, and nobody says who is meant
	Unsigned   = "unsigned"        // approves, and the repository demands a signature
	Forged     = "broken"          // the signature is of something else
	Unmapped   = "unmapped"        // others have ids here, and this name has none
)

// Of is where a decision-maker stands to a revision of the text. By is the id of
// whoever it is that stands there.
func (t *Trust) Of(s *state.State, name, revision string) (out site.Approver) {
	out = site.Approver{Name: name, State: Waiting}
	if t != nil && len(t.Deciders) > 0 {
		if ids, ok := t.Deciders.IDs(name); !ok || len(ids) == 0 {
			out.State = Unmapped
			return out
		}
	}
	called := make(map[string]bool)
	for _, vote := range s.Verdicts() {
		match, finding := t.match(name, vote)
		if match == decider.Other {
			continue
		}
		state := t.standsBy(vote, revision, match, finding)
		if match == decider.Named {
			called[vote.By.ID] = true
		}
		// A person may have several ids. Whoever objects with one of them objects, and
		// what was approved with one is approved.
		if better(state, out.State) {
			out.State, out.By = state, vote.By.ID
		}
	}
	if len(called) > 1 && out.State != Against {
		out.State, out.By = Ambiguous, ""
	}
	return out
}

// standsBy is where one verdict puts a decision-maker.
func (t *Trust) standsBy(vote *state.Vote, revision string, match decider.Match, finding signature.Finding) string {
	switch {
	case vote.Verdict == event.RequestChanges:
		return Against
	case vote.Verdict != event.Approve:
		return Waiting
	case finding.State == signature.Broken:
		return Forged
	case vote.Earlier(revision):
		return Earlier
	case vote.Revision != revision:
		return Stale
	case t != nil && t.Demanded && finding.State != signature.Signed:
		return Unsigned
	case match == decider.Named:
		return Unverified
	}
	return Approved
}

// better orders the states of one decision-maker: an objection first, then the
// most that was said.
func better(state, than string) bool {
	rank := map[string]int{Against: 7, Approved: 6, Unverified: 5, Unsigned: 4, Forged: 3, Stale: 2, Earlier: 1, Waiting: 0}
	return rank[state] > rank[than]
}

// Decides says whether somebody is one of the decision-makers, by what is known
// of them before they have signed anything.
func (t *Trust) Decides(name string, a access.Actor) bool {
	var deciders decider.Map
	if t != nil {
		deciders = t.Deciders
	}
	return a.ID != "" && deciders.Match(name, a.ID, a.Name, "") != decider.Other
}

// Last says whether an approval by somebody would be the last that is needed.
func (t *Trust) Last(approvers []site.Approver, a access.Actor) bool {
	theirs := false
	for _, approver := range approvers {
		given := approver.State == Approved || approver.State == Unverified
		switch {
		case t.Decides(approver.Name, a):
			theirs = !given
		case !given:
			return false
		}
	}
	return theirs
}
