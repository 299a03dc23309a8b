package order

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// A batch on the wire:
//
//	version  1 byte, 2 or 3
//	time     varint, milliseconds
//	retain   uvarint
//	rules    uvarint; rules and memory are there in version 3 only
//	memory   uvarint, bytes
//	count    uvarint
//	count x  flags (1 byte), conversation, id, sender, body: each a uvarint length
//	         and its bytes; then, if the flags say so, session and number: uvarints
//
// Consecutive commands of one conversation are common, so an empty conversation
// stands for the one before. That is unambiguous, as a conversation's name is
// never empty.
//
// Version 3 is written only where it is needed, so that a node which knows version
// 2 alone reads everything else.
const (
	encodingVersion      = 2
	encodingVersionRules = 3
)

const (
	flagRegister = 1 << iota
	flagSession
)

// ErrMalformed is the error for bytes that no version of this package wrote.
var ErrMalformed = errors.New("malformed batch")

// Append appends the encoding of b to dst.
func (b Batch) Append(dst []byte) []byte {
	version := byte(encodingVersion)
	if b.Rules != 0 || b.Memory != 0 {
		version = encodingVersionRules
	}
	dst = append(dst, version)
	dst = binary.AppendVarint(dst, b.Time)
	dst = binary.AppendUvarint(dst, b.Retain)
	if version == encodingVersionRules {
		dst = binary.AppendUvarint(dst, uint64(b.Rules))
		dst = binary.AppendUvarint(dst, b.Memory)
	}
	dst = binary.AppendUvarint(dst, uint64(len(b.Commands)))
	previous := ""
	for i := range b.Commands {
		c := &b.Commands[i]
		conversation := c.Conversation
		if conversation == previous {
			conversation = ""
		}
		previous = c.Conversation
		flags := byte(0)
		if c.Register {
			flags |= flagRegister
		}
		if c.Session != 0 || c.Number != 0 {
			flags |= flagSession
		}
		dst = append(dst, flags)
		dst = appendString(dst, conversation)
		dst = appendString(dst, c.ID)
		dst = appendString(dst, c.Sender)
		dst = appendString(dst, c.Body)
		if flags&flagSession != 0 {
			dst = binary.AppendUvarint(dst, c.Session)
			dst = binary.AppendUvarint(dst, c.Number)
		}
	}
	return dst
}

// Size is an upper bound, in bytes, of what the command adds to a batch.
func (c Command) Size() int {
	return len(c.Conversation) + len(c.ID) + len(c.Sender) + len(c.Body) + 4*binary.MaxVarintLen32 + 2*binary.MaxVarintLen64 + 1
}

// DecodeBatch reads what Append wrote. It never panics, whatever the bytes are.
func DecodeBatch(data []byte) (Batch, error) {
	if len(data) == 0 || data[0] != encodingVersion && data[0] != encodingVersionRules {
		return Batch{}, fmt.Errorf("decode version: %w", ErrMalformed)
	}
	d := decoder{data: data[1:]}
	b := Batch{Time: d.varint(), Retain: d.uvarint()}
	if data[0] == encodingVersionRules {
		b.Rules, b.Memory = Rules(d.uvarint()), d.uvarint()
		if b.Rules > newestRules {
			return Batch{}, fmt.Errorf("decode rules %d: %w", b.Rules, ErrMalformed)
		}
	}
	count := d.uvarint()
	// Each command takes at least five bytes, which bounds what a lying count
	// can make us allocate.
	if d.failed || count > uint64(len(d.data))/5 {
		return Batch{}, fmt.Errorf("decode count: %w", ErrMalformed)
	}
	b.Commands = make([]Command, count)
	var texts run
	previous := ""
	for i := range b.Commands {
		c := &b.Commands[i]
		flags := d.byte()
		c.Register = flags&flagRegister != 0
		if name := d.bytes(); len(name) > 0 {
			texts.end(d.data)
			previous = string(name)
		}
		c.Conversation = previous
		texts.read(&d, c)
		if flags&flagSession != 0 {
			c.Session, c.Number = d.uvarint(), d.uvarint()
		}
		if d.failed || c.Conversation == "" || flags > flagRegister|flagSession {
			return Batch{}, fmt.Errorf("decode command %d: %w", i, ErrMalformed)
		}
	}
	texts.end(d.data)
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

func (d *decoder) byte() byte {
	if len(d.data) == 0 {
		d.failed = true
		return 0
	}
	b := d.data[0]
	d.data = d.data[1:]
	return b
}

func (d *decoder) bytes() []byte {
	n := d.uvarint()
	if d.failed || n > uint64(len(d.data)) {
		d.failed = true
		return nil
	}
	b := d.data[:n]
	d.data = d.data[n:]
	return b
}

// run is a few commands in a row that are of one conversation. Their texts share one
// allocation: they live together, and are forgotten together, or nearly.
type run struct {
	start    []byte
	commands [16]*Command
	bounds   [16][3][2]int
	n        int
}

// runBytes is how much text may be held for the sake of one message of a run, beside
// the message itself.
const runBytes = 2 << 10

// read reads the texts of a command, which are set when the run ends.
func (r *run) read(d *decoder, c *Command) {
	if r.n == len(r.commands) || r.n > 0 && len(r.start)-len(d.data) > runBytes {
		r.end(d.data)
	}
	if r.n == 0 {
		r.start = d.data
	}
	for i := range r.bounds[r.n] {
		b := d.bytes()
		end := len(r.start) - len(d.data)
		r.bounds[r.n][i] = [2]int{end - len(b), end}
	}
	r.commands[r.n] = c
	r.n++
}

// end begins a new run; rest is what follows this one.
func (r *run) end(rest []byte) {
	if r.n == 0 {
		return
	}
	text := string(r.start[:len(r.start)-len(rest)])
	for i, c := range r.commands[:r.n] {
		b := &r.bounds[i]
		c.ID, c.Sender, c.Body = text[b[0][0]:b[0][1]], text[b[1][0]:b[1][1]], text[b[2][0]:b[2][1]]
	}
	r.n = 0
}
