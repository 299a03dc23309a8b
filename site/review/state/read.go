package state

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"lockstep/site/review/refusal"
)

// Threads are in the order in which they were opened.
func (s *State) Threads() []*Thread { return s.threads }

// Thread finds a thread; nil if there is none.
func (s *State) Thread(id string) *Thread { return s.byID[id] }

// Comment finds a comment; nil if there is none.
func (s *State) Comment(id string) *Comment { return s.comments[id] }

// Verdicts are those that count, a person's beside their words alone.
func (s *State) Verdicts() []*Vote { return s.verdicts }

// VoteOf finds the verdict of somebody, or their words alone; nil if there is neither.
func (s *State) VoteOf(person string) *Vote {
	i := slices.IndexFunc(s.verdicts, func(v *Vote) bool { return v.By.ID == person })
	if i < 0 {
		return nil
	}
	return s.verdicts[i]
}

// Blockers counts open threads that keep the page from being approved.
func (s *State) Blockers() int { return s.blockers() }

// Redacted are the ids of events whose bodies are to be destroyed, in an order that
// stays the same until the sum is made anew; see [State.Rebuilt].
func (s *State) Redacted() []string { return s.shredded }

// Rebuilt counts how often the sum was made anew.
func (s *State) Rebuilt() int { return s.rebuilt }

// Numbers are the places of an event in the log: one, or more where it was added
// twice.
func (s *State) Numbers(id string) []uint64 {
	it := s.items[id]
	if it == nil {
		return nil
	}
	return append([]uint64{it.n}, it.copies...)
}

// Outcome is what became of an event.
type Outcome struct {
	N       uint64
	Actor   string         // id of who did it
	Refusal *refusal.Error // nil if it has an effect
}

// Outcome finds an event by the id that its author gave it.
func (s *State) Outcome(id string) (Outcome, bool) {
	o, ok := s.events[id]
	return o, ok
}

// OutcomeOf finds an event by the hash that is its id in every clone.
func (s *State) OutcomeOf(id string) (Outcome, bool) {
	it := s.items[id]
	if it == nil {
		return Outcome{}, false
	}
	return Outcome{it.n, it.Event.Actor.ID, it.refusal}, true
}

// Head stands for a set of events: two states with the same head have the same.
type Head [sha256.Size]byte

func (h Head) String() string { return hex.EncodeToString(h[:]) }
