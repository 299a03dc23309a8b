package chart

import (
	"fmt"
	"math"
)

// waterfall draws how long the parts of one thing take, each where the one above
// it ends:
//
//	waterfall since the gateway has it
//	to the leader: model:zone.one_way
//	flush at the leader: model:flush.plan
//	with to the follower: model:zone.one_way
//	flush at the follower: model:flush.plan
//	sum acknowledged: model:ack.waits
//
// A line that begins with "with" begins together with the one above it. The sum is
// where the last part ends, or the chart is refused: a picture of parts that do not
// add up would be believed. Lines that begin with "perhaps", the last ones, come on
// top of the sum, and not always. The same figure has the same colour.
func waterfall(s *sheet) error {
	sums := s.take("sum")
	if len(sums) != 1 {
		return fmt.Errorf("%d lines begin with sum: write sum what it is: reference, once", len(sums))
	}
	sum, sumText, err := s.length(sums[0].ref)
	if err != nil {
		return err
	}
	extra := s.take("perhaps")
	colours := make(map[string]int)
	all := make([]row, 0, len(s.lines)+len(extra))
	begin, end := 0.0, 0.0
	add := func(label, ref string, optional bool) error {
		long, text, err := s.length(ref)
		if err != nil {
			return err
		}
		if _, ok := colours[ref]; !ok {
			colours[ref] = len(colours) % 8
		}
		class := fmt.Sprintf("series-%d", colours[ref])
		if optional {
			class = "perhaps"
		}
		all = append(all, row{label, []span{{marks: []mark{{class, begin, long}}, after: s.figure(ref, text)}}})
		end = begin + long
		return nil
	}
	for i, l := range s.lines {
		label, together := cutWord(l.label, "with")
		if together && i == 0 {
			return fmt.Errorf("%q is the first part: there is none above it to begin with", l.label)
		}
		if !together {
			begin = end
		}
		if err := add(label, l.ref, false); err != nil {
			return err
		}
	}
	if math.Abs(end-sum) > 1e-6*sum || sum == 0 {
		return fmt.Errorf("the last part ends after %.6g and %s is %.6g, in the base unit: name all parts, or another sum", end, sums[0].ref, sum)
	}
	for _, l := range extra {
		begin = end
		if err := add(l.label, l.ref, true); err != nil {
			return err
		}
	}
	most := 0.0
	for _, r := range all {
		m := r.spans[0].marks[0]
		most = max(most, m.from+m.long)
	}
	for _, r := range all {
		m := &r.spans[0].marks[0]
		m.from, m.long = m.from/most, m.long/most
	}
	s.head(s.axis)
	s.rows("waterfall", all, &rule{sum / most, sums[0].label + ", " + sumText})
	return nil
}
