package node

import (
	"encoding/binary"
	"encoding/json"

	"lockstep/prototype/order"
)

// submitAnswer is what became of forwarded commands: results, or an error.
type submitAnswer struct {
	Results []order.Result
	Error   *Error
}

// An answer begins with its kind. Results follow as their number, and for each its
// seq, epoch, session, rejection, and whether it is a duplicate; an error, which is
// rare, as JSON.
const (
	answerResults = iota
	answerError
)

func (a submitAnswer) append(dst []byte) []byte {
	if a.Error != nil {
		text, _ := json.Marshal(a.Error) // it holds nothing that JSON cannot
		return append(append(dst, answerError), text...)
	}
	dst = binary.AppendUvarint(append(dst, answerResults), uint64(len(a.Results)))
	for _, r := range a.Results {
		dst = binary.AppendUvarint(dst, r.Seq)
		dst = binary.AppendUvarint(dst, r.Epoch)
		dst = binary.AppendUvarint(dst, r.Session)
		duplicate := byte(0)
		if r.Duplicate {
			duplicate = 1
		}
		dst = append(dst, byte(r.Rejected), duplicate)
	}
	return dst
}

// decodeAnswer reads the answer to a number of commands. An error in it is not one
// of reading.
func decodeAnswer(payload []byte, commands int) (a submitAnswer, err error) {
	d := reader{data: payload}
	switch d.byte() {
	case answerError:
		if json.Unmarshal(d.data, &a.Error) == nil && a.Error != nil {
			return a, nil
		}
	case answerResults:
		n := d.uvarint()
		if n > uint64(commands) {
			return a, errRPC
		}
		a.Results = make([]order.Result, 0, n)
		for range n {
			r := order.Result{Seq: d.uvarint(), Epoch: d.uvarint(), Session: d.uvarint(), Rejected: order.Rejection(d.byte())}
			r.Duplicate = d.byte() == 1
			a.Results = append(a.Results, r)
		}
		if !d.failed && len(d.data) == 0 {
			return a, nil
		}
	}
	return submitAnswer{}, errRPC
}
