package order

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// A batch on the wire:
//
//	version  1 byte, 1
//	time     varint, milliseconds
//	count    uvarint
//	count x  conversation, id, sender, body: each a uvarint length and its bytes
//
// Consecutive commands of one conversation are common, so an empty conversation
// stands for the one before. That is unambiguous, as a conversation's name is
// never empty.
const encodingVersion = 1

// ErrMalformed is the error for bytes that no version of this package wrote.
var ErrMalformed = errors.New("malformed batch")

// Append appends the encoding of b to dst.
func (b Batch) Append(dst []byte) []byte {
	dst = append(dst, encodingVersion)
	dst = binary.AppendVarint(dst, b.Time)
	dst = binary.AppendUvarint(dst, uint64(len(b.Commands)))
	previous := ""
	for _, c := range b.Commands {
		conversation := c.Conversation
		if conversation == previous {
			conversation = ""
		}
		previous = c.Conversation
		dst = appendString(dst, conversation)
		dst = appendString(dst, c.ID)
		dst = appendString(dst, c.Sender)
		dst = appendString(dst, c.Body)
	}
	return dst
}

// Size is an upper bound, in bytes, of what the command adds to a batch.
func (c Command) Size() int {
	return len(c.Conversation) + len(c.ID) + len(c.Sender) + len(c.Body) + 4*binary.MaxVarintLen32
}

// DecodeBatch reads what Append wrote. It never panics, whatever the bytes are.
func DecodeBatch(data []byte) (Batch, error) {
	if len(data) == 0 || data[0] != encodingVersion {
		return Batch{}, fmt.Errorf("decode version: %w", ErrMalformed)
	}
	d := decoder{data: data[1:]}
	b := Batch{Time: d.varint()}
	count := d.uvarint()
	// Each command takes at least four bytes, which bounds what a lying count
	// can make us allocate.
	if d.failed || count > uint64(len(d.data))/4 {
		return Batch{}, fmt.Errorf("decode count: %w", ErrMalformed)
	}
	b.Commands = make([]Command, 0, count)
	previous := ""
	for range count {
		c := Command{Conversation: d.string(), ID: d.string(), Sender: d.string(), Body: d.string()}
		if c.Conversation == "" {
			c.Conversation = previous
		}
		previous = c.Conversation
		if d.failed || c.Conversation == "" {
			return Batch{}, fmt.Errorf("decode command %d: %w", len(b.Commands), ErrMalformed)
		}
		b.Commands = append(b.Commands, c)
	}
	if len(d.data) > 0 {
		return Batch{}, fmt.Errorf("decode: %d bytes too many: %w", len(d.data), ErrMalformed)
	}
	return b, nil
}

func appendString(dst []byte, s string) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(s)))
	return append(dst, s...)
}

// decoder reads from the front of data and remembers that it failed.
type decoder struct {
	data   []byte
	failed bool
}

func (d *decoder) uvarint() uint64 {
	v, n := binary.Uvarint(d.data)
	if n <= 0 {
		d.failed = true
		return 0
	}
	d.data = d.data[n:]
	return v
}

func (d *decoder) varint() int64 {
	v, n := binary.Varint(d.data)
	if n <= 0 {
		d.failed = true
		return 0
	}
	d.data = d.data[n:]
	return v
}

func (d *decoder) string() string {
	n := d.uvarint()
	if d.failed || n > uint64(len(d.data)) {
		d.failed = true
		return ""
	}
	s := string(d.data[:n])
	d.data = d.data[n:]
	return s
}
