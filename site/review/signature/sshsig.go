// Package signature says who signed an event of a review.
//
// Signatures are those of ssh-keygen -Y sign, in the format SSHSIG, as git makes
// them for commits: whoever can sign a commit can sign a verdict, with a key in a
// file, in an agent or on a token. They are checked here, without any other
// program, so that a build server needs none.
//
// A signature alone says that somebody had a key. Whose key it is, says a file of
// the repository in the format of allowed_signers: each line names whom a key may
// speak for. What a key may say is thus decided where everything else of the
// repository is decided: in a commit that others look at.
package signature

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"strings"
)

// Namespace keeps signatures of reviews apart from those of commits and mails.
const Namespace = "lockstep-review"

const (
	magic     = "SSHSIG"
	armorHead = "-----BEGIN SSH SIGNATURE-----"
	armorTail = "-----END SSH SIGNATURE-----"
	maxSize   = 16 << 10 // of a signature, in bytes
)

// parsed is a signature taken apart.
type parsed struct {
	key       []byte // the public key, as SSH writes it
	hash      string
	signature []byte
}

func parse(text string) (p parsed, err error) {
	if len(text) > maxSize {
		return p, errors.New("it is too long")
	}
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return p, errors.New("it is not in base64")
	}
	rest, ok := bytes.CutPrefix(data, []byte(magic))
	if !ok {
		return p, errors.New("it is no signature of SSH")
	}
	r := &reader{data: rest}
	version := r.number()
	p.key = r.bytes()
	namespace := r.text()
	r.bytes() // reserved
	p.hash, p.signature = r.text(), r.bytes()
	switch err := r.end(); {
	case err != nil:
		return p, err
	case version != 1:
		return p, fmt.Errorf("its version is %d", version)
	case namespace != Namespace:
		return p, fmt.Errorf("it was made for %q", namespace)
	}
	return p, nil
}

// signed is what is signed: a hash of the message, and what the hash is for.
func signed(hash string, message []byte) ([]byte, error) {
	var sum []byte
	switch hash {
	case "sha512":
		h := sha512.Sum512(message)
		sum = h[:]
	case "sha256":
		h := sha256.Sum256(message)
		sum = h[:]
	default:
		return nil, fmt.Errorf("the hash %q is not known", hash)
	}
	out := []byte(magic)
	out = appendString(out, Namespace)
	out = appendString(out, "")
	out = appendString(out, hash)
	return appendString(out, sum), nil
}

// unarmored is the one-line form of what ssh-keygen writes.
func unarmored(text string) (string, error) {
	_, rest, ok := strings.Cut(text, armorHead)
	body, _, ok2 := strings.Cut(rest, armorTail)
	if !ok || !ok2 {
		return "", errors.New("there is no signature in what it wrote")
	}
	return strings.Join(strings.Fields(body), ""), nil
}

// Armored is the form that ssh-keygen -Y verify reads.
func Armored(text string) string {
	var b strings.Builder
	b.WriteString(armorHead + "\n")
	for len(text) > 0 {
		n := min(70, len(text))
		b.WriteString(text[:n] + "\n")
		text = text[n:]
	}
	return b.String() + armorTail + "\n"
}

// Fingerprint is how people compare keys: SHA256:…
func Fingerprint(key []byte) string {
	sum := sha256.Sum256(key)
	return "SHA256:" + base64.RawStdEncoding.EncodeToString(sum[:])
}

var errWrong = errors.New("it is not of this event")

// verify says whether the key made the signature of the message.
func (p parsed) verify(message []byte) error {
	data, err := signed(p.hash, message)
	if err != nil {
		return err
	}
	s := &reader{data: p.signature}
	format, blob := s.text(), s.bytes()
	k := &reader{data: p.key}
	kind := k.text()
	if strings.HasPrefix(kind, "sk-") {
		// A token signs its application, a byte of flags and a counter as well.
		flags, counter := s.take(1), s.take(4)
		if err := s.end(); err != nil {
			return err
		}
		return verifyToken(kind, format, k, blob, data, flags, counter)
	}
	if err := s.end(); err != nil {
		return err
	}
	return verifyPlain(kind, format, k, blob, data)
}

func verifyPlain(kind, format string, k *reader, blob, data []byte) error {
	switch kind {
	case "ssh-ed25519":
		public := k.bytes()
		if err := k.end(); err != nil || format != kind || len(public) != ed25519.PublicKeySize {
			return errWrong
		}
		if !ed25519.Verify(public, data, blob) {
			return errWrong
		}
		return nil
	case "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521":
		if format != kind {
			return errWrong
		}
		return verifyECDSA(kind, k, blob, data)
	case "ssh-rsa":
		return verifyRSA(format, k, blob, data)
	}
	return fmt.Errorf("keys of the kind %q are not known", kind)
}

func verifyECDSA(kind string, k *reader, blob, data []byte) error {
	curve, hash := elliptic.P256(), crypto.SHA256
	switch kind {
	case "ecdsa-sha2-nistp384":
		curve, hash = elliptic.P384(), crypto.SHA384
	case "ecdsa-sha2-nistp521":
		curve, hash = elliptic.P521(), crypto.SHA512
	}
	name, point := k.text(), k.bytes()
	public, err := ecdsa.ParseUncompressedPublicKey(curve, point)
	if err != nil || k.end() != nil || "ecdsa-sha2-"+name != kind {
		return errWrong
	}
	r := &reader{data: blob}
	a, b := new(big.Int).SetBytes(r.bytes()), new(big.Int).SetBytes(r.bytes())
	h := hash.New()
	h.Write(data)
	if r.end() != nil || !ecdsa.Verify(public, h.Sum(nil), a, b) {
		return errWrong
	}
	return nil
}

// minRSA is the least length of an RSA key, in bits.
const minRSA = 2048

func verifyRSA(format string, k *reader, blob, data []byte) error {
	e, n := new(big.Int).SetBytes(k.bytes()), new(big.Int).SetBytes(k.bytes())
	if k.end() != nil || e.BitLen() > 31 || n.BitLen() < minRSA || n.BitLen() > 16384 {
		return errWrong
	}
	hash := crypto.SHA512
	switch format {
	case "rsa-sha2-512":
	case "rsa-sha2-256":
		hash = crypto.SHA256
	default:
		return fmt.Errorf("signatures of the kind %q are not accepted", format)
	}
	h := hash.New()
	h.Write(data)
	if rsa.VerifyPKCS1v15(&rsa.PublicKey{N: n, E: int(e.Int64())}, hash, h.Sum(nil), blob) != nil {
		return errWrong
	}
	return nil
}

// userPresent is the flag of a token that somebody touched it.
const userPresent = 1

func verifyToken(kind, format string, k *reader, blob, data, flags, counter []byte) error {
	if format != kind || flags[0]&userPresent == 0 {
		return errWrong
	}
	wrapped := func(application []byte) []byte {
		a, m := sha256.Sum256(application), sha256.Sum256(data)
		return bytes.Join([][]byte{a[:], flags, counter, m[:]}, nil)
	}
	switch kind {
	case "sk-ssh-ed25519@openssh.com":
		public, application := k.bytes(), k.bytes()
		if k.end() != nil || len(public) != ed25519.PublicKeySize || !ed25519.Verify(public, wrapped(application), blob) {
			return errWrong
		}
		return nil
	case "sk-ecdsa-sha2-nistp256@openssh.com":
		name, point, application := k.bytes(), k.bytes(), k.bytes()
		if k.end() != nil {
			return errWrong
		}
		inner := appendString(nil, name)
		return verifyECDSA("ecdsa-sha2-nistp256", &reader{data: appendString(inner, point)}, blob, wrapped(application))
	}
	return fmt.Errorf("keys of the kind %q are not known", kind)
}
