package lab

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lockstep/prototype/api"
)

// reading makes the messages of a reading: each word is a sender's letter and the
// number of its message.
func reading(from uint64, words ...string) api.View {
	r := api.View{Last: from + uint64(len(words)) - 1}
	for i, w := range words {
		r.Messages = append(r.Messages, api.Placed{Seq: from + uint64(i), ID: "p-" + w[:1] + "-" + w[1:], Sender: w[:1], Body: w, Epoch: 1})
	}
	return r
}

// TestAudit is the corpus: one broken order for each thing that can go wrong,
// which must be found, and odd ones that are fine.
func TestAudit(t *testing.T) {
	type step func(*audit)
	acked := func(word string, seq uint64) step {
		return func(a *audit) { a.acknowledge("p-"+word[:1]+"-"+word[1:], seq) }
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
		a.acknowledge("p-a-"+word[1:], seq)
		a.readBack(seq, reading(seq, word))
		if seq == MaxMessages {
			a, seq = newAudit("p-"), 0
		}
	}
}
