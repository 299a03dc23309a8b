package api

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lockstep/formattest"
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
	formattest.Hold(t, name, want, formattest.FromJSON[T], func(value T) []byte {
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
		t.Errorf("%s\n%s", diff, formattest.Frozen)
	}
}
