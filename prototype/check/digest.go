package check

// digested holds a digest against the first one for the same seq. That one is kept for
// good, a few for each fold: a lane that lost everything and began again comes to another
// order at a seq that was folded.
func (j *Judge) digested(o *operation) {
	c := o.conversation
	j.report.Counts.Digests++
	first := c.digests[o.seq]
	switch {
	case first == nil:
		kept := *o // by itself: a fold keeps digests, and not what was asked beside them
		c.digests[o.seq] = &kept
	case first.digest == o.digest:
		if first.node != o.node && o.seq > 0 {
			j.report.Counts.Compared++
		}
	default:
		therefore := "the two hold different orders"
		if first.node == o.node {
			therefore = "its past was rewritten"
		}
		names := &j.names
		j.violate(Digests, c, witness(nil, first, o), therefore, "at %s the digest at %s up to seq %d is %.12s; at %s at %s it is %.12s",
			seconds(first.ended), names.text(first.node), o.seq, names.text(first.digest), seconds(o.ended), names.text(o.node), names.text(o.digest))
	}
}
