package signature

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"lockstep/durable"
)

// Signer makes signatures that [Allowed.Judge] understands.
type Signer interface {
	Sign(ctx context.Context, message []byte) (string, error)
	// Public is the key as a line of allowed signers has it: its kind, and itself.
	Public(ctx context.Context) (string, error)
}

// Key is a key in memory: that of a server, which speaks for the people whom it
// has signed in.
type Key struct{ private ed25519.PrivateKey }

var _ Signer = Key{}

// OpenKey reads a key, or makes one. Nobody else may be able to read its file.
func OpenKey(path string) (k Key, err error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return makeKey(path)
	}
	if err != nil {
		return k, fmt.Errorf("open the signing key: %w", err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm()&0o077 != 0 {
		return k, fmt.Errorf("open the signing key: others can read %s: chmod 600 it, and take it out of the allowed signers if they did", path)
	}
	block, _ := pem.Decode(data)
	if block == nil {
		return k, fmt.Errorf("open the signing key: %s is no key in PEM; move it away to begin with another one", path)
	}
	private, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	key, ok := private.(ed25519.PrivateKey)
	if err != nil || !ok {
		return k, fmt.Errorf("open the signing key: %s is no Ed25519 key; move it away to begin with another one", path)
	}
	return Key{key}, nil
}

func makeKey(path string) (k Key, err error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return k, err
	}
	data, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return k, err
	}
	if err := durable.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: data}), 0o600); err != nil {
		return k, fmt.Errorf("make the signing key: %w", err)
	}
	return Key{private}, nil
}

func (k Key) wire() []byte {
	return appendString(appendString(nil, "ssh-ed25519"), []byte(k.private.Public().(ed25519.PublicKey)))
}

// Public implements [Signer].
func (k Key) Public(context.Context) (string, error) {
	return "ssh-ed25519 " + base64.StdEncoding.EncodeToString(k.wire()), nil
}

// Sign implements [Signer].
func (k Key) Sign(_ context.Context, message []byte) (string, error) {
	const hash = "sha512"
	data, err := signed(hash, message)
	if err != nil {
		return "", err
	}
	out := append([]byte(magic), 0, 0, 0, 1)
	out = appendString(out, k.wire())
	out = appendString(out, Namespace)
	out = appendString(out, "")
	out = appendString(out, hash)
	out = appendString(out, appendString(appendString(nil, "ssh-ed25519"), ed25519.Sign(k.private, data)))
	return base64.StdEncoding.EncodeToString(out), nil
}

// Git is the key with which git signs here: a file, or one that an agent holds.
// Like git it leaves the work to ssh-keygen, which knows agents, passwords and
// tokens.
type Git struct {
	Program string // gpg.ssh.program; "" is ssh-keygen
	Key     string // user.signingkey: a file, or a public key as it is
}

var _ Signer = Git{}

// signWithin is how long somebody may take to touch a token.
const signWithin = 30 * time.Second

// Literal says whether user.signingkey is a public key and no file.
func (g Git) literal() (key string, ok bool) {
	if key, ok := strings.CutPrefix(g.Key, "key::"); ok {
		return key, true
	}
	return g.Key, strings.HasPrefix(g.Key, "ssh-") || strings.HasPrefix(g.Key, "ecdsa-") || strings.HasPrefix(g.Key, "sk-")
}

// Sign implements [Signer].
func (g Git) Sign(ctx context.Context, message []byte) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, signWithin)
	defer cancel()
	program, file := g.Program, home(g.Key)
	if program == "" {
		program = "ssh-keygen"
	}
	if key, ok := g.literal(); ok {
		dir, err := os.MkdirTemp("", "lockstep-sign-*")
		if err != nil {
			return "", err
		}
		defer os.RemoveAll(dir)
		file = filepath.Join(dir, "key.pub")
		if err := os.WriteFile(file, []byte(key+"\n"), 0o600); err != nil {
			return "", err
		}
	}
	cmd := exec.CommandContext(ctx, program, "-Y", "sign", "-n", Namespace, "-f", file)
	cmd.Stdin = bytes.NewReader(message)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%s did not sign with user.signingkey %s: %w: %s", program, g.Key, err, bytes.TrimSpace(said.Bytes()))
	}
	return unarmored(out.String())
}

// Public implements [Signer].
func (g Git) Public(context.Context) (string, error) {
	text, ok := g.literal()
	if !ok {
		data, err := os.ReadFile(strings.TrimSuffix(home(g.Key), ".pub") + ".pub")
		if err != nil {
			return "", fmt.Errorf("read the public part of user.signingkey: %w", err)
		}
		text = string(data)
	}
	fields := strings.Fields(text)
	if len(fields) < 2 {
		return "", fmt.Errorf("user.signingkey %s is no key of SSH", g.Key)
	}
	return fields[0] + " " + fields[1], nil
}

// home resolves the ~/ that git allows.
func home(path string) string {
	rest, ok := strings.CutPrefix(path, "~/")
	if !ok {
		return path
	}
	dir, err := os.UserHomeDir()
	if err != nil {
		return path
	}
	return filepath.Join(dir, rest)
}
