package node

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lockstep/prototype/api"
	"lockstep/prototype/node/outcome"
	"lockstep/prototype/order"
)

// TestSubmitAnswer: what a leader answers arrives as it was, and what is no answer
// is refused.
func TestSubmitAnswer(t *testing.T) {
	for _, want := range []submitAnswer{
		{Results: []order.Result{{Seq: 1, Epoch: 2}, {Seq: 1 << 40, Epoch: 3, Duplicate: true}, {Session: 9}, {Rejected: order.TooOld}}},
		{Results: []order.Result{{Seq: 5, Epoch: 1, Rejected: order.Conflict, Hash: "0af3"}, {Seq: 6, Epoch: 1, Rejected: order.Conflict}}},
		{Error: &outcome.Error{Outcome: api.Unknown, Reason: outcome.ReasonTimeout, Detail: "späť", RetryAfter: time.Second, FirstSeq: 7}},
		{Results: []order.Result{{Seq: 5, Epoch: 1}, {Seq: 6, Epoch: 1}}, Error: &outcome.Error{Outcome: api.Fail, Reason: outcome.ReasonNoLeader}},
	} {
		payload := want.append(nil)
		got, err := decodeAnswer(payload, 4)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%v\n%s", err, diff)
		}
		for cut := range payload {
			if a, err := decodeAnswer(payload[:cut], 4); err == nil {
				t.Errorf("%d of %d bytes are taken for %+v", cut, len(payload), a)
			}
		}
		if want.Error == nil {
			if _, err := decodeAnswer(append(payload, 0), 4); err == nil {
				t.Error("an answer with something behind it is taken")
			}
		}
		if n := len(want.Results); n > 0 {
			if _, err := decodeAnswer(payload, n-1); err == nil {
				t.Error("more results than commands are taken")
			}
		}
	}
	for _, nonsense := range []string{"\x07\x00", "\x01\x00null", "\x01\x00[]"} {
		if _, err := decodeAnswer([]byte(nonsense), 1); err == nil {
			t.Errorf("%q is taken for an answer", nonsense)
		}
	}
}

func FuzzSubmitAnswer(f *testing.F) {
	f.Add([]byte{answerWhole, 1, 1, 1, 0, 0, 1})
	f.Add([]byte("\x01\x00{}"))
	f.Fuzz(func(t *testing.T, payload []byte) {
		if a, err := decodeAnswer(payload, 10); err == nil {
			if again, err := decodeAnswer(a.append(nil), 10); err != nil || !cmp.Equal(a, again) {
				t.Errorf("%+v, and again %+v, %v", a, again, err)
			}
		}
	})
}
