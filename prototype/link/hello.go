package link

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// A connection begins with a hello that says what it is for and who calls:
//
//	magic    4 bytes "LKLN"
//	version  1 byte, 2
//	use      1 byte: short messages, long messages, a stream
//	channel  2 bytes, big endian; for a stream
//	length   1 byte
//	caller   length bytes: the id of the node that connects
const (
	helloMagic   = "LKLN"
	helloVersion = 3
)

type use byte

const (
	shortMessages use = iota
	longMessages
	stream
)

type hello struct {
	use     use
	channel uint16
	caller  string
}

func (h hello) append(dst []byte) []byte {
	dst = append(dst, helloMagic...)
	dst = append(dst, helloVersion, byte(h.use))
	dst = binary.BigEndian.AppendUint16(dst, h.channel)
	dst = append(dst, byte(len(h.caller)))
	return append(dst, h.caller...)
}

func readHello(r io.Reader) (hello, error) {
	var fixed [len(helloMagic) + 5]byte
	if _, err := io.ReadFull(r, fixed[:]); err != nil {
		return hello{}, fmt.Errorf("read hello: %w", err)
	}
	if string(fixed[:4]) != helloMagic || fixed[4] != helloVersion || use(fixed[5]) > stream {
		return hello{}, errors.New("read hello: not a node of this version")
	}
	caller := make([]byte, fixed[8])
	if _, err := io.ReadFull(r, caller); err != nil {
		return hello{}, fmt.Errorf("read hello: %w", err)
	}
	return hello{use: use(fixed[5]), channel: binary.BigEndian.Uint16(fixed[6:8]), caller: string(caller)}, nil
}
