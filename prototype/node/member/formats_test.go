package member

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lockstep/prototype/node/folder"
	"lockstep/prototype/node/roster"
)

// TestFormats: nodes of every version found shards, join and leave together, and learn
// the cluster's name. Those of ce0e543 say less.
func TestFormats(t *testing.T) {
	peer := roster.Peer{ID: "n4", HTTP: "n4:8080", Raft: "n4:9090"}
	mark := folder.Mark{Term: 3, Index: 300}
	asJSON(t, "founding.json", foundingQuestion{Life: "life1", Shards: []int{0, 1}, Marks: map[int]folder.Mark{2: mark}}, true)
	asJSON(t, "founding-ce0e543.json", foundingQuestion{Life: "life1", Shards: []int{0, 1}}, false)
	asJSON(t, "founding-answer.json", foundingAnswer{Life: "life2", Held: []int{1}, Absent: []int{64}, Acknowledged: map[int]folder.Mark{2: mark}}, true)
	asJSON(t, "founding-answer-ce0e543.json", foundingAnswer{Life: "life2", Absent: []int{64}}, false)
	asJSON(t, "members.json", Request{Step: StepAdmit, Shard: 1, Peer: peer, Index: 300, Life: "life1"}, true)
	asJSON(t, "members-ce0e543.json", Request{Step: StepPromote, Shard: 1, Peer: peer, Index: 300}, false)
	asJSON(t, "members-answer.json", Answer{Done: true, Leader: "n2", Term: 2, Reason: "it has not been admitted", Removed: true, Admitted: mark}, true)
	asJSON(t, "members-answer-ce0e543.json", Answer{Leader: "n2", Reason: "it has not been admitted"}, false)
	asJSON(t, "name.json", nameMessage{"0123456789abcdef0123456789abcdef"}, true)
	asJSON(t, "list.json", []Member{{Peer: peer, Voter: 2, Joining: 1, Heard: true}}, true)
}

// TestFormats_steps: a step is called the same by the node that asks and the leader.
func TestFormats_steps(t *testing.T) {
	if diff := cmp.Diff([]Step{"admit", "return", "belong", "promote", "remove", "left"}, []Step{StepAdmit, StepReturn, StepBelong, StepPromote, StepRemove, StepLeft}); diff != "" {
		t.Errorf("%s\n%s", diff, frozen)
	}
}

func asJSON[T any](t *testing.T, name string, want T, today bool) {
	t.Helper()
	write := func(value T) []byte {
		data, err := json.Marshal(value)
		if err != nil {
			t.Error(err)
		}
		return data
	}
	if !today {
		write = nil
	}
	format(t, name, want, func(data []byte) (value T, err error) { return value, json.Unmarshal(data, &value) }, write)
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
