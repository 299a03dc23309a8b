//go:build unix

package cluster

import (
	"bytes"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestFormats: a folder of a cluster that somebody has kept is known again, and other
// programs find its members.
func TestFormats(t *testing.T) {
	layoutIn := func(data []byte) (have layout, err error) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "layout.json"), data, 0o600); err != nil {
			return have, err
		}
		return layout{5, 64}, claim(dir, layout{5, 64}) // which refuses any other one
	}
	format(t, "layout.json", layout{5, 64}, layoutIn, func(l layout) []byte {
		dir := t.TempDir()
		if err := claim(dir, l); err != nil {
			t.Error(err)
		}
		return lines(t, filepath.Join(dir, "layout.json"))
	}, cmp.AllowUnexported(layout{}))
	format(t, "cluster.json", []Member{{ID: "n1", PID: 4711, HTTP: "127.0.0.1:8001", Raft: "127.0.0.1:9001"}, {ID: "n2", HTTP: "127.0.0.1:8002", Raft: "127.0.0.1:9002"}},
		func([]byte) ([]Member, error) { return ReadMembers(filepath.Join("testdata", "formats")) },
		func(members []Member) []byte {
			dir := t.TempDir()
			if err := writeMembers(dir, members); err != nil {
				t.Error(err)
			}
			return lines(t, filepath.Join(dir, rosterName))
		})
}

// lines gives a file but for the end of its last line.
func lines(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Error(err)
	}
	return bytes.TrimSuffix(data, []byte("\n"))
}

// A format that was written once is read for good, and by nodes of other versions.
const frozen = "A format that has been released is never changed: give new bytes a version of their own, which today's program writes and reads beside this one, and add a fixture of it."

// format holds what has the bytes of a fixture in testdata/formats: it is read as want,
// and, unless write is nil since only a past version wrote it, written in these bytes.
// A fixture that ends in .hex is a dump as hexdump -C makes it, below lines of comment;
// another one is its bytes as they are, but for the end of its last line.
func format[T any](t *testing.T, name string, want T, read func([]byte) (T, error), write func(T) []byte, options ...cmp.Option) {
	t.Helper()
	file, err := os.ReadFile(filepath.Join("testdata", "formats", name))
	if err != nil {
		t.Fatal(err)
	}
	data := bytes.TrimSuffix(file, []byte("\n"))
	if strings.HasSuffix(name, ".hex") {
		data = nil
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
	}
	got, err := read(bytes.Clone(data))
	if diff := cmp.Diff(want, got, options...); err != nil || diff != "" {
		t.Errorf("%s is not read as it was: %v (-want +got):\n%s\n%s", name, err, diff, frozen)
	}
	if write == nil {
		return
	}
	if today := write(want); !bytes.Equal(today, data) {
		t.Errorf("what %s has is written in other bytes today. %s\nthe fixture:\n%stoday:\n%s", name, frozen, hex.Dump(data), hex.Dump(today))
	}
}
