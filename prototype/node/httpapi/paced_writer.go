//go:build !js

package httpapi

import (
	"encoding/json"
	"net/http"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/node/outcome"
)

const (
	writePiece    = 64 << 10         // bytes that are written at a time
	writePatience = 10 * time.Second // in which a reader must take a piece, or its answer ends early
	writeGrace    = 5 * time.Second  // in which it must after that, or the connection is closed
)

// pacedWriter writes an answer at the pace of its reader. It gathers what is to be
// written into pieces, so an answer of any length needs the memory of one. A reader
// that is late with a piece is slow: its answer should come to an end at the next
// good place, with a problem if the format has room for one. One goroutine at a
// time may call its methods.
type pacedWriter struct {
	w          http.ResponseWriter
	controller *http.ResponseController
	buf        []byte
	begun      bool
	slow       bool
	// begin is asked before the first piece, while another answer may still be
	// given. nil is always ready.
	begin func() *outcome.Error
	// refused is what begin said.
	refused *outcome.Error
}

func newPacedWriter(w http.ResponseWriter) *pacedWriter {
	return &pacedWriter{w: w, controller: http.NewResponseController(w)}
}

// spill writes what was gathered if it is worth a piece.
func (p *pacedWriter) spill() error {
	if len(p.buf) < writePiece {
		return nil
	}
	return p.write(false)
}

// flush writes what was gathered and sends it on its way.
func (p *pacedWriter) flush() error { return p.write(true) }

func (p *pacedWriter) write(flush bool) error {
	if !p.begun && p.begin != nil {
		if p.refused = p.begin(); p.refused != nil {
			return p.refused
		}
	}
	p.begun = true
	err := p.pass(p.buf, flush)
	if p.buf = p.buf[:0]; cap(p.buf) > 2*writePiece {
		p.buf = nil
	}
	return err
}

// pass writes data in pieces, past what was gathered.
func (p *pacedWriter) pass(data []byte, flush bool) (err error) {
	for err == nil && (len(data) > 0 || flush) {
		piece := data[:min(len(data), writePiece)]
		data = data[len(piece):]
		begun := time.Now()
		p.controller.SetWriteDeadline(begun.Add(writePatience + writeGrace))
		if len(piece) > 0 {
			_, err = p.w.Write(piece)
		}
		if len(data) == 0 {
			if err == nil && flush {
				err = p.controller.Flush()
			}
			flush = false
		}
		p.slow = p.slow || time.Since(begun) > writePatience
	}
	return err
}

// end leaves time for the end of the answer, which the server writes. It must be
// called when the last piece may be long ago.
func (p *pacedWriter) end() { p.controller.SetWriteDeadline(time.Now().Add(writePatience)) }

// slowReader is the end of an answer to a slow reader. What was sent and not
// answered has the outcome.
func slowReader(certain api.Outcome) *outcome.Error {
	return &outcome.Error{Outcome: certain, Reason: outcome.ReasonSlowReader, RetryAfter: time.Second,
		Detail: "for " + writePatience.String() + " nothing of the answer was read, so it ends here: ask again for the rest, and read while you send"}
}

func appendProblem(out []byte, p api.Problem) []byte {
	data, _ := json.Marshal(p) // it consists of strings and numbers
	return append(append(out, data...), '\n')
}
