package access

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

func line(t *testing.T, role Role, name, token string) string {
	t.Helper()
	text, err := Line(role, name, token)
	if err != nil {
		t.Fatal(err)
	}
	return text + "\n"
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := writeFile(path, text); err != nil {
		t.Fatal(err)
	}
}

func writeFile(path, text string) error { return os.WriteFile(path, []byte(text), 0o600) }

// TestFile: a token has the role of its line, and what is no token has none.
func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "access")
	reader, writer := NewToken(), NewToken()
	write(t, path, "# who may ask\n\n"+line(t, Read, "grafana", reader)+"\t"+line(t, Write, "app", writer)+line(t, Write, "app", "the next one"))
	f, err := Open(path, quiet)
	if err != nil {
		t.Fatal(err)
	}
	for token, want := range map[string]string{reader: "read grafana", writer: "write app", "the next one": "write app",
		"": "", reader[:len(reader)-1]: "", reader + " ": "", strings.Repeat("x", 1<<20): "", strings.ToUpper(reader): ""} {
		got := ""
		if g := f.Grant(token); g != nil {
			got = g.Role.String() + " " + g.Name
		}
		if got != want {
			t.Errorf("%.60q is %q, want %q", token, got, want)
		}
	}
	if reader == writer || len(reader) < 40 || bytes.Contains([]byte(line(t, Read, "x", reader)), []byte(reader)) {
		t.Errorf("a token that is %q, with the line %s", reader, line(t, Read, "x", reader))
	}
}

// TestFile_refused: an error has file, line and the way to mend, and not the secret that
// somebody put where the hash belongs.
func TestFile_refused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "access")
	good := line(t, Read, "a", "x")
	many := ""
	for i := range maxEntries + 1 {
		many += line(t, Read, "a", fmt.Sprint(i))
	}
	for _, tt := range []struct{ text, says string }{
		{"", "lockstep token new"},
		{"# nobody\n", "there is no token"},
		{good + "read b\n", ":2: a line has three words"},
		{good + "\n" + strings.TrimSpace(good) + " until tomorrow\n", ":3: a line has three words"},
		{"admin b sha256:00\n", ":1: there is no role \"admin\"; there are read, write and operate"},
		{"nobody b sha256:00\n", ":1: there is no role"},
		{"read b secret-canary\n", ":1: the third word is no sha256:HASH"},
		{"read b sha256:secret-canary\n", ":1: the third word is no sha256:HASH"},
		{"read b sha256:abcd\n", ":1: the third word is no sha256:HASH"},
		{"read a/b sha256:00\n", ":1: the name \"a/b\" has other signs"},
		{"read " + strings.Repeat("n", maxName+1) + " sha256:00\n", ":1: a name has 1 to 64 bytes"},
		{good + strings.Replace(good, " a ", " b ", 1), ":2: this token is in line 1 already"},
		{good + line(t, Write, "a", "y"), ":2: a has the role read above"},
		{many, fmt.Sprintf(":%d: more than %d tokens", maxEntries+1, maxEntries)},
		{good + strings.Repeat("#", maxFile), "more than 65536 bytes"},
	} {
		write(t, path, tt.text)
		_, err := Open(path, quiet)
		if err == nil || !strings.Contains(err.Error(), tt.says) || !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%.60q: %v, want %q", tt.text, err, tt.says)
		}
	}
	write(t, path, good)
	if err := os.Chmod(path, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path, quiet); err == nil || !strings.Contains(err.Error(), "chmod o-w") {
		t.Errorf("a file that everybody may write: %v", err)
	}
	if _, err := Open(path+"none", quiet); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	if _, err := Line(Read, "two words", "x"); err == nil {
		t.Error("a line for a name of two words")
	}
}

// TestFile_again: a changed file holds from then on, what it no longer has ends, what it
// still has does not, and one that cannot be used changes nothing.
func TestFile_again(t *testing.T) {
	path := filepath.Join(t.TempDir(), "access")
	stays, goes, falls := line(t, Read, "stays", "stays"), line(t, Read, "goes", "goes"), line(t, Operate, "falls", "falls")
	write(t, path, stays+goes+falls)
	var log bytes.Buffer
	f, err := Open(path, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	kept, gone, fallen := f.Grant("stays"), f.Grant("goes"), f.Grant("falls")
	write(t, path, "read stays\n")
	f.Reload()
	if f.Grant("goes") != gone || gone.Valid.Err() != nil || !strings.Contains(log.String(), path+":1: ") {
		t.Errorf("a broken file took something away, or the log does not say where: %s", log.String())
	}
	write(t, path, stays+line(t, Read, "falls", "falls")+line(t, Write, "new", "new"))
	f.Reload()
	if f.Grant("stays") != kept || kept.Valid.Err() != nil {
		t.Error("what is in both did not stay")
	}
	if f.Grant("goes") != nil || !errors.Is(context.Cause(gone.Valid), ErrRevoked) {
		t.Error("what was taken out is still granted")
	}
	if g := f.Grant("falls"); g == nil || g.Role != Read || fallen.Valid.Err() == nil {
		t.Error("a lesser role did not end the greater one")
	}
	if g := f.Grant("new"); g == nil || g.Role != Write {
		t.Error("what was added is not granted")
	}

	// Nobody says anything; whoever asks finds out.
	write(t, path, stays)
	deadline := time.Now().Add(10 * time.Second)
	for f.Grant("new") != nil {
		if time.Now().After(deadline) {
			t.Fatal("a change was not seen")
		}
	}
}
