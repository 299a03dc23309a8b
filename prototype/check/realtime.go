package check

import (
	"cmp"
	"fmt"
	"slices"
)

// point is an operation at its place in the order: a message at its seq, a read
// right behind the newest message that it saw.
type point struct {
	seq      uint64
	from, to int
	began    *operation // whose invoke is from
	ended    *operation // whose completion is to
}

// latest are the points with the latest begin so far, one for each promise that
// a late begin can break.
type latest [3]struct {
	point
	property Property
}

// realTime: whoever ended before another began stands before it. In the order of
// seqs, the latest begin so far is kept; an operation that ended before that
// should have stood earlier. This is all of linearizability, since the order
// itself is known.
func (j *Judge) realTime(c *conversation) {
	j.scan(c, c.folded.late, beyond, beyond)
}

// scan goes on from what was folded up to a seq, and up to another one that reads saw,
// and gives where it came to.
func (j *Judge) scan(c *conversation, late latest, upto, uptoRead uint64) latest {
	reads := slices.Clone(c.reads)
	slices.SortStableFunc(reads, func(a, b *operation) int { return cmp.Compare(a.read.last, b.read.last) })
	for i, p := range [...]Property{RealTime, LinearizableReads, LeaderReads} {
		late[i].property = p
	}
	upTo := func(seq uint64) {
		n := 0
		for n < len(reads) && reads[n].read.last <= seq {
			n++
		}
		// Those that saw the same may stand in any order.
		for len(reads) > 0 && n > 0 {
			same := 1
			for same < n && reads[same].read.last == reads[0].read.last {
				same++
			}
			for _, o := range reads[:same] {
				late.compare(j, c, point{o.read.last, o.from, o.to, o, o})
			}
			for _, o := range reads[:same] {
				switch p := (point{o.read.last, o.from, o.to, o, o}); j.names.text(o.read.level) {
				case "linearizable":
					late.add(1, p)
				case "leader":
					late.add(2, p)
				}
			}
			reads, n = reads[same:], n-same
		}
	}
	c.sights.after(c.folded.upto, func(seq uint64, s *sight) {
		m := s.message
		if seq > upto || m.seq != seq || m.first() == nil {
			return
		}
		upTo(seq - 1)
		placer := m.placer()
		p := point{seq: seq, from: placer.from, to: beyond, began: placer, ended: placer}
		if m.acked != nil {
			p.to, p.ended = m.acked.to, m.acked
		}
		late.compare(j, c, p)
		late.add(0, p)
	})
	upTo(uptoRead)
	return late
}

func (l *latest) add(i int, p point) {
	if l[i].began == nil || p.from > l[i].from {
		l[i].point = p
	}
}

// compare looks for points that began after p had ended and stand before it.
func (l *latest) compare(j *Judge, c *conversation, p point) {
	for i := range l {
		if late := l[i].point; late.began != nil && p.to < late.from {
			j.tooLate(c, l[i].property, late, p)
		}
	}
}

// tooLate reports that late began after early had ended, and stands before it.
func (j *Judge) tooLate(c *conversation, property Property, late, early point) {
	if property == RealTime && early.ended.message != nil {
		j.report.Counts.Reordered++
	}
	if j.report.Broken[property] >= tries {
		j.report.Broken[property]++
		return
	}
	events := witness([]uint64{early.seq, late.seq}, early.ended, late.began, late.ended)
	known := fmt.Sprintf("at %s %s saw seq %d", seconds(early.ended.ended), early.ended.who(), early.seq)
	if m := early.ended.message; m != nil {
		known = early.ended.says(m.id, early.seq)
	}
	if property != RealTime {
		j.violate(property, c, events, "it is stale", "%s; %s began after that, at %s, and its newest is seq %d",
			known, late.began.who(), seconds(late.began.began), late.seq)
		return
	}
	j.violate(property, c, events, "it stands before what was over when it began", "%s; %s was sent after that, at %s, and is seq %d",
		known, late.began.message.id, seconds(late.began.began), late.seq)
}
