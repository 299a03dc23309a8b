package signature

import (
	"bytes"
	"encoding/base64"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var (
	message = []byte("an event\n")
	now     = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
)

func allowed(t *testing.T, text string) *Allowed {
	t.Helper()
	a, problems := ParseAllowed([]byte(text))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return a
}

// keygen makes a key with the real program.
func keygen(t *testing.T, kind string, more ...string) Git {
	t.Helper()
	file := filepath.Join(t.TempDir(), "key")
	if out, err := exec.Command("ssh-keygen", append([]string{"-q", "-t", kind, "-N", "", "-f", file}, more...)...).CombinedOutput(); err != nil {
		t.Fatalf("ssh-keygen: %v %s", err, out)
	}
	return Git{Key: file}
}

// TestSign_kinds: what ssh-keygen signs with each kind of key is read, and what a
// server signs is read by ssh-keygen.
func TestSign_kinds(t *testing.T) {
	own, err := OpenKey(filepath.Join(t.TempDir(), "signing_key"))
	if err != nil {
		t.Fatal(err)
	}
	ed := keygen(t, "ed25519")
	literal, err := ed.Public(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]Signer{
		"a server's":  own,
		"Ed25519":     ed,
		"P-256":       keygen(t, "ecdsa", "-b", "256"),
		"P-384":       keygen(t, "ecdsa", "-b", "384"),
		"P-521":       keygen(t, "ecdsa", "-b", "521"),
		"RSA of 3072": keygen(t, "rsa", "-b", "3072"),
	} {
		public, err := s.Public(t.Context())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		text, err := s.Sign(t.Context(), message)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		a := allowed(t, "# people\n\nada@example.org namespaces=\"git,lockstep-review\" "+public+" Ada's laptop\n")
		if f := a.Judge(text, message, []string{"local:ada@example.org", "ada@example.org"}, now); f.State != Signed || f.As != "ada@example.org" || !strings.HasPrefix(f.Fingerprint, "SHA256:") {
			t.Errorf("%s: %+v", name, f)
		}
		if f := a.Judge(text, append([]byte("x"), message...), []string{"ada@example.org"}, now); f.State != Broken {
			t.Errorf("%s, another message: %+v", name, f)
		}
		data, _ := base64.StdEncoding.DecodeString(text)
		for i := range data {
			bad := bytes.Clone(data)
			bad[i] ^= 0x40
			if f := a.Judge(base64.StdEncoding.EncodeToString(bad), message, []string{"ada@example.org"}, now); f.State == Signed {
				t.Fatalf("%s: with another byte %d it still holds", name, i)
			}
		}
		dir := t.TempDir()
		write := func(name, text string) string {
			path := filepath.Join(dir, name)
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			return path
		}
		cmd := exec.Command("ssh-keygen", "-Y", "verify", "-n", Namespace, "-I", "ada@example.org", "-s", write("sig", Armored(text)), "-f", write("allowed", "ada@example.org "+public+"\n"))
		cmd.Stdin = bytes.NewReader(message)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: ssh-keygen does not verify it: %v %s", name, err, out)
		}
	}
	// A public key needs an agent, which is not there.
	if _, err := (Git{Key: "key::" + literal}).Sign(t.Context(), message); err == nil {
		t.Error("signed without a private key")
	}
}

func TestJudge(t *testing.T) {
	key, err := OpenKey(filepath.Join(t.TempDir(), "signing_key"))
	if err != nil {
		t.Fatal(err)
	}
	public, _ := key.Public(t.Context())
	text, err := key.Sign(t.Context(), message)
	if err != nil {
		t.Fatal(err)
	}
	other, _ := OpenKey(filepath.Join(t.TempDir(), "signing_key"))
	theirs, _ := other.Public(t.Context())
	for _, tt := range []struct {
		name, file, signature, id string
		want                      State
	}{
		{"no signature", "* " + public, "", "ada@example.org", Unsigned},
		{"no base64", "* " + public, "!", "ada@example.org", Broken},
		{"cut off", "* " + public, text[:len(text)/4*2], "ada@example.org", Broken},
		{"listed", "ada@example.org " + public, text, "ada@example.org", Signed},
		{"upper case", "Ada@Example.org " + public, text, "ada@example.org", Signed},
		{"a pattern", "oidc:*,invite:* " + public, text, "invite:7f3a", Signed},
		{"a pattern of others", "oidc:*,invite:* " + public, text, "local:ada@example.org", Unlisted},
		{"all but one", "*,!invite:7f3a " + public, text, "invite:7f3a", Unlisted},
		{"another key", "ada@example.org " + theirs, text, "ada@example.org", Unlisted},
		{"another person", "bob@example.org " + public, text, "ada@example.org", Unlisted},
		{"a key for commits", `ada@example.org namespaces="git" ` + public, text, "ada@example.org", Unlisted},
		{"in its time", `ada@example.org valid-after="20261126",valid-before="20261127" ` + public, text, "ada@example.org", Signed},
		{"too early", `ada@example.org valid-after="20261127" ` + public, text, "ada@example.org", Unlisted},
		{"too late", `ada@example.org valid-before="202611261200" ` + public, text, "ada@example.org", Unlisted},
		{"nobody is listed", "", text, "ada@example.org", Unlisted},
	} {
		if f := allowed(t, tt.file).Judge(tt.signature, message, []string{tt.id}, now); f.State != tt.want {
			t.Errorf("%s: %+v, want %s", tt.name, f, tt.want)
		}
	}
}

func TestParseAllowed_problems(t *testing.T) {
	key, _ := OpenKey(filepath.Join(t.TempDir(), "signing_key"))
	public, _ := key.Public(t.Context())
	text := "ada@example.org\nada@example.org ssh-ed25519 !\nada@example.org cert-authority " + public + "\nada@example.org ssh-rsa " + strings.Fields(public)[1] +
		"\nada@example.org valid-after=\"soon\" " + public + "\nada@example.org namespaces=\"git " + public + "\n"
	a, problems := ParseAllowed([]byte(text))
	if len(problems) != 6 || len(a.lines) != 0 {
		t.Errorf("%d lines, problems %v", len(a.lines), problems)
	}
	for i, p := range problems {
		if p.Line != i+1 || p.Message == "" {
			t.Errorf("%+v", p)
		}
	}
}

// TestOpenKey: the key stays the same, and one that others can read is refused.
func TestOpenKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "signing_key")
	first, err := OpenKey(path)
	if err != nil {
		t.Fatal(err)
	}
	again, err := OpenKey(path)
	if err != nil || !first.private.Equal(again.private) {
		t.Fatalf("another key: %v", err)
	}
	os.Chmod(path, 0o644)
	if _, err := OpenKey(path); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("others can read it: %v", err)
	}
	os.Remove(path)
	os.WriteFile(path, []byte("x"), 0o600)
	if _, err := OpenKey(path); err == nil {
		t.Error("no key is taken for one")
	}
}
