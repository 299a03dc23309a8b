package signature

import (
	"encoding/binary"
	"errors"
)

// The wire format of SSH: a string is its length in four bytes and its bytes.

var errShort = errors.New("it is cut off")

// reader takes one field after another; after the first error all are empty.
type reader struct {
	data []byte
	err  error
}

func (r *reader) take(n uint32) []byte {
	if r.err != nil || uint64(n) > uint64(len(r.data)) {
		r.err = errShort
		return nil
	}
	part := r.data[:n]
	r.data = r.data[n:]
	return part
}

func (r *reader) number() uint32 {
	part := r.take(4)
	if part == nil {
		return 0
	}
	return binary.BigEndian.Uint32(part)
}

func (r *reader) bytes() []byte { return r.take(r.number()) }

func (r *reader) text() string { return string(r.bytes()) }

// end is the error for what was cut off, and for what is too much.
func (r *reader) end() error {
	if r.err == nil && len(r.data) > 0 {
		return errors.New("something follows it")
	}
	return r.err
}

func appendString[T string | []byte](to []byte, s T) []byte {
	to = binary.BigEndian.AppendUint32(to, uint32(len(s)))
	return append(to, s...)
}
