package dashboard

import (
	"fmt"

	"lockstep/prototype/check"
	"lockstep/prototype/lab"
)

func judgedWords(j *lab.Judgement) string {
	return fmt.Sprintf("Judged at %s, from %s operations in all lanes.", clock(j.At), count(uint64(operations(j))))
}

func operations(j *lab.Judgement) (n int) {
	for _, l := range j.Lanes {
		c := l.Report.Counts
		n += c.Attempts + c.Reads + c.Digests
	}
	return n
}

func propertyWords(r check.Report, p check.Property) string {
	switch r.Verdicts[p] {
	case check.OK:
		return "✓ kept"
	case check.Violated:
		return fmt.Sprintf("✗ broken, %s times", count(uint64(r.Broken[p])))
	}
	return "– not tried"
}

// judgedCounts are the rows below the promises.
var judgedCounts = []struct {
	word string
	of   func(check.Counts) int
}{
	{"acknowledged", func(c check.Counts) int { return c.Acknowledged }},
	{"lost", func(c check.Counts) int { return c.Lost }},
	{"duplicated", func(c check.Counts) int { return c.Duplicated }},
	{"reordered", func(c check.Counts) int { return c.Reordered }},
}

// proofs are the smallest ones of all broken promises.
func proofs(j *lab.Judgement) (sentences []string) {
	for _, l := range j.Lanes {
		for _, p := range check.Properties {
			if proof, ok := l.Report.Witness[p]; ok {
				sentences = append(sentences, string(p)+": "+proof.Sentence)
			}
		}
	}
	return sentences
}
