// Package formattest holds, for tests, that bytes which programs write, send or keep stay
// as they are: a format that was released once is read for good, and by programs of other
// versions. Each package whose bytes they are has fixtures in its testdata/formats.
package formattest

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Frozen says what to do instead of changing a format.
const Frozen = "A format that has been released is never changed: give new bytes a version of their own, which today's program writes and reads beside this one, and add a fixture of it."

// Hold holds what has the bytes of a fixture in testdata/formats: it is read as want,
// and, unless write is nil since only a past version wrote it, written in these bytes.
// A fixture that ends in .hex is a dump as hexdump -C makes it, below lines of comment;
// another one is its bytes as they are, but for the end of its last line.
func Hold[T any](t *testing.T, name string, want T, read func([]byte) (T, error), write func(T) []byte, options ...cmp.Option) {
	t.Helper()
	data := fixture(t, name)
	got, err := read(bytes.Clone(data))
	if diff := cmp.Diff(want, got, options...); err != nil || diff != "" {
		t.Errorf("%s is not read as it was: %v (-want +got):\n%s\n%s", name, err, diff, Frozen)
	}
	if write == nil {
		return
	}
	if today := write(want); !bytes.Equal(today, data) {
		t.Errorf("what %s has is written in other bytes today. %s\nthe fixture:\n%stoday:\n%s", name, Frozen, hex.Dump(data), hex.Dump(today))
	}
}

// HoldJSON is Hold for what is read and written as JSON.
func HoldJSON[T any](t *testing.T, name string, want T) {
	t.Helper()
	Hold(t, name, want, FromJSON[T], func(value T) []byte {
		data, err := json.Marshal(value)
		if err != nil {
			t.Error(err)
		}
		return data
	})
}

// FromJSON is how JSON is read.
func FromJSON[T any](data []byte) (value T, err error) { return value, json.Unmarshal(data, &value) }

func fixture(t *testing.T, name string) (data []byte) {
	t.Helper()
	file, err := os.ReadFile(filepath.Join("testdata", "formats", name))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(name, ".hex") {
		return bytes.TrimSuffix(file, []byte("\n"))
	}
	for line := range strings.Lines(string(file)) {
		line, _, _ = strings.Cut(line, "|")
		if at, digits, ok := strings.Cut(line, "  "); ok && at[0] != '#' {
			part, err := hex.DecodeString(strings.Join(strings.Fields(digits), ""))
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			data = append(data, part...)
		}
	}
	return data
}
