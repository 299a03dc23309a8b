package signature

import (
	"bytes"
	"crypto/ed25519"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"lockstep/formattest"
)

// counted is a key whose secret everybody can count up to.
func counted() Key {
	var seed [ed25519.SeedSize]byte
	for i := range seed {
		seed[i] = byte(i)
	}
	return Key{ed25519.NewKeyFromSeed(seed[:])}
}

// TestFormats: what was signed once holds for every later version, and its key is found in
// a list that a repository has kept. The real ssh-keygen wrote these signatures, but for a
// server's, which is written in the same bytes today, and those of tokens, which it has
// verified.
func TestFormats(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", "formats", "allowed_signers"))
	if err != nil {
		t.Fatal(err)
	}
	list, problems := ParseAllowed(data)
	if len(problems) > 0 {
		t.Errorf("allowed_signers is not read as it was: %v. %s", problems, formattest.Frozen)
	}
	server := func(Finding) []byte {
		text, err := counted().Sign(t.Context(), message)
		if err != nil {
			t.Error(err)
		}
		return []byte(text)
	}
	for _, tt := range []struct {
		name, as, fingerprint string
		write                 func(Finding) []byte
	}{
		{"server", "server", "SHA256:lbmsoA0yIEcEiVDRnMWuzm+nV+3ZEEpVIURqFoeSspg", server},
		{"ed25519", "ed25519", "SHA256:HsQSkVv4SPAqGpydtv0HfgDOV0+s4i8zMKRK32sEjTU", nil},
		{"ed25519-sha256", "ed25519", "SHA256:HsQSkVv4SPAqGpydtv0HfgDOV0+s4i8zMKRK32sEjTU", nil},
		{"p256", "p256", "SHA256:3m309bIqt8vQKL6q74Q+lPZl3xldYDuifNwMKVgGuK4", nil},
		{"p384", "p384", "SHA256:yKQuwA90mzzT9GlL3PdBWGsY9P5KODwPFur4Ju8RXw0", nil},
		{"p521", "p521", "SHA256:Ojdhs6Lcu0NXcsvUx7ev9vGQG/QN5bs2laQzeJvNHWw", nil},
		{"rsa", "rsa", "SHA256:lwJu2dISC5rgsFrWztO1TrKr4xsoGadCQP1LA3bOOdo", nil},
		{"token-ed25519", "token-ed25519", "SHA256:RVfoiKWNXbQGlTf+r+eJu7xgmFYLex+N6nOaCwuSt/E", nil},
		{"token-p256", "token-p256", "SHA256:Wz+pNCzUQU3hsoveaLDFyC9UAqvJt0bvAD403k64MmU", nil},
	} {
		want := Finding{State: Signed, As: tt.as + "@example.org", Fingerprint: tt.fingerprint}
		formattest.Hold(t, "signature-"+tt.name+".txt", want, func(data []byte) (Finding, error) {
			return list.Judge(string(data), message, []string{tt.as + "@example.org"}, now), nil
		}, tt.write)
	}
}

// TestFormats_key: a server goes on with the key that an earlier version has made, and
// makes a new one in the same form: but for their secrets, at the end, all are alike.
func TestFormats_key(t *testing.T) {
	path := filepath.Join(t.TempDir(), "signing_key")
	formattest.Hold(t, "signing_key.hex", counted().private, func(data []byte) (ed25519.PrivateKey, error) {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			return nil, err
		}
		key, err := OpenKey(path)
		return key.private, err
	}, func(private ed25519.PrivateKey) []byte {
		path := filepath.Join(t.TempDir(), "signing_key")
		made, err := OpenKey(path)
		data, read := os.ReadFile(path)
		block, _ := pem.Decode(data)
		if err := errors.Join(err, read); err != nil || block == nil {
			t.Errorf("no key was made: %v\n%s", err, data)
			return nil
		}
		block.Bytes = append(bytes.TrimSuffix(block.Bytes, made.private.Seed()), private.Seed()...)
		return pem.EncodeToMemory(block)
	})
}
