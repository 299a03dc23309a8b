package check

import (
	"maps"
	"slices"

	"lockstep/prototype/history"
)

// sight is a message that somebody was shown at a seq.
type sight struct {
	seq, epoch       uint64 // epoch is 0 if it was not told
	id, sender, body string
	by               *operation
}

func sightOf(m *history.Message, by *operation) sight {
	return sight{m.Seq, m.Epoch, m.ID, m.Sender, m.Body, by}
}

// same says whether two sights at one seq agree.
func (s sight) same(m sight) bool {
	return s.id == m.id && s.sender == m.sender && s.body == m.body && (s.epoch == m.epoch || s.epoch == 0 || m.epoch == 0)
}

// shown holds the first sight at each seq. Seqs that could be dense are in a
// slice; a seq from nowhere must not cost the memory up to it.
type shown struct {
	dense []sight // by seq-1; by is nil where nothing was shown
	far   map[uint64]sight
}

// slack is how far beyond the end of the slice a seq may lie and still extend
// it.
const slack = 1 << 12

// at is the first sight at a seq, or nil.
func (s *shown) at(seq uint64) *sight {
	if seq <= uint64(len(s.dense)) {
		if first := &s.dense[seq-1]; first.by != nil {
			return first
		}
	}
	if first, ok := s.far[seq]; ok {
		return &first
	}
	return nil
}

func (s *shown) put(first sight) {
	if first.seq > uint64(2*len(s.dense)+slack) {
		if s.far == nil {
			s.far = make(map[uint64]sight)
		}
		s.far[first.seq] = first
		return
	}
	if n := int(first.seq) - len(s.dense); n > 0 {
		s.dense = append(s.dense, make([]sight, n)...)
	}
	s.dense[first.seq-1] = first
}

// after calls each with every sight above a seq, in order.
func (s *shown) after(seq uint64, each func(*sight)) {
	for i := min(seq, uint64(len(s.dense))); i < uint64(len(s.dense)); i++ {
		if s.dense[i].by != nil {
			each(&s.dense[i])
		}
	}
	for _, key := range slices.Sorted(maps.Keys(s.far)) {
		if key > seq {
			first := s.far[key]
			each(&first)
		}
	}
}
