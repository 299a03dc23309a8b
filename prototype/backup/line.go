package backup

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/crc32"

	"lockstep/prototype/api"
	"lockstep/prototype/order"
)

// line is one of a file. The first of a conversation names it, and where what
// follows begins; the others are its messages, one after the other.
type line struct {
	Conversation string `json:"conversation,omitempty"`
	After        uint64 `json:"after,omitempty"`
	Digest       string `json:"digest,omitempty"` // up to After

	Seq    uint64 `json:"seq,omitempty"`
	ID     string `json:"id,omitempty"`
	Sender string `json:"sender,omitempty"`
	Body   string `json:"body,omitempty"`
	Epoch  uint64 `json:"epoch,omitempty"`
	Time   int64  `json:"time_ms,omitempty"`

	// Sum is CRC-32C of the line without it, so that damage is found at its place and
	// not where the digest is compared.
	Sum string `json:"sum"`
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// append writes the line in the only way that parseLine takes.
func (l line) append(dst []byte) ([]byte, error) {
	l.Sum = ""
	bare, err := marshal(l)
	if err != nil {
		return dst, err
	}
	l.Sum = fmt.Sprintf("%08x", crc32.Checksum(bare, castagnoli))
	data, err := marshal(l)
	return append(append(dst, data...), '\n'), err
}

func marshal(value any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return bytes.TrimSuffix(b.Bytes(), []byte{'\n'}), err
}

// parseLine reads a line, and refuses whatever append would not have written.
func parseLine(data []byte) (line, error) {
	var l line
	if err := json.Unmarshal(data, &l); err != nil {
		return l, fmt.Errorf("it is no line of a backup: %w", err)
	}
	again, err := l.append(nil)
	if err != nil || !bytes.Equal(bytes.TrimSuffix(again, []byte{'\n'}), data) {
		return l, fmt.Errorf("its checksum does not fit")
	}
	return l, nil
}

func lineOf(m api.Placed) line {
	return line{Seq: m.Seq, ID: m.ID, Sender: m.Sender, Body: m.Body, Epoch: m.Epoch, Time: m.Time.UnixMilli()}
}

// message is what the digest covers.
func (l line) message() order.Message {
	return order.Message{Seq: l.Seq, ID: l.ID, Sender: l.Sender, Body: l.Body, Epoch: l.Epoch, Time: l.Time}
}

// content is what of a message is the same in a cluster that it was restored into.
func (l line) content() order.Message {
	return order.Message{Seq: l.Seq, ID: l.ID, Sender: l.Sender, Body: l.Body}
}
