package history

import (
	"bytes"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/formattest"
)

// TestFormats: a history that somebody has kept can be judged by every later version, and
// a run is recorded in lines that stay the same. The lines are written one by one, a
// millisecond apart.
func TestFormats(t *testing.T) {
	formattest.Hold(t, "history.jsonl", []Event{
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
