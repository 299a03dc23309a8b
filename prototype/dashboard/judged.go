package dashboard

import (
	"fmt"
	"strings"

	"lockstep/prototype/check"
	"lockstep/prototype/lab/frame"
)

func judgedWords(f frame.Frame) string {
	where := "all lanes"
	if len(f.Judgement.Unread) > 0 {
		where = "lane " + string(f.Judgement.Lanes[0].Lane)
	}
	words := fmt.Sprintf("Judged at %s, from %s operations in %s.", frame.OnClock(f.Judgement.At.Sub(f.Began)), count(uint64(operations(f.Judgement))), where)
	if u := f.Judgement.Unread; len(u) > 0 {
		words += fmt.Sprintf(" %s could not be read. What is broken is so all the same; what else was kept is not known.", strings.Join(u, " and "))
	}
	if n := f.Judgement.Lanes[0].Folded; n > 0 {
		words += fmt.Sprintf(" The first %s messages had been judged before, for good: they are counted here, and no longer kept.", count(n))
	}
	return words
}

func operations(j *frame.Judgement) (n int) {
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
	{"lost", func(c check.Counts) string { return atLeast(uint64(c.Lost), c.AtLeast) }},
	{"duplicated", func(c check.Counts) string { return atLeast(uint64(c.Duplicated), c.AtLeast) }},
	{"reordered", func(c check.Counts) string { return atLeast(uint64(c.Reordered), c.AtLeast) }},
}
