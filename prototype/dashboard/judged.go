package dashboard

import (
	"fmt"

	"lockstep/prototype/check"
	"lockstep/prototype/lab"
)

func judgedWords(f lab.Frame) string {
	words := fmt.Sprintf("Judged at %s, from %s operations in all lanes.", lab.OnClock(f.Judgement.At.Sub(f.Began)), count(uint64(operations(f.Judgement))))
	if n := f.Judgement.Lanes[0].Folded; n > 0 {
		words += fmt.Sprintf(" The first %s messages had been judged before, for good: they are counted here, and no longer kept.", count(n))
	}
	return words
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
