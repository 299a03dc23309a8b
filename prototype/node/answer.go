package node

import (
	"encoding/binary"
	"encoding/json"

	"lockstep/prototype/node/outcome"
	"lockstep/prototype/node/wire"
	"lockstep/prototype/order"
)

// submitAnswer is what became of forwarded commands: results of the first ones, and
// an error about the rest, if there is a rest.
type submitAnswer struct {
	Results []order.Result
	Error   *outcome.Error
}

// An answer begins with its kind. Results follow as their number, and for each its
// seq, epoch, session, rejection, whether it is a duplicate, and of a conflict the
// hash. The error, which is
// rare, is behind them as JSON.
const (
	answerWhole = iota
	answerError
)

func (a submitAnswer) append(dst []byte) []byte {
	kind := byte(answerWhole)
	if a.Error != nil {
		kind = answerError
	}
	dst = binary.AppendUvarint(append(dst, kind), uint64(len(a.Results)))
	for _, r := range a.Results {
		dst = binary.AppendUvarint(dst, r.Seq)
		dst = binary.AppendUvarint(dst, r.Epoch)
		dst = binary.AppendUvarint(dst, r.Session)
		duplicate := byte(0)
		if r.Duplicate {
			duplicate = 1
		}
		dst = append(dst, byte(r.Rejected), duplicate)
		if r.Rejected == order.Conflict {
			dst = wire.AppendBytes(dst, []byte(r.Hash))
		}
	}
	if a.Error != nil {
		text, _ := json.Marshal(a.Error) // it holds nothing that JSON cannot
		dst = append(dst, text...)
	}
	return dst
}

// decodeAnswer reads the answer to a number of commands. An error in it is not one
// of reading.
func decodeAnswer(payload []byte, commands int) (a submitAnswer, err error) {
	d := wire.Reader{Data: payload}
	kind, n := d.Byte(), d.Uvarint()
	if d.Failed || n > uint64(commands) {
		return a, wire.ErrMalformed
	}
	for range n {
		r := order.Result{Seq: d.Uvarint(), Epoch: d.Uvarint(), Session: d.Uvarint(), Rejected: order.Rejection(d.Byte())}
		r.Duplicate = d.Byte() == 1
		if r.Rejected == order.Conflict {
			r.Hash = string(d.Bytes())
		}
		a.Results = append(a.Results, r)
	}
	switch {
	case d.Failed:
	case kind == answerWhole && len(d.Data) == 0:
		return a, nil
	case kind == answerError && json.Unmarshal(d.Data, &a.Error) == nil && a.Error != nil:
		return a, nil
	}
	return submitAnswer{}, wire.ErrMalformed
}
