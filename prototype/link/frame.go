package link

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// A frame on the wire:
//
//	length   4 bytes, big endian: of everything that follows
//	kind     1 byte; its highest bit says that the answer may linger, too
//	channel  2 bytes
//	id       8 bytes: ties an answer to its request; 0 for a one-way message
//	payload  the rest
type frame struct {
	kind    kind
	patient bool
	channel uint16
	id      uint64
	payload []byte
}

type kind byte

const (
	request kind = iota + 1
	oneWay
	answer
	refusal // an answer whose payload is the text of an error
)

const (
	patientBit  = 0x80
	frameHeader = 4 + 1 + 2 + 8
	// maxFrame bounds what a peer can make us allocate.
	maxFrame = 64 << 20
	// longFrame is the size from which a message takes the connection for long
	// ones.
	longFrame = 16 << 10
)

var errFrame = errors.New("malformed frame")

func (f frame) appendHeader(dst []byte) []byte {
	dst = binary.BigEndian.AppendUint32(dst, uint32(frameHeader-4+len(f.payload)))
	k := byte(f.kind)
	if f.patient {
		k |= patientBit
	}
	dst = append(dst, k)
	dst = binary.BigEndian.AppendUint16(dst, f.channel)
	return binary.BigEndian.AppendUint64(dst, f.id)
}

func readFrame(r *bufio.Reader) (frame, error) {
	var header [frameHeader]byte
	if _, err := io.ReadFull(r, header[:]); err != nil {
		return frame{}, err
	}
	length := binary.BigEndian.Uint32(header[:4])
	if length < frameHeader-4 || length > maxFrame {
		return frame{}, fmt.Errorf("read frame of %d bytes: %w", length, errFrame)
	}
	f := frame{kind: kind(header[4] &^ patientBit), patient: header[4]&patientBit != 0, channel: binary.BigEndian.Uint16(header[5:7]), id: binary.BigEndian.Uint64(header[7:])}
	if f.kind < request || f.kind > refusal {
		return frame{}, fmt.Errorf("read frame of kind %d: %w", f.kind, errFrame)
	}
	f.payload = make([]byte, length-(frameHeader-4))
	_, err := io.ReadFull(r, f.payload)
	return f, err
}
