package main

import (
	"crypto/ed25519"
	"crypto/sha512"
	"encoding/base64"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"strings"
)

// signer signs as ssh-keygen -Y sign does, so that whoever has OpenSSH can verify.
type signer struct{ key ed25519.PrivateKey }

// namespace keeps a signature of a release from passing as one of something else.
const namespace = "file"

// sshString is how SSH writes a text: its length, then its bytes.
func sshString[T string | []byte](text T) []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(text))), text...)
}

func cutSSHString(data []byte) (text, rest []byte, err error) {
	if len(data) < 4 || uint64(len(data)-4) < uint64(binary.BigEndian.Uint32(data)) {
		return nil, nil, errors.New("it is cut short")
	}
	end := 4 + int(binary.BigEndian.Uint32(data))
	return data[4:end], data[end:], nil
}

// readKey reads an ed25519 key as ssh-keygen makes it, without a passphrase.
func readKey(name string) (*signer, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	key, err := parseKey(data)
	if err != nil {
		return nil, fmt.Errorf("key %s: %w", name, err)
	}
	return &signer{key}, nil
}

func parseKey(encoded []byte) (ed25519.PrivateKey, error) {
	const magic = "openssh-key-v1\x00"
	block, _ := pem.Decode(encoded)
	if block == nil || block.Type != "OPENSSH PRIVATE KEY" || !strings.HasPrefix(string(block.Bytes), magic) {
		return nil, errors.New("it is not a private key of OpenSSH: ssh-keygen -t ed25519 -N '' makes one")
	}
	rest := block.Bytes[len(magic):]
	cipher, rest, err := cutSSHString(rest)
	if err != nil {
		return nil, err
	}
	if string(cipher) != "none" {
		return nil, errors.New("it is locked by a passphrase, and nobody is asked here")
	}
	// What follows: how the passphrase was stretched, and with what.
	for range 2 {
		if _, rest, err = cutSSHString(rest); err != nil {
			return nil, err
		}
	}
	if len(rest) < 4 || binary.BigEndian.Uint32(rest) != 1 {
		return nil, errors.New("it does not hold one key")
	}
	_, rest, err = cutSSHString(rest[4:]) // the public key
	if err != nil {
		return nil, err
	}
	private, _, err := cutSSHString(rest)
	if err != nil || len(private) < 8 {
		return nil, errors.New("it is cut short")
	}
	kind, rest, err := cutSSHString(private[8:])
	if err != nil {
		return nil, err
	}
	if string(kind) != "ssh-ed25519" {
		return nil, fmt.Errorf("it is of kind %q, and ssh-ed25519 is needed", kind)
	}
	_, rest, err = cutSSHString(rest) // the public key again
	if err != nil {
		return nil, err
	}
	key, _, err := cutSSHString(rest)
	if err != nil || len(key) != ed25519.PrivateKeySize {
		return nil, errors.New("it is cut short")
	}
	return ed25519.PrivateKey(key), nil
}

func (s *signer) sign(message []byte) []byte {
	const magic, hash, reserved = "SSHSIG", "sha512", ""
	sum := sha512.Sum512(message)
	signed := []byte(magic)
	for _, part := range []string{namespace, reserved, hash, string(sum[:])} {
		signed = append(signed, sshString(part)...)
	}
	public := append(sshString("ssh-ed25519"), sshString([]byte(s.key.Public().(ed25519.PublicKey)))...)
	signature := append(sshString("ssh-ed25519"), sshString(ed25519.Sign(s.key, signed))...)

	blob := binary.BigEndian.AppendUint32([]byte(magic), 1)
	for _, part := range []string{string(public), namespace, reserved, hash, string(signature)} {
		blob = append(blob, sshString(part)...)
	}
	var out strings.Builder
	out.WriteString("-----BEGIN SSH SIGNATURE-----\n")
	text := base64.StdEncoding.EncodeToString(blob)
	for len(text) > 70 {
		out.WriteString(text[:70] + "\n")
		text = text[70:]
	}
	out.WriteString(text + "\n-----END SSH SIGNATURE-----\n")
	return []byte(out.String())
}
