package order

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
)

// history applies messages with these bodies, one an entry, and gives the machine and
// a snapshot after each.
func history(t *testing.T, bodies ...string) (*Machine, [][]byte) {
	t.Helper()
	m := New()
	var snapshots [][]byte
	for i, body := range bodies {
		m.Apply(uint64(i+1), 1, Batch{Time: 1, Commands: []Command{{Conversation: fmt.Sprint("c", i%2), ID: fmt.Sprint(i), Sender: "ann", Body: body}}})
		var buf bytes.Buffer
		if err := m.Snapshot().Write(&buf); err != nil {
			t.Fatal(err)
		}
		snapshots = append(snapshots, buf.Bytes())
	}
	return m, snapshots
}

// TestContinue: a machine takes a later or an earlier state of its own history, and
// refuses one that lacks or contradicts what it has applied.
func TestContinue(t *testing.T) {
	ours := []string{"a", "b", "c", "d"}
	_, same := history(t, "a", "b", "c", "d", "e")
	_, other := history(t, "a", "b", "x", "d", "e", "f")
	_, short := history(t, "a", "b", "c")
	lagging := New() // the same messages but the last, at a later index
	if err := lagging.Restore(bytes.NewReader(short[2])); err != nil {
		t.Fatal(err)
	}
	lagging.Skip(9)
	var lacks bytes.Buffer
	if err := lagging.Snapshot().Write(&lacks); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		snapshot []byte
		forked   bool
	}{
		"a later state": {same[4], false}, "the same state": {same[3], false}, "an earlier state": {same[1], false},
		"a later state of another history": {other[5], true}, "an earlier state of another history": {other[2], true},
		"an earlier state of both": {other[1], false}, "a later index without the last message": {lacks.Bytes(), true},
	} {
		m, _ := history(t, ours...)
		before := m.State()
		err := m.Continue(bytes.NewReader(tt.snapshot))
		if errors.Is(err, ErrForked) != tt.forked || err != nil && !tt.forked {
			t.Errorf("%s: %v", name, err)
		}
		if tt.forked && m.State() != before {
			t.Errorf("%s: it was refused, and changed the machine", name)
		}
	}
}

// TestState: the fingerprint is that of the histories alone, however a machine came to
// them.
func TestState(t *testing.T) {
	m, snapshots := history(t, "a", "b", "c", "d")
	restored := New()
	if err := restored.Restore(bytes.NewReader(snapshots[3])); err != nil {
		t.Fatal(err)
	}
	if restored.State() != m.State() {
		t.Errorf("restored: %+v, want %+v", restored.State(), m.State())
	}
	if other, _ := history(t, "a", "b", "c", "x"); other.State().Fingerprint == m.State().Fingerprint {
		t.Error("two histories have one fingerprint")
	}
	if seen, _ := history(t, "a", "b", "c"); seen.State().Fingerprint == m.State().Fingerprint {
		t.Error("a history and its beginning have one fingerprint")
	}
}
