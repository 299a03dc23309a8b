package client

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// NewID makes an id for a message: a UUIDv7, which carries the time. A cluster has
// no bound on how many of these it takes, as it can tell by the time whether one
// may have been forgotten.
func NewID() string { return IDFor(time.Now(), rand.Text()) }

// IDFor makes the id of a message that already has a name which no other message
// of its sender has. The same name and time give the same id.
func IDFor(made time.Time, name string) string {
	sum := sha256.Sum256([]byte(name))
	b := sum[:16]
	ms := uint64(made.UnixMilli())
	for i := range 6 {
		b[i] = byte(ms >> (40 - 8*i))
	}
	b[6] = b[6]&0x0f | 0x70
	b[8] = b[8]&0x3f | 0x80
	var text [36]byte
	at := 0
	for i, end := range [...]int{4, 6, 8, 10, 16} {
		start := [...]int{0, 4, 6, 8, 10}[i]
		at += hex.Encode(text[at:], b[start:end])
		if end < 16 {
			text[at] = '-'
			at++
		}
	}
	return string(text[:])
}
