package build

import "fmt"

// Count is how many statements one kind of check has held.
type Count struct {
	N    int
	What string // in the plural
}

func (c Count) String() string { return fmt.Sprintf("%d %s", c.N, c.What) }

// Counts say how much stands behind the word "sound", by kind of check. What a
// repository has none of is left out.
func (t *Tree) Counts() (counts []Count) {
	links, references := 0, 0
	for _, d := range t.texts() {
		links += len(d.Links)
		references += len(d.References)
	}
	model, evidence, phrases := t.bound()
	for _, c := range []Count{
		{len(t.Pages), "pages"}, {len(t.decisions), "decisions"}, {links, "links"}, {references, "references"},
		{model, "numbers of the model"}, {evidence, "numbers of evidence"},
		{len(t.ledger.Entries()), "entries of the ledger"}, {phrases, "words of the ledger"},
		{t.named, "names in code"},
		{t.tally.Numbers, "statements without a bare number"}, {t.tally.Words, "statements beside evidence"},
		{t.tally.Waiting, "that put nothing off"}, {t.tally.Allowed, "allowed with a reason"}, {t.tally.Held, "numbers of constants"},
		{t.builder.ages.judged, "recorded runs with their age"},
		{t.model.Assertions(), "promises of the model"}, {t.triggers(), "conditions of decisions"},
	} {
		if c.N > 0 {
			counts = append(counts, c)
		}
	}
	return counts
}
