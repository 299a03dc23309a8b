package link

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
)

// A frame on the wire:
//
//	length   4 bytes, big endian: of everything that follows
//	kind     1 byte; its highest bit says that the answer may linger, too, and the next
//	         one that the payload is the end of a message that came in parts
//	channel  2 bytes
//	id       8 bytes: ties an answer to its request; 0 for a one-way message
//	payload  the rest
//
// A long message may come in parts, to a peer that has said that it knows them, so
// that what must be known of the line can be asked in between. The parts of one message
// follow each other, with nothing but probes between them; the id of a part is the
// length of the whole payload, and the last part is a frame of the message's own kind.
type frame struct {
	kind    kind
	patient bool
	parted  bool // the payload is the end of a message that came in parts
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
	part    // of a message whose last part is yet to come
)

const (
	patientBit  = 0x80
	partedBit   = 0x40
	frameHeader = 4 + 1 + 2 + 8
	// maxFrame bounds a frame, and a message that comes in parts.
	maxFrame = 64 << 20
	// longFrame is the size from which a message takes the connection for long
	// ones.
	longFrame = 16 << 10
	// readAhead, in bytes, is allocated for a payload when it is announced. What is
	// longer takes memory as it comes, at most about twice as much.
	readAhead = 256 << 10
)

var errFrame = errors.New("malformed frame")

func (f frame) appendHeader(dst []byte) []byte {
	dst = binary.BigEndian.AppendUint32(dst, uint32(frameHeader-4+len(f.payload)))
	k := byte(f.kind)
	if f.patient {
		k |= patientBit
	}
	if f.parted {
		k |= partedBit
	}
	dst = append(dst, k)
	dst = binary.BigEndian.AppendUint16(dst, f.channel)
	return binary.BigEndian.AppendUint64(dst, f.id)
}

// readFrame reads a frame. The end of a message in parts is read behind what has come
// of it before.
func readFrame(r *bufio.Reader, before []byte) (frame, error) {
	var header [frameHeader]byte
	if _, err := io.ReadFull(r, header[:]); err != nil {
		return frame{}, err
	}
	length := binary.BigEndian.Uint32(header[:4])
	if length < frameHeader-4 || length > maxFrame {
		return frame{}, fmt.Errorf("read frame of %d bytes: %w", length, errFrame)
	}
	f := frame{kind: kind(header[4] &^ (patientBit | partedBit)), patient: header[4]&patientBit != 0, parted: header[4]&partedBit != 0, channel: binary.BigEndian.Uint16(header[5:7]), id: binary.BigEndian.Uint64(header[7:])}
	if f.kind < request || f.kind > part || f.parted && f.kind == part {
		return frame{}, fmt.Errorf("read frame of kind %d: %w", f.kind, errFrame)
	}
	n := int(length - (frameHeader - 4))
	if f.kind == part || f.parted {
		f.payload = before
	}
	whole := len(f.payload) + n
	switch {
	case whole > maxFrame, f.kind == part && (f.id > maxFrame || whole > int(f.id)):
		return frame{}, fmt.Errorf("read a part of %d bytes: %w", n, errFrame)
	case f.kind == part:
		whole = int(f.id)
	}
	for n > 0 {
		piece := min(n, max(len(f.payload), readAhead))
		read := len(f.payload)
		f.payload = slices.Grow(f.payload, max(piece, min(read, whole-read)))[:read+piece]
		if _, err := io.ReadFull(r, f.payload[read:]); err != nil {
			return f, err
		}
		n -= piece
	}
	return f, nil
}
