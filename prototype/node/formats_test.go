package node

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lockstep/prototype/api"
	"lockstep/prototype/node/outcome"
	"lockstep/prototype/order"
)

// submission is a forwarded batch as it is read.
type submission struct {
	Ticket ticket
	Batch  order.Batch
}

// TestFormats_submit: what a node passes on to the leader is understood there, and so is
// what comes back, the error about the rest included, whichever versions the two are of.
func TestFormats_submit(t *testing.T) {
	format(t, "submit.hex", submission{ticket{1<<63 + 5, 7, 3}, order.Batch{Commands: []order.Command{{Conversation: "room", ID: "a1", Sender: "ann", Body: "größer", Session: 65537, Number: 3}}}},
		func(data []byte) (s submission, err error) {
			var ok bool
			if s.Ticket, data, ok = readTicket(data); !ok {
				return s, errors.New("it has no ticket")
			}
			s.Batch, err = order.DecodeBatch(data)
			return s, err
		}, func(s submission) (data []byte) {
			d := &departures{run: s.Ticket.run, last: s.Ticket.number - 1}
			d.send(s.Ticket.term, s.Batch.Append(make([]byte, ticketSize)), func(payload []byte) { data = payload })
			return data
		}, cmp.AllowUnexported(ticket{}))
	write := func(a submitAnswer) []byte { return a.append(nil) }
	read := func(data []byte) (submitAnswer, error) { return decodeAnswer(data, 4) }
	format(t, "submit-answer.hex", submitAnswer{Results: []order.Result{{Seq: 300, Epoch: 3}, {Seq: 7, Epoch: 2, Duplicate: true}, {Session: 65537}, {Rejected: order.TooOld}}}, read, write)
	format(t, "submit-answer-conflict.hex", submitAnswer{Results: []order.Result{{Seq: 7, Epoch: 2, Rejected: order.Conflict, Hash: "00ff"}}}, read, write)
	failed := &outcome.Error{Outcome: api.Unknown, Reason: outcome.ReasonTimeout, Detail: "no answer in time", RetryAfter: time.Second, FirstSeq: 257, Seq: 7, Hash: "00ff", Cause: outcome.CauseDeadline}
	format(t, "submit-answer-error.hex", submitAnswer{Results: []order.Result{{Seq: 300, Epoch: 3}}, Error: failed}, read, write)
	format(t, "submit-answer-error-ce0e543.hex", submitAnswer{Results: []order.Result{{Seq: 300, Epoch: 3}}, Error: &outcome.Error{Outcome: api.Fail, Reason: outcome.ReasonGone, Detail: "gone", RetryAfter: time.Second, FirstSeq: 257}}, read, nil)
}

// TestFormats_read: a node asks a leader of any version how far it must have come. One
// of ce0e543 tells no fingerprint.
func TestFormats_read(t *testing.T) {
	asJSON(t, "read.json", indexRequest{Shard: 3, Level: api.LevelLeader}, true)
	asJSON(t, "read-answer.json", indexAnswer{Index: 300, Fingerprint: order.Fingerprint{0: 1, 15: 0xff}}, true)
	asJSON(t, "read-answer-error.json", indexAnswer{Index: 7, Error: &outcome.Error{Outcome: api.Fail, Reason: outcome.ReasonNoLeader, Detail: "none", RetryAfter: time.Second}}, true)
	asJSON(t, "read-answer-ce0e543.json", indexAnswer{Index: 300}, false)
	asJSON(t, "read-answer-error-ce0e543.json", indexAnswer{Index: 7, Error: &outcome.Error{Outcome: api.Fail, Reason: outcome.ReasonNoLeader, Detail: "none", RetryAfter: time.Second}}, false)
}

// TestFormats_state: a follower compares its state with what the leader tells of its own.
func TestFormats_state(t *testing.T) {
	asJSON(t, "state.json", []stateMessage{{Shard: 3, Term: 2, State: order.State{Index: 300, Fingerprint: order.Fingerprint{0: 1, 15: 0xff}}}}, true)
}

// TestFormats_lanes: the channels of the weak lanes never change.
func TestFormats_lanes(t *testing.T) {
	if diff := cmp.Diff([]int{0xf007, 0xf008, 0xf009}, []int{channelLeaderLane, channelClockLane, channelLeaderSubmit}); diff != "" {
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
