package history

import (
	"bytes"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestFormats: a history that somebody has kept can be judged by every later version, and
// a run is recorded in lines that stay the same. The lines are written one by one, a
// millisecond apart.
func TestFormats(t *testing.T) {
	format(t, "history.jsonl", []Event{
		{Time: 1_000_000, Op: 1, Type: Invoke, Kind: Send, Node: "n1", Lane: "clock", Conversation: "room", ID: "a1", Sender: "ann", Body: "<größer> \"&\"\n"},
		{Time: 2_000_000, Op: 1, Type: OK, Seq: 1, Epoch: 2, Duplicate: true},
		{Time: 3_000_000, Op: 2, Type: Invoke, Kind: Read, Node: "n2", Conversation: "room", Sender: "ben", Level: "session", After: 1, Limit: 5, MinSeq: 7, Final: true},
		{Time: 4_000_000, Op: 2, Type: OK, Last: 3, Messages: []Message{{Seq: 2, ID: "a2", Sender: "ann", Body: "x", Epoch: 2}, {Seq: 3, ID: "a3"}}},
		{Time: 5_000_000, Op: 3, Type: Invoke, Kind: Digest, Node: "n3", Conversation: "room", Upto: 3},
		{Time: 6_000_000, Op: 3, Type: OK, Seq: 3, Digest: "00ff"},
		{Time: 7_000_000, Op: 4, Type: Invoke, Kind: Read, Conversation: "room", Level: "local"},
		{Time: 8_000_000, Op: 4, Type: Fail, First: 257, Error: "gone"},
		{Time: 9_000_000, Op: 5, Type: Invoke, Kind: Send, Conversation: "room", ID: "a4"},
		{Time: 10_000_000, Op: 5, Type: Info, Error: "no answer"},
	}, func(data []byte) ([]Event, error) {
		events, torn, err := ReadAll(bytes.NewReader(data))
		if torn {
			err = errors.New("its last line is torn")
		}
		return events, err
	}, func(events []Event) []byte {
		var out bytes.Buffer
		synctest.Test(t, func(t *testing.T) {
			r := NewRecorder(&out)
			for _, e := range events {
				time.Sleep(time.Millisecond) // virtual time
				if e.Type == Invoke {
					r.Invoke(e)
				} else {
					r.Complete(e.Op, e)
				}
			}
		})
		return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
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
