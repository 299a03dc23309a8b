package election

import (
	"testing"

	"lockstep/formattest"
)

// TestFormats: nodes of every version ask each other whether a shard lacks its leader, and
// count the answers in the order of the questions.
func TestFormats(t *testing.T) {
	formattest.HoldJSON(t, "opinion.json", []question{{Shard: 0, Term: 2}, {Shard: 63, Term: 300}})
	formattest.HoldJSON(t, "opinion-answer.json", []Opinion{{Agrees: true, Fit: true, Running: true, Calm: true, Term: 3, Index: 300}, {}})
}
