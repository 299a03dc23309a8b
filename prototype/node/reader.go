package node

import (
	"encoding/binary"
	"errors"
)

// errRPC is the answer to a request that cannot be read.
var errRPC = errors.New("malformed request")

// appendBytes writes a length and what it counts.
func appendBytes(b, v []byte) []byte {
	b = binary.AppendUvarint(b, uint64(len(v)))
	return append(b, v...)
}

// reader reads from the front of data and remembers that it failed.
type reader struct {
	data   []byte
	failed bool
}

func (d *reader) uvarint() uint64 {
	v, n := binary.Uvarint(d.data)
	if n <= 0 {
		d.failed, d.data = true, nil
		return 0
	}
	d.data = d.data[n:]
	return v
}

func (d *reader) varint() int64 {
	v, n := binary.Varint(d.data)
	if n <= 0 {
		d.failed, d.data = true, nil
		return 0
	}
	d.data = d.data[n:]
	return v
}

func (d *reader) byte() byte {
	if len(d.data) == 0 {
		d.failed = true
		return 0
	}
	b := d.data[0]
	d.data = d.data[1:]
	return b
}

func (d *reader) bytes() []byte {
	n := d.uvarint()
	if d.failed || n > uint64(len(d.data)) {
		d.failed, d.data = true, nil
		return nil
	}
	v := d.data[:n:n]
	d.data = d.data[n:]
	if n == 0 {
		return nil
	}
	return v
}
