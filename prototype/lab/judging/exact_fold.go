package judging

import (
	"slices"

	"lockstep/prototype/api"
	"lockstep/prototype/lab/frame"
)

// ReadFrom notes the seq behind which a replica is about to be read to its end.
func (e *Exact) ReadFrom(lane frame.Lane, after uint64) { e.readFrom[lane] = after }

// ReadTo notes how far that reading went: up to where messages were old, and to the end.
func (e *Exact) ReadTo(lane frame.Lane, settled, last uint64) {
	e.settled[lane], e.last[lane] = settled, last
}

// Fold lets the judge of a lane forget what is settled, and says up to which seq; not ok if
// its limit was reached in the meantime.
func (e *Exact) Fold(lane frame.Lane) (upto uint64, ok bool) {
	judge := e.Judges[lane]
	if judge == nil {
		return 0, false
	}
	upto = judge.Fold(string(lane), e.conversation, e.settled[lane])
	if upto != e.folded[lane] {
		// What was behind the place from which replicas were read may stand there no more.
		e.marks[lane] = slices.DeleteFunc(e.marks[lane], func(d api.Digest) bool { return d.Seq > min(e.readFrom[lane], upto) })
	}
	e.folded[lane] = upto
	e.behind[lane] = int(e.last[lane] - min(upto, e.last[lane]))
	return upto, true
}

// Kept notes, after all lanes were folded, how many operations were too young to be
// forgotten.
func (e *Exact) Kept() int {
	e.young = e.Held()
	return e.young
}

// marksKept is how many digests are kept of what was folded: of the last hour at least.
const marksKept = 256

// Mark keeps a digest up to where the judge folded, or what another replica gave there.
func (e *Exact) Mark(lane frame.Lane, d api.Digest) {
	marks := e.marks[lane]
	if n := len(marks); n > 0 && marks[n-1].Seq >= d.Seq {
		marks = marks[:n-1]
	}
	marks = append(marks, d)
	e.marks[lane] = marks[max(0, len(marks)-marksKept):]
}

// Marks are the digests that were kept of a lane, in order.
func (e *Exact) Marks(lane frame.Lane) []api.Digest { return slices.Clone(e.marks[lane]) }
