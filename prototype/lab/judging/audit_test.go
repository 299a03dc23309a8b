package judging

import (
	"fmt"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lockstep/prototype/api"
	"lockstep/prototype/lab/frame"
)

// wordID is the id of a sender's message, whose name and number are the word.
func wordID(word string) string {
	number, _ := strconv.ParseUint(word[1:], 10, 64)
	return MessageID(time.UnixMilli(0), "p-", int(word[0]), number)
}

// reading makes the messages of a reading: each word is a sender's letter and the
// number of its message.
func reading(from uint64, words ...string) api.View {
	r := api.View{Last: from + uint64(len(words)) - 1}
	for i, w := range words {
		r.Messages = append(r.Messages, api.Placed{Seq: from + uint64(i), ID: wordID(w), Sender: w[:1], Body: w, Epoch: 1})
	}
	return r
}

// TestAudit is the corpus: one broken order for each thing that can go wrong,
// which must be found, and odd ones that are fine.
func TestAudit(t *testing.T) {
	type step func(*Audit)
	acked := func(word string, seq uint64) step {
		return func(a *Audit) { a.Acknowledge(wordID(word), seq) }
	}
	read := func(r api.View) step { return func(a *Audit) { a.ReadBack(a.Newest, r) } }
	readEarly := func(before uint64, r api.View) step { return func(a *Audit) { a.ReadBack(before, r) } }
	shown := func(node string, r api.View) step {
		return func(a *Audit) {
			for _, m := range r.Messages {
				a.Show(node, m)
			}
		}
	}
	for _, tt := range []struct {
		name  string
		steps []step
		want  frame.Findings
	}{
		{"all in place", []step{acked("a1", 1), acked("b1", 2), read(reading(1, "a1", "b1"))}, frame.Findings{Verified: 2}},
		{"acknowledged after it was read", []step{read(reading(1, "a1")), acked("a1", 1)}, frame.Findings{Verified: 1}},
		{"acknowledged twice, one place", []step{acked("a1", 1), acked("a1", 1), read(reading(1, "a1"))}, frame.Findings{Verified: 1}},
		{"ordered and never acknowledged", []step{acked("a1", 1), read(reading(1, "a1", "b1", "b2"))}, frame.Findings{Verified: 1}},
		{"a number left out", []step{read(reading(1, "a1", "a3"))}, frame.Findings{}},
		{"somebody else writes too", []step{read(api.View{Last: 2, Messages: []api.Placed{{Seq: 1, ID: "hello", Sender: "eve"}, {Seq: 2, ID: "hello", Sender: "eve"}}})}, frame.Findings{}},
		{"acknowledged while the reading was under way", []step{acked("a1", 1), acked("b1", 2), readEarly(1, reading(1, "a1"))}, frame.Findings{Verified: 1}},

		{"vanished", []step{acked("a1", 1), acked("b1", 2), read(reading(1, "a1"))}, frame.Findings{Verified: 1, Lost: 1}},
		{"vanished, seen twice", []step{acked("b1", 2), read(reading(1, "a1")), read(api.View{Last: 1})}, frame.Findings{Lost: 1}},
		{"another in its place", []step{acked("a1", 1), read(reading(1, "b1"))}, frame.Findings{Lost: 1}},
		{"another in its place, acknowledged late", []step{read(reading(1, "b1")), acked("a1", 1)}, frame.Findings{Lost: 1}},
		{"moved", []step{acked("a1", 2), read(reading(1, "a1", "b1"))}, frame.Findings{Reordered: 1}},
		{"one seq for two", []step{acked("a1", 1), acked("b1", 1), read(reading(1, "a1"))}, frame.Findings{Verified: 1, Duplicated: 1}},
		{"ordered twice", []step{read(reading(1, "a1", "a1"))}, frame.Findings{Duplicated: 1}},
		{"older after newer", []step{read(reading(1, "a2", "b1", "a1"))}, frame.Findings{Reordered: 1}},
		{"a hole", []step{read(reading(1, "a1")), read(reading(3, "a2"))}, frame.Findings{Holes: 1}},
		{"a seq that cannot be", []step{acked("a1", 0)}, frame.Findings{Lost: 1}},

		{"replicas agree", []step{shown("n1", reading(1, "a1", "b1")), shown("n2", reading(1, "a1", "b1"))}, frame.Findings{}},
		{"replicas differ", []step{shown("n1", reading(1, "a1", "b1")), shown("n2", reading(1, "a1", "b2"))}, frame.Findings{Diverged: 1}},
		{"a replica changes its mind", []step{shown("n1", reading(1, "a1")), shown("n1", reading(1, "a2")), shown("n1", reading(1, "a2"))}, frame.Findings{Diverged: 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := NewAudit("p-")
			for _, step := range tt.steps {
				step(a)
			}
			if diff := cmp.Diff(tt.want, a.Findings); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

// BenchmarkAudit: the audit must stay far below the load, however long a run
// gets.
func BenchmarkAudit(b *testing.B) {
	a := NewAudit("p-")
	seq := uint64(0)
	for b.Loop() {
		seq++
		word := fmt.Sprintf("a%d", seq)
		a.Acknowledge(wordID(word), seq)
		a.ReadBack(seq, reading(seq, word))
		if seq == MaxMessages {
			a, seq = NewAudit("p-"), 0
		}
	}
}

// TestAudit_fold: what was folded takes no room, and what comes after it is judged as if
// it were still there.
func TestAudit_fold(t *testing.T) {
	a := NewAudit("p-")
	for i, word := range []string{"a1", "b1", "a2"} {
		a.Acknowledge(wordID(word), uint64(i+1))
	}
	a.ReadBack(3, reading(1, "a1", "b1", "a2"))
	a.Fold(2)
	a.Fold(1) // which was long ago
	if a.End() != 3 || len(a.ordered) != 1 || len(a.acked) != 1 {
		t.Errorf("up to %d, of which %d and %d are kept", a.End(), len(a.ordered), len(a.acked))
	}
	if m := reading(1, "b2").Messages[0]; !a.Show("n1", m) {
		t.Error("a replica that catches up cannot be judged any more, and was")
	}
	a.Acknowledge(wordID("b2"), 4)
	a.Acknowledge(wordID("b3"), 5)
	a.ReadBack(5, reading(4, "b2", "a2"))
	a.Acknowledge(wordID("a3"), 2)
	if want := (frame.Findings{Verified: 4, Lost: 1, Duplicated: 2}); a.Findings != want {
		t.Errorf("%+v, want %+v", a.Findings, want)
	}
}

// TestMessageID: an id says when it was made, in the form that nodes may forget, and its
// number; nobody else's is taken for one of the run.
func TestMessageID(t *testing.T) {
	prefix := NewPrefix()
	made := time.UnixMilli(0x0123456789ab)
	id := MessageID(made, prefix, 3, 77)
	if !regexp.MustCompile("^01234567-89ab-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-00030000004d$").MatchString(id) {
		t.Error(id)
	}
	if n, ok := numberOf(prefix, api.Placed{ID: id}); !ok || n != 77 {
		t.Errorf("%d, %v", n, ok)
	}
	for _, other := range []string{"", "p-gus-1", MessageID(made, "-7000-0000-", 3, 77), id + "0"} {
		if _, ok := numberOf(prefix, api.Placed{ID: other}); ok {
			t.Errorf("%q", other)
		}
	}
}
