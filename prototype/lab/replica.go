package lab

import (
	"lockstep/prototype/api"
	"lockstep/prototype/lab/frame"
)

// replica is the newest part of the conversation as one node has it.
type replica struct {
	last  uint64 // newest seq that the node shows
	cells [frame.Columns]frame.Cell
}

// cursor is the seq after which the next reading has to begin.
func (r *replica) cursor() uint64 { return r.last }

func (r *replica) show(m api.Placed, agrees bool) {
	r.cells[m.Seq%frame.Columns] = frame.Cell{Seq: m.Seq, Message: m, Have: true, Differs: !agrees}
}

// row gives the cells from a seq on; those that the replica does not have are
// empty.
func (r *replica) row(from uint64) []frame.Cell {
	cells := make([]frame.Cell, frame.Columns)
	for i := range cells {
		seq := from + uint64(i)
		cells[i] = frame.Cell{Seq: seq}
		if c := r.cells[seq%frame.Columns]; c.Have && c.Seq == seq && seq <= r.last {
			cells[i] = c
		}
	}
	return cells
}
