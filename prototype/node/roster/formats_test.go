package roster

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

// TestFormats_address: a member that joined is found by every version at both the
// addresses that the log holds of it; of a founder the log holds one.
func TestFormats_address(t *testing.T) {
	read := func(data []byte) (Peer, error) { return parseAddress("n4", string(data)), nil }
	format(t, "address.txt", Peer{ID: "n4", HTTP: "n4.example:8080", Raft: "[::1]:9090"}, read, func(p Peer) []byte { return []byte(p.Address()) })
	format(t, "address-of-a-founder.txt", Peer{ID: "n4", Raft: "n4.example:9090"}, read, func(p Peer) []byte { return []byte(p.Raft) })
	format(t, "peer.json", Peer{ID: "n4", HTTP: "n4:8080", Raft: "n4:9090"}, func(data []byte) (p Peer, err error) { return p, json.Unmarshal(data, &p) }, func(p Peer) []byte {
		data, err := json.Marshal(p)
		if err != nil {
			t.Error(err)
		}
		return data
	})
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
