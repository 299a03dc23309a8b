package transport

import (
	"errors"
	"testing"

	"github.com/hashicorp/raft"
)

// TestTransport_closed: whatever the library has not answered when the transport is
// closed is refused, and so is what comes later.
func TestTransport_closed(t *testing.T) {
	tr := &Transport{requests: make(chan raft.RPC, 2), unanswered: make(chan unanswered, 4), stop: make(chan struct{})}
	tr.Admitted.Store(true)
	payload := encodeAppend(&raft.AppendEntriesRequest{Term: 1}, 0)
	answers := make(map[error]int)
	count := func(_ []byte, err error) {
		for _, reason := range []error{errBusy, raft.ErrTransportShutdown} {
			if errors.Is(err, reason) {
				answers[reason]++
			}
		}
	}
	for range 6 {
		tr.receive("n2", payload, count)
	}
	if answers[errBusy] != 2 {
		t.Errorf("%d requests were refused at once, want the two that are too many", answers[errBusy])
	}
	tr.Close()
	tr.Answer()
	if refused := answers[errBusy] + answers[raft.ErrTransportShutdown]; refused != 6 {
		t.Errorf("%d of 6 requests were refused in the end", refused)
	}
	tr.receive("n2", payload, count)
	if refused := answers[errBusy] + answers[raft.ErrTransportShutdown]; refused != 7 {
		t.Error("a request to a closed transport is not refused")
	}
}
