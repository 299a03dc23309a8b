package node

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lockstep/formattest"
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
	formattest.Hold(t, "submit.hex", submission{ticket{1<<63 + 5, 7, 3}, order.Batch{Commands: []order.Command{{Conversation: "room", ID: "a1", Sender: "ann", Body: "größer", Session: 65537, Number: 3}}}},
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
	formattest.Hold(t, "submit-answer.hex", submitAnswer{Results: []order.Result{{Seq: 300, Epoch: 3}, {Seq: 7, Epoch: 2, Duplicate: true}, {Session: 65537}, {Rejected: order.TooOld}}}, read, write)
	formattest.Hold(t, "submit-answer-conflict.hex", submitAnswer{Results: []order.Result{{Seq: 7, Epoch: 2, Rejected: order.Conflict, Hash: "00ff"}}}, read, write)
	failed := &outcome.Error{Outcome: api.Unknown, Reason: outcome.ReasonTimeout, Detail: "no answer in time", RetryAfter: time.Second, FirstSeq: 257, Seq: 7, Hash: "00ff", Cause: outcome.CauseDeadline}
	formattest.Hold(t, "submit-answer-error.hex", submitAnswer{Results: []order.Result{{Seq: 300, Epoch: 3}}, Error: failed}, read, write)
	formattest.Hold(t, "submit-answer-error-ce0e543.hex", submitAnswer{Results: []order.Result{{Seq: 300, Epoch: 3}}, Error: &outcome.Error{Outcome: api.Fail, Reason: outcome.ReasonGone, Detail: "gone", RetryAfter: time.Second, FirstSeq: 257}}, read, nil)
}

// TestFormats_read: a node asks a leader of any version how far it must have come. One
// of ce0e543 tells no fingerprint.
func TestFormats_read(t *testing.T) {
	formattest.HoldJSON(t, "read.json", indexRequest{Shard: 3, Level: api.LevelLeader})
	formattest.HoldJSON(t, "read-answer.json", indexAnswer{Index: 300, Fingerprint: order.Fingerprint{0: 1, 15: 0xff}})
	formattest.HoldJSON(t, "read-answer-error.json", indexAnswer{Index: 7, Error: &outcome.Error{Outcome: api.Fail, Reason: outcome.ReasonNoLeader, Detail: "none", RetryAfter: time.Second}})
	formattest.Hold(t, "read-answer-ce0e543.json", indexAnswer{Index: 300}, formattest.FromJSON, nil)
	formattest.Hold(t, "read-answer-error-ce0e543.json", indexAnswer{Index: 7, Error: &outcome.Error{Outcome: api.Fail, Reason: outcome.ReasonNoLeader, Detail: "none", RetryAfter: time.Second}}, formattest.FromJSON, nil)
}

// TestFormats_state: a follower compares its state with what the leader tells of its own.
func TestFormats_state(t *testing.T) {
	formattest.HoldJSON(t, "state.json", []stateMessage{{Shard: 3, Term: 2, State: order.State{Index: 300, Fingerprint: order.Fingerprint{0: 1, 15: 0xff}}}})
}

// TestFormats_lanes: the channels of the weak lanes never change.
func TestFormats_lanes(t *testing.T) {
	if diff := cmp.Diff([]int{0xf007, 0xf008, 0xf009}, []int{channelLeaderLane, channelClockLane, channelLeaderSubmit}); diff != "" {
		t.Errorf("%s\n%s", diff, formattest.Frozen)
	}
}
