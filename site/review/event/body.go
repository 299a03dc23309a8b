package event

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"

	"lockstep/site/review/anchor"
)

// Body is what an event says in words, and the salt of the commitment to it.
type Body struct {
	Text string
	Salt string // hexadecimal
}

// Commit is the commitment to a text that goes into the chain.
func Commit(salt []byte, text string) string {
	mac := hmac.New(sha256.New, salt)
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil))
}

// Opens says whether the body is the one that the event commits to.
func (e Event) Opens(b Body) bool {
	salt, err := hex.DecodeString(b.Salt)
	return err == nil && hmac.Equal([]byte(Commit(salt, b.Text)), []byte(e.Body))
}

// ParseSalt reads a salt as it is exported.
func ParseSalt(text string) (salt [16]byte, err error) {
	data, err := hex.DecodeString(text)
	if err != nil || len(data) != len(salt) {
		return salt, errors.New("the salt of a text is not 32 hexadecimal digits")
	}
	copy(salt[:], data)
	return salt, nil
}

// HashOf is a hash of what a kept revision says, block by block. The revision
// itself is a hash of the page as it was rendered, which nobody can work out
// again from the blocks.
func HashOf(doc *anchor.Doc) string {
	sum := sha256.New()
	for _, b := range doc.Blocks {
		fmt.Fprintf(sum, "%d:%s%d:%s%d:%s", len(b.Kind), b.Kind, len(b.ID), b.ID, len(b.Text), b.Text)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// NewSalt makes the commitment to a text one that nobody can guess.
func NewSalt() (salt [16]byte) {
	rand.Read(salt[:])
	return salt
}
