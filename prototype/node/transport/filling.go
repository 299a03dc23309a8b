package transport

import (
	"errors"

	"github.com/hashicorp/raft"

	"lockstep/prototype/node/folder"
)

// A replica that was admitted is being filled until its log holds the entry that
// admitted it. Until then, and over restarts:
//
//   - It gives no vote and asks for none. Majorities of members that are two changes
//     apart need not overlap, so one who slept through both changes could win with
//     the vote of a replica that has forgotten whom it followed.
//   - It takes nothing from a leader of a term before that of the one who admitted it.
//     It may have voted that leader out, and confirm to it what is not committed.
//
// Both were found by the models beside ADR-0026 (VOTE_WHEN_ADMITTED,
// FILLING_FORGOTTEN, ADMITTED_WITHOUT_TERM).

var (
	errFilling = errors.New("this replica is being filled")
	errOldTerm = errors.New("the leader of a later term has admitted this replica")
)

// Unfilled is the entry by which this replica was admitted, if it does not hold that
// yet, or nil.
func (t *Transport) Unfilled() *folder.Mark {
	m := t.filling.Load()
	if m != nil && t.Holds(*m) && t.filling.CompareAndSwap(m, nil) {
		t.Promises.Changed()
	}
	return t.filling.Load()
}

// tooOld says whether a request of a leader's term comes from before the admission.
func (t *Transport) tooOld(term uint64) bool {
	m := t.Unfilled()
	return m != nil && term < m.Term
}

// termOf is the term of a leader's request; ok is false for others.
func termOf(command any) (term uint64, ok bool) {
	switch c := command.(type) {
	case *raft.AppendEntriesRequest:
		return c.Term, true
	case *raft.InstallSnapshotRequest:
		return c.Term, true
	}
	return 0, false
}

// Fill lets this replica take part, by the entry that admitted it; zero if its leader's
// version does not tell it.
func (t *Transport) Fill(admitted folder.Mark) error {
	if t.Promises != nil && admitted != (folder.Mark{}) {
		t.filling.Store(&admitted)
		if err := t.Promises.Save(); err != nil {
			t.filling.Store(nil)
			return err
		}
	}
	t.Admitted.Store(true)
	return nil
}
