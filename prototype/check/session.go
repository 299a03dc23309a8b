package check

// sessionRead: a read at level session shows at least what it asked for, and what
// its session knew when it asked. A session knows what was acknowledged to it and
// what any read showed it.
func (j *Judge) sessionRead(o *operation) {
	c, r := o.conversation, o.read
	if r.last < r.minSeq {
		j.violate(SessionReads, c, o.events(), "it is behind what it asked for", "%s asked at %s for at least seq %d; at %s it was given the state of seq %d",
			o.who(), seconds(o.began), r.minSeq, seconds(o.ended), r.last)
		return
	}
	if r.last < r.floor {
		by := r.floorBy
		known := "had seen"
		if by.message != nil {
			known = "was acknowledged"
		}
		j.violate(SessionReads, c, witness([]uint64{r.floor, r.last}, by, o), "the session went back in time", "session %s %s seq %d at %s; at %s %s ends at seq %d",
			j.names.text(r.reader), known, r.floor, seconds(by.ended), seconds(o.ended), o.who(), r.last)
	}
}
