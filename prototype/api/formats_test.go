package api

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lockstep/prototype/link"
)

// TestFormats: a client reads what nodes of every version answer, and is understood by
// them: names in JSON are added to and never changed. What is left out where it is empty
// has values in one file and is left out of another.
func TestFormats(t *testing.T) {
	at := time.Date(2026, 11, 28, 9, 30, 0, 123_000_000, time.UTC)
	asJSON(t, "message.json", Message{ID: "a1", Sender: "ann", Body: "größer"})
	asJSON(t, "message-of-a-session.json", Message{ID: "a1", Sender: "ann", Body: "hello", Session: 65537, Number: 3})
	asJSON(t, "ack.json", Ack{Conversation: "room", Seq: 7, ID: "a1", Epoch: 2, Duplicate: true})
	asJSON(t, "session.json", Session{Conversation: "room", Session: 65537, Window: 8})
	asJSON(t, "view.json", View{Messages: []Placed{{Seq: 7, ID: "a1", Sender: "ann", Body: "hello", Epoch: 2, Time: at}}, Last: 9})
	asJSON(t, "digest.json", Digest{Seq: 7, Digest: "00ff"})
	asJSON(t, "read.json", ReadRequest{Conversation: "room", Level: LevelSession, After: 3, Limit: 5, MinSeq: 7})
	asJSON(t, "read-by-default.json", ReadRequest{Conversation: "room"})
	asJSON(t, "conversations.json", Conversations{Cluster: "0123456789abcdef", Shards: 2, Shard: 1, Index: 9, Conversations: []Conversation{{Conversation: "room", Last: 300, First: 257, Digest: "00ff"}}, More: true})
	asJSON(t, "problem.json", Problem{Type: "/problems/id-conflict", Title: "conflict", Status: 409, Detail: "another body", Instance: "1", Outcome: Fail, FirstSeq: 257, Seq: 7, SHA256: "00ff"})
	asJSON(t, "status.json", Status{Node: "n1",
		Shards:   []ShardStatus{{Shard: 0, Lane: "quorum", Role: "leader", Term: 3, Leader: "n1", CommitIndex: 9, AppliedIndex: 8, Disk: "full", Lead: &Lead{ForMicros: 5, ElectionMicros: 6, BarrierMicros: 7}, Trouble: "none"}},
		Lazy:     &ShardStatus{Shard: 2, Lane: "lazy", Role: "follower"},
		Refusals: []link.Refusal{{Peer: "n2", By: "n1", Reason: "version", Detail: "no version in common", At: at}}})
}

// asJSON reads and writes a value as package client and a node do.
func asJSON[T any](t *testing.T, name string, want T) {
	t.Helper()
	format(t, name, want, func(data []byte) (value T, err error) {
		return value, json.Unmarshal(data, &value)
	}, func(value T) []byte {
		var out bytes.Buffer
		encoder := json.NewEncoder(&out)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(value); err != nil {
			t.Error(err)
		}
		return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
	})
}

// TestFormats_words: clients go by these words.
func TestFormats_words(t *testing.T) {
	got := []any{OK, Fail, Unknown, Levels}
	want := []any{Outcome("ok"), Outcome("fail"), Outcome("unknown"), []Level{"linearizable", "leader", "session", "local"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s\n%s", diff, frozen)
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
