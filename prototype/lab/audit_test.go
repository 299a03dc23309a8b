package lab

import (
	"fmt"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lockstep/prototype/api"
)

// wordID is the id of a sender's message, whose name and number are the word.
func wordID(word string) string {
	number, _ := strconv.ParseUint(word[1:], 10, 64)
	return messageID(time.UnixMilli(0), "p-", int(word[0]), number)
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
	type step func(*audit)
	acked := func(word string, seq uint64) step {
		return func(a *audit) { a.acknowledge(wordID(word), seq) }
	}
	read := func(r api.View) step { return func(a *audit) { a.readBack(a.newest, r) } }
	readEarly := func(before uint64, r api.View) step { return func(a *audit) { a.readBack(before, r) } }
	shown := func(node string, r api.View) step {
		return func(a *audit) {
			for _, m := range r.Messages {
				a.show(node, m)
			}
		}
	}
	for _, tt := range []struct {
		name  string
		steps []step
		want  Findings
	}{
		{"all in place", []step{acked("a1", 1), acked("b1", 2), read(reading(1, "a1", "b1"))}, Findings{Verified: 2}},
		{"acknowledged after it was read", []step{read(reading(1, "a1")), acked("a1", 1)}, Findings{Verified: 1}},
		{"acknowledged twice, one place", []step{acked("a1", 1), acked("a1", 1), read(reading(1, "a1"))}, Findings{Verified: 1}},
		{"ordered and never acknowledged", []step{acked("a1", 1), read(reading(1, "a1", "b1", "b2"))}, Findings{Verified: 1}},
		{"a number left out", []step{read(reading(1, "a1", "a3"))}, Findings{}},
		{"somebody else writes too", []step{read(api.View{Last: 2, Messages: []api.Placed{{Seq: 1, ID: "hello", Sender: "eve"}, {Seq: 2, ID: "hello", Sender: "eve"}}})}, Findings{}},
		{"acknowledged while the reading was under way", []step{acked("a1", 1), acked("b1", 2), readEarly(1, reading(1, "a1"))}, Findings{Verified: 1}},

		{"vanished", []step{acked("a1", 1), acked("b1", 2), read(reading(1, "a1"))}, Findings{Verified: 1, Lost: 1}},
		{"vanished, seen twice", []step{acked("b1", 2), read(reading(1, "a1")), read(api.View{Last: 1})}, Findings{Lost: 1}},
		{"another in its place", []step{acked("a1", 1), read(reading(1, "b1"))}, Findings{Lost: 1}},
		{"another in its place, acknowledged late", []step{read(reading(1, "b1")), acked("a1", 1)}, Findings{Lost: 1}},
		{"moved", []step{acked("a1", 2), read(reading(1, "a1", "b1"))}, Findings{Reordered: 1}},
		{"one seq for two", []step{acked("a1", 1), acked("b1", 1), read(reading(1, "a1"))}, Findings{Verified: 1, Duplicated: 1}},
		{"ordered twice", []step{read(reading(1, "a1", "a1"))}, Findings{Duplicated: 1}},
		{"older after newer", []step{read(reading(1, "a2", "b1", "a1"))}, Findings{Reordered: 1}},
		{"a hole", []step{read(reading(1, "a1")), read(reading(3, "a2"))}, Findings{Holes: 1}},
		{"a seq that cannot be", []step{acked("a1", 0)}, Findings{Lost: 1}},

		{"replicas agree", []step{shown("n1", reading(1, "a1", "b1")), shown("n2", reading(1, "a1", "b1"))}, Findings{}},
		{"replicas differ", []step{shown("n1", reading(1, "a1", "b1")), shown("n2", reading(1, "a1", "b2"))}, Findings{Diverged: 1}},
		{"a replica changes its mind", []step{shown("n1", reading(1, "a1")), shown("n1", reading(1, "a2")), shown("n1", reading(1, "a2"))}, Findings{Diverged: 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := newAudit("p-")
			for _, step := range tt.steps {
				step(a)
			}
			if diff := cmp.Diff(tt.want, a.findings); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
		})
	}
}

// BenchmarkAudit: the audit must stay far below the load, however long a run
// gets.
func BenchmarkAudit(b *testing.B) {
	a := newAudit("p-")
	seq := uint64(0)
	for b.Loop() {
		seq++
		word := fmt.Sprintf("a%d", seq)
		a.acknowledge(wordID(word), seq)
		a.readBack(seq, reading(seq, word))
		if seq == MaxMessages {
			a, seq = newAudit("p-"), 0
		}
	}
}

// TestAudit_fold: what was folded takes no room, and what comes after it is judged as if
// it were still there.
func TestAudit_fold(t *testing.T) {
	a := newAudit("p-")
	for i, word := range []string{"a1", "b1", "a2"} {
		a.acknowledge(wordID(word), uint64(i+1))
	}
	a.readBack(3, reading(1, "a1", "b1", "a2"))
	a.fold(2)
	a.fold(1) // which was long ago
	if a.end() != 3 || len(a.ordered) != 1 || len(a.acked) != 1 {
		t.Errorf("up to %d, of which %d and %d are kept", a.end(), len(a.ordered), len(a.acked))
	}
	if m := reading(1, "b2").Messages[0]; !a.show("n1", m) {
		t.Error("a replica that catches up cannot be judged any more, and was")
	}
	a.acknowledge(wordID("b2"), 4)
	a.acknowledge(wordID("b3"), 5)
	a.readBack(5, reading(4, "b2", "a2"))
	a.acknowledge(wordID("a3"), 2)
	if want := (Findings{Verified: 4, Lost: 1, Duplicated: 2}); a.findings != want {
		t.Errorf("%+v, want %+v", a.findings, want)
	}
}

// TestMessageID: an id says when it was made, in the form that nodes may forget, and its
// number; nobody else's is taken for one of the run.
func TestMessageID(t *testing.T) {
	prefix := newPrefix()
	made := time.UnixMilli(0x0123456789ab)
	id := messageID(made, prefix, 3, 77)
	if !regexp.MustCompile("^01234567-89ab-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-00030000004d$").MatchString(id) {
		t.Error(id)
	}
	if n, ok := numberOf(prefix, api.Placed{ID: id}); !ok || n != 77 {
		t.Errorf("%d, %v", n, ok)
	}
	for _, other := range []string{"", "p-gus-1", messageID(made, "-7000-0000-", 3, 77), id + "0"} {
		if _, ok := numberOf(prefix, api.Placed{ID: other}); ok {
			t.Errorf("%q", other)
		}
	}
}
