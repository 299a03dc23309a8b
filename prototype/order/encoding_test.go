package order

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// TestDecodeBatch_damage: a batch is read as it was written; one that was cut off
// anywhere, or that claims more than it has, is an error.
func TestDecodeBatch_damage(t *testing.T) {
	for _, b := range []Batch{
		{Time: 1_800_000_000_000, Retain: 300, Commands: []Command{
			{Conversation: "room", ID: "a1", Sender: "ann", Body: "hello"},
			{Conversation: "room", Sender: "ann", Register: true},
			{Conversation: "room", ID: "a2", Sender: "ann", Body: "again", Session: 9, Number: 3},
		}},
		{Time: 1, Rules: OncePerSender, Memory: 1 << 20, Commands: []Command{{Conversation: "room", ID: "a1", Sender: "ann", Body: "hello"}}},
	} {
		data := b.Append(nil)
		got, err := DecodeBatch(data)
		if diff := cmp.Diff(b, got); err != nil || diff != "" {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
		for n := range data {
			if got, err := DecodeBatch(slices.Clip(data[:n])); err == nil {
				t.Errorf("%d of %d bytes are read as %+v", n, len(data), got)
			}
		}
		for i := range data {
			damaged := slices.Clip(slices.Clone(data))
			damaged[i] = 0xff
			_, _ = DecodeBatch(damaged) // whatever it is then, it ends
		}
		if got, err := DecodeBatch(append(data, 0)); err == nil {
			t.Errorf("one byte more is read as %+v", got)
		}
	}
}

// TestDecodeBatch_runs: commands whose texts share an allocation are told apart,
// wherever the conversation changes and however long they are.
func TestDecodeBatch_runs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := Batch{Time: 1}
		for i := range rapid.IntRange(0, 60).Draw(t, "commands") {
			want.Commands = append(want.Commands, Command{
				Conversation: rapid.SampledFrom([]string{"a", "a", "a", "b"}).Draw(t, "conversation"),
				ID:           fmt.Sprint(i),
				Sender:       rapid.SampledFrom([]string{"", "ann"}).Draw(t, "sender"),
				Body:         strings.Repeat(string(rune('a'+i%26)), rapid.SampledFrom([]int{0, 7, 300, runBytes - 1, runBytes, runBytes + 1}).Draw(t, "bytes")),
			})
		}
		got, err := DecodeBatch(want.Append(nil))
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); err != nil || diff != "" {
			t.Fatalf("%v (-want +got):\n%s", err, diff)
		}
	})
}
