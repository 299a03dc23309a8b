//go:build !js

package httpapi

import (
	"strconv"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/jsontext"
	"lockstep/prototype/order"
)

const (
	// partMessages are taken from the machine at a time.
	partMessages = 256
	// maxAnswer bounds the messages of one answer, in bytes as they are written;
	// one message is given however long it is. Who asked for more goes on after the
	// last seq.
	maxAnswer = 8 << 20
	// readCost is what an answer that does not fit into one piece holds, in bytes.
	readCost = 192 << 10
)

// part asks for the first part of an answer.
func part(r api.ReadRequest) api.ReadRequest {
	r.Limit = min(r.Limit, partMessages)
	return r
}

// read writes the answer to a read, and a line feed: what was found first, and the
// rest part by part up to what was the end then. There are fewer messages than the
// limit where the answer becomes too long, where messages are forgotten meanwhile,
// and where the reader is slow.
func (p *pacedWriter) read(r api.ReadRequest, first order.View, more func(conversation string, after uint64, limit int) order.View) error {
	p.buf = append(p.buf, `{"conversation":`...)
	p.buf = jsontext.AppendString(p.buf, r.Conversation)
	p.buf = append(p.buf, `,"messages":[`...)
	given, size, last := 0, 0, r.After
	view := first
parts:
	for len(view.Messages) > 0 {
		for _, m := range view.Messages {
			start := len(p.buf)
			if given > 0 {
				p.buf = append(p.buf, ',')
			}
			p.buf = appendPlaced(p.buf, m)
			if size += len(p.buf) - start; given > 0 && size > maxAnswer {
				p.buf = p.buf[:start]
				break parts
			}
			given, last = given+1, m.Seq
			if err := p.spill(); err != nil {
				return err
			}
			if p.slow {
				break parts
			}
		}
		if given >= r.Limit || last >= first.Last {
			break
		}
		view = more(r.Conversation, last, int(min(uint64(r.Limit-given), partMessages, first.Last-last)))
	}
	p.buf = append(p.buf, `],"last_seq":`...)
	p.buf = strconv.AppendUint(p.buf, first.Last, 10)
	p.buf = append(p.buf, `,"read":`...)
	p.buf = jsontext.AppendString(p.buf, string(r.Level))
	p.buf = append(p.buf, '}', '\n')
	return nil
}

// roomFor is about what the beginning of an answer takes, in bytes.
func roomFor(first order.View) int {
	room := 256
	for i := 0; i < len(first.Messages) && room < writePiece; i++ {
		m := &first.Messages[i]
		room += 128 + len(m.ID) + len(m.Sender) + len(m.Body)
	}
	return min(room, writePiece+readBytes)
}

func appendPlaced(out []byte, m order.Message) []byte {
	out = append(out, `{"seq":`...)
	out = strconv.AppendUint(out, m.Seq, 10)
	out = append(out, `,"id":`...)
	out = jsontext.AppendString(out, m.ID)
	out = append(out, `,"sender":`...)
	out = jsontext.AppendString(out, m.Sender)
	out = append(out, `,"body":`...)
	out = jsontext.AppendString(out, m.Body)
	out = append(out, `,"epoch":`...)
	out = strconv.AppendUint(out, m.Epoch, 10)
	out = append(out, `,"time":`...)
	out = append(out, '"')
	out = time.UnixMilli(m.Time).UTC().AppendFormat(out, time.RFC3339Nano)
	return append(out, '"', '}')
}
