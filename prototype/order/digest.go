package order

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
)

// Digest is a hash chain over the messages of a conversation up to some seq:
// two replicas have the same order exactly if they have the same digest.
// The zero Digest is that of an empty conversation.
type Digest [sha256.Size]byte

// String is the digest in hexadecimal.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// next extends the chain by one message. Fields are length-prefixed, so no two
// different messages hash the same bytes.
func (d Digest) next(m *Message) Digest {
	buf := make([]byte, 0, 512) // on the stack; longer messages move it to the heap
	buf = append(buf, d[:]...)
	buf = binary.BigEndian.AppendUint64(buf, m.Seq)
	buf = binary.BigEndian.AppendUint64(buf, m.Epoch)
	buf = binary.BigEndian.AppendUint64(buf, uint64(m.Time))
	buf = appendString(buf, m.ID)
	buf = appendString(buf, m.Sender)
	buf = appendString(buf, m.Body)
	return sha256.Sum256(buf)
}
