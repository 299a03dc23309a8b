package lane

import (
	"bytes"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lockstep/prototype/order"
)

// TestFormats: what a replica of a weak lane tells is heard by replicas of every version;
// the kinds without a base are all that the oldest one knows.
func TestFormats(t *testing.T) {
	digest := order.Digest{0: 1, 31: 0xff}
	messages := []*stamped{
		{1_800_000_000_000, 7, "n1@life", 3, order.Command{Conversation: "room", ID: "a1", Sender: "ann", Body: "größer"}},
		{-1, 0, "n2@life", 1, order.Command{Conversation: "hall"}},
	}
	have := map[string]uint64{"n1@life": 3, "n2@life": 300}
	base := &clockBase{Bound: stamped{Wall: 1_799_999_999_999, Ticks: 4, Origin: "n1@life"}, Floors: map[string]uint64{"n1@life": 2}, Rooms: []clockRoomBase{{"room", 258, digest}}}
	for name, want := range map[string]gossip{
		"gossip.hex":      {Ask: true, Have: have, Messages: messages},
		"gossip-from.hex": {Base: base, Have: have, Messages: messages[:1]},
	} {
		format(t, name, want, decodeGossip, func(g gossip) []byte { return g.append(nil) })
	}
	entries := []leaderEntry{{3, 1_800_000_000_000, order.Command{Conversation: "room", ID: "a1", Sender: "ann", Body: "größer"}}, {4, -1, order.Command{Conversation: "hall"}}}
	for name, want := range map[string]leaderMessage{
		"leader.hex":        {Epoch: 4, Leader: "n2", From: 7, Before: 3, Entries: entries, Length: 300},
		"leader-answer.hex": {Epoch: 4, Leader: "n2", Entries: []leaderEntry{}, Answer: true, Have: 9},
		"leader-from.hex":   {Epoch: 4, Leader: "n2", From: 258, Before: 3, Entries: entries[:1], Length: 300, Base: []leaderBase{{"room", 258, digest}}},
	} {
		format(t, name, want, decodeLeader, func(m leaderMessage) []byte { return m.append(nil) })
	}
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
