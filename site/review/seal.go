package review

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
)

// Key is what opens one body. Whoever destroys it destroys the body.
type Key struct {
	Secret [32]byte // of AES-256-GCM
	Salt   [16]byte // of the commitment
}

func newKey() (k Key) {
	rand.Read(k.Secret[:])
	rand.Read(k.Salt[:])
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

// commit is the commitment to a text that goes into the chain.
func commit(salt []byte, text string) string {
	mac := hmac.New(sha256.New, salt)
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil))
}

// opens says whether the body is the one that the event commits to.
func (e Event) opens(b Body) bool {
	salt, err := hex.DecodeString(b.Salt)
	return err == nil && hmac.Equal([]byte(commit(salt, b.Text)), []byte(e.Body))
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

// saltOf reads a salt as it is exported.
func saltOf(text string) (salt [16]byte, err error) {
	data, err := hex.DecodeString(text)
	if err != nil || len(data) != len(salt) {
		return salt, errors.New("the salt of a text is not 32 hexadecimal digits")
	}
	copy(salt[:], data)
	return salt, nil
}
