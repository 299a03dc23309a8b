package view

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"lockstep/site"
)

// TestSignatures: only an approval that somebody signed is told as one.
func TestSignatures(t *testing.T) {
	for _, tt := range []struct {
		v                         site.Verdict
		chip, words, class, signs string
	}{
		{site.Verdict{Signature: "signed", SignedAs: "ada@example.org"}, "1 approval", "approves this very text", "approved", "signed by ada@example.org"},
		{site.Verdict{Signature: "unlisted"}, "1 approval", "approves this very text", "approved", "signed by a key that is not listed for them"},
		{site.Verdict{Signature: "unsigned"}, "1 unsigned approval", "is said to approve this text", "stale", "unsigned: anybody who can write to the repository could have written it"},
		{site.Verdict{Signature: "broken", Doubt: "it is cut off"}, "1 broken signature", "is said to approve this text", "against", "broken signature: it is cut off"},
	} {
		tt.v.Verdict = "approve"
		got := []string{standing(&site.Review{Verdicts: []site.Verdict{tt.v}})[0].text, verdictWords(tt.v), verdictClass(tt.v), signatureWords(tt.v)}
		if diff := cmp.Diff([]string{tt.chip, tt.words, tt.class, tt.signs}, got); diff != "" {
			t.Errorf("%s: %s", tt.v.Signature, diff)
		}
	}
}
