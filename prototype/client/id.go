package client

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
	"time"
)

// NewID makes an id for a message: a UUIDv7, which carries the time. A cluster has
// no bound on how many of these it takes, as it can tell by the time whether one
// may have been forgotten. It is not a secret.
func NewID() string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:], rand.Uint64())
	binary.BigEndian.PutUint64(b[8:], rand.Uint64())
	return idOf(time.Now(), b)
}

// IDFor makes the id of a message that already has a name which no other message
// of its sender has. The same name and time give the same id.
func IDFor(made time.Time, name string) string {
	sum := sha256.Sum256([]byte(name))
	return idOf(made, [16]byte(sum[:]))
}

// idOf puts a time into 16 bytes and writes them as a UUIDv7.
func idOf(made time.Time, b [16]byte) string {
	ms := uint64(made.UnixMilli())
	binary.BigEndian.PutUint64(b[:], ms<<16|7<<12|uint64(binary.BigEndian.Uint16(b[6:])&0x0fff))
	b[8] = b[8]&0x3f | 0x80
	var text [36]byte
	hex.Encode(text[:], b[:4])
	hex.Encode(text[9:], b[4:6])
	hex.Encode(text[14:], b[6:8])
	hex.Encode(text[19:], b[8:10])
	hex.Encode(text[24:], b[10:])
	text[8], text[13], text[18], text[23] = '-', '-', '-', '-'
	return string(text[:])
}
