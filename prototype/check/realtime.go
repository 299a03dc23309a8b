package check

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"lockstep/prototype/history"
)

// point is an operation at its place in the order: messages at even positions,
// reads at the odd one behind the newest message that they saw.
type point struct {
	position  uint64
	from, to  int  // places in the history
	strong    bool // it must not be placed before what had ended when it began
	operation *operation
}

// realTime: whoever ended before another began stands before it. In the order of
// positions, the latest begin so far is kept; an operation that ended before
// that should have stood earlier.
func (r *Report) realTime(c *conversation) {
	points := c.points()
	var latest *point
	for i := 0; i < len(points); {
		j := i
		for ; j < len(points) && points[j].position == points[i].position; j++ {
			if p := &points[j]; latest != nil && p.to < latest.from {
				r.tooLate(c, *latest, *p)
			}
		}
		// Those at one position are reads that saw the same, in any order.
		for ; i < j; i++ {
			if p := &points[i]; p.strong && (latest == nil || p.from > latest.from) {
				latest = p
			}
		}
	}
}

func (c *conversation) points() []point {
	points := make([]point, 0, len(c.messages)+len(c.reads))
	for _, m := range c.messages {
		if m.seq == 0 || m.first == nil {
			continue
		}
		p := point{position: 2 * m.seq, from: m.first.from, to: math.MaxInt, strong: true, operation: m.first}
		if m.acked != nil {
			p.to, p.operation = m.acked.to, m.acked
		}
		points = append(points, p)
	}
	for _, read := range c.reads {
		level := read.invoke.Level
		points = append(points, point{
			position: 2*read.end.Last + 1, from: read.from, to: read.to,
			// The leader level promises the same, if clocks run alike.
			strong: level == "linearizable" || level == "leader", operation: read,
		})
	}
	slices.SortStableFunc(points, func(a, b point) int { return cmp.Compare(a.position, b.position) })
	return points
}

// tooLate reports that late began after early had ended, and stands before it.
func (r *Report) tooLate(c *conversation, late, early point) {
	events := append(early.operation.events(early.position/2), late.operation.events(late.position/2)...)
	at := func(p point) string { return fmt.Sprintf("%.3f ms", float64(p.operation.invoke.Time)/1e6) }
	label := func(p point) string {
		if p.operation.invoke.Kind == history.Send {
			return "message " + p.operation.invoke.ID
		}
		return who(p.operation)
	}
	switch isRead := late.operation.invoke.Kind == history.Read; {
	case isRead:
		r.violate(RealTime, fmt.Sprintf("In %s, %s began at %s, after seq %d had been seen or acknowledged, and its newest is %d: it is stale.",
			c.name, label(late), at(late), early.position/2, late.position/2), events...)
	case early.operation.invoke.Kind == history.Read:
		r.violate(RealTime, fmt.Sprintf("In %s, %s had ended when %s was sent at %s, and saw it at %d.",
			c.name, label(early), label(late), at(late), late.position/2), events...)
	default:
		r.Counts.Reordered++
		r.violate(RealTime, fmt.Sprintf("In %s, %s was acknowledged as %d before %s was sent at %s, which stands before it, at %d.",
			c.name, label(early), early.position/2, label(late), at(late), late.position/2), events...)
	}
}
