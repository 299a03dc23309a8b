// Package wire is what the nodes of a cluster agree on beside the consensus library's
// requests: the numbers of the mesh's channels, and how values are written in binary.
//
// The numbers never change, since nodes of neighbouring versions speak to each other.
package wire

import (
	"encoding/binary"
	"errors"
)

// errRPC is the answer to a request that cannot be read.
var ErrMalformed = errors.New("malformed request")

// AppendBytes writes a length and what it counts.
func AppendBytes(b, v []byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(v)))
	return append(b, v...)
}

// Reader reads from the front of data and remembers that it failed.
type Reader struct {
	Data   []byte
	Failed bool
}

// Uvarint reads a number without a sign; 0 if there is none.
func (d *Reader) Uvarint() uint64 {
	v, n := binary.Uvarint(d.Data)
	if n <= 0 {
		d.Failed, d.Data = true, nil
		return 0
	}
	d.Data = d.Data[n:]
	return v
}

// Varint reads a number with a sign; 0 if there is none.
func (d *Reader) Varint() int64 {
	v, n := binary.Varint(d.Data)
	if n <= 0 {
		d.Failed, d.Data = true, nil
		return 0
	}
	d.Data = d.Data[n:]
	return v
}

// Byte reads one; 0 if there is none.
func (d *Reader) Byte() byte {
	if len(d.Data) == 0 {
		d.Failed = true
		return 0
	}
	b := d.Data[0]
	d.Data = d.Data[1:]
	return b
}

// Bytes reads what AppendBytes wrote, and points into Data.
func (d *Reader) Bytes() []byte {
	n := d.Uvarint()
	if d.Failed || n > uint64(len(d.Data)) {
		d.Failed, d.Data = true, nil
		return nil
	}
	v := d.Data[:n:n]
	d.Data = d.Data[n:]
	if n == 0 {
		return nil
	}
	return v
}
