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

// judgedCounts are the rows below the promises, in words.
var judgedCounts = []struct {
	word string
	of   func(check.Counts) string
}{
	{"acknowledged", func(c check.Counts) string { return count(uint64(c.Acknowledged)) }},
	{"lost", func(c check.Counts) string { return bounded(c, c.Lost) }},
	{"duplicated", func(c check.Counts) string { return bounded(c, c.Duplicated) }},
	{"reordered", func(c check.Counts) string { return bounded(c, c.Reordered) }},
}

// bounded is a number that is a lower bound where the judge has forgotten of which
// messages it speaks, and says so.
func bounded(c check.Counts, n int) string {
	if c.AtLeast && n > 0 {
		return "≥ " + count(uint64(n))
	}
	return count(uint64(n))
}
