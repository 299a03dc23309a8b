package access

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
)

// tokenPrefix makes a token known as what it is to those who look for secrets in texts.
const tokenPrefix = "lockstep_"

// maxToken bounds what is hashed for somebody whom nobody knows, in bytes.
const maxToken = 256

// NewToken gives a token that nobody can guess: 256 random bits.
func NewToken() string {
	var secret [32]byte
	rand.Read(secret[:]) // it does not fail
	return tokenPrefix + base64.RawURLEncoding.EncodeToString(secret[:])
}

// Line is what an access file says of a token.
func Line(role Role, name, token string) (string, error) {
	if err := checkName(name); err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(token))
	return fmt.Sprintf("%s %s %s%s", role, name, hashPrefix, hex.EncodeToString(sum[:])), nil
}
