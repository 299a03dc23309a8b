package store

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"

	"lockstep/site/review/event"
)

// Key is what opens one body. Whoever destroys it destroys the body.
type Key struct {
	Secret [32]byte // of AES-256-GCM
	Salt   [16]byte // of the commitment
}

func newKey() (k Key) {
	rand.Read(k.Secret[:])
	k.Salt = event.NewSalt()
	return k
}

// Keys keeps the keys of bodies. It is called from any goroutine. Put returns when
// the key is on disk, and Destroy when nothing of it is left there. An id that was
// destroyed never has a key again. Get fails when it cannot be known whether there
// is one.
type Keys interface {
	Put(ctx context.Context, id string, k Key) error
	Get(ctx context.Context, id string) (Key, bool, error)
	Destroy(id string) error
}

// seal encrypts a text for its event. A retry may bring another text under the
// same key, so the nonce is random.
func seal(k Key, id, text string) []byte {
	gcm := cipherOf(k)
	nonce := make([]byte, gcm.NonceSize())
	rand.Read(nonce)
	return gcm.Seal(nonce, nonce, []byte(text), []byte(id))
}

var errSealed = errors.New("the body does not open with its key")

func unseal(k Key, id string, sealed []byte) (string, error) {
	gcm := cipherOf(k)
	if len(sealed) < gcm.NonceSize() {
		return "", errSealed
	}
	text, err := gcm.Open(nil, sealed[:gcm.NonceSize()], sealed[gcm.NonceSize():], []byte(id))
	if err != nil {
		return "", errSealed
	}
	return string(text), nil
}

func cipherOf(k Key) cipher.AEAD {
	block, err := aes.NewCipher(k.Secret[:])
	if err != nil {
		panic(err) // the length is right
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		panic(err)
	}
	return gcm
}
