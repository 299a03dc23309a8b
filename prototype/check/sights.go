package check

import (
	"maps"
	"slices"

	"lockstep/prototype/history"
)

// sight is the first that anybody was shown at a seq.
type sight struct {
	message *message
	other   *history.Message // what was shown, if it is not what was sent
	epoch   uint64           // 0 if it was not told
	by      *operation
	read    bool // a read has shown it
}

// same says whether a message is shown as it was shown here at first.
func (s *sight) same(j *Judge, m *history.Message) bool {
	if s.epoch != m.Epoch && s.epoch != 0 && m.Epoch != 0 {
		return false
	}
	if s.other != nil {
		return s.other.ID == m.ID && s.other.Sender == m.Sender && s.other.Body == m.Body
	}
	return s.message.id == m.ID && s.message.body == m.Body && j.names.text(s.message.sender) == m.Sender
}

// asMessage is what a read shows of it.
func (s *sight) asMessage(j *Judge, seq uint64) *history.Message {
	if s == nil {
		return nil
	}
	if s.other != nil {
		return s.other
	}
	return &history.Message{Seq: seq, ID: s.message.id, Sender: j.names.text(s.message.sender), Body: s.message.body, Epoch: s.epoch}
}

// sights holds the first sight at each seq. Seqs that could be dense are in
// blocks; a seq from nowhere must not cost the memory up to it.
type sights struct {
	blocks [][]sight // of blockSize, by seq-1; by is nil where nothing was shown
	far    map[uint64]*sight
}

const (
	blockSize = 1 << 10
	// slack is how many blocks beyond the last one a seq may lie and still be
	// dense.
	slack = 4
)

// at is the first sight at a seq, or nil.
func (s *sights) at(seq uint64) *sight {
	if block := (seq - 1) / blockSize; seq > 0 && block < uint64(len(s.blocks)) && s.blocks[block] != nil {
		if first := &s.blocks[block][(seq-1)%blockSize]; first.by != nil {
			return first
		}
	}
	return s.far[seq]
}

func (s *sights) put(seq uint64, first sight) {
	block := (seq - 1) / blockSize
	if block >= uint64(2*len(s.blocks)+slack) {
		if s.far == nil {
			s.far = make(map[uint64]*sight)
		}
		s.far[seq] = &first
		return
	}
	for uint64(len(s.blocks)) <= block {
		s.blocks = append(s.blocks, make([]sight, blockSize))
	}
	s.blocks[block][(seq-1)%blockSize] = first
}

// forget drops the sights above one seq up to another.
func (s *sights) forget(after, upto uint64) {
	for seq := after + 1; seq <= upto; seq++ {
		delete(s.far, seq)
		if block := (seq - 1) / blockSize; block < uint64(len(s.blocks)) && s.blocks[block] != nil {
			s.blocks[block][(seq-1)%blockSize] = sight{}
			if seq%blockSize == 0 {
				s.blocks[block] = nil
			}
		}
	}
}

// after calls each with every sight above a seq, in order.
func (s *sights) after(seq uint64, each func(uint64, *sight)) {
	for ; seq < uint64(len(s.blocks))*blockSize; seq++ {
		if first := s.at(seq + 1); first != nil {
			each(seq+1, first)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(s.far)) {
		if key > seq {
			each(key, s.far[key])
		}
	}
}
