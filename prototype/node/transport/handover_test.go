package transport

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/raft"

	"lockstep/prototype/node/disk"
	"lockstep/prototype/node/liveness"
	"lockstep/prototype/node/roster"
)

func promising(length time.Duration) *Transport {
	t := &Transport{requests: make(chan raft.RPC, 4), unanswered: make(chan unanswered, 4), stop: make(chan struct{}),
		loyalty: loyalty{length: length}, Config: Config{Fence: disk.NewFence(time.Second), Following: func() bool { return false },
			Live: liveness.New("n1", 0, nil, roster.New("n1", nil))}}
	t.Admitted.Store(true)
	return t
}

// TestPromise_vote: a vote on suspicion that the library grants after it has accepted a
// request of a leader is nobody's, even if it was asked for before that request came.
func TestPromise_vote(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, c := range map[string]struct {
			denied uint64
			after  time.Duration
			want   bool
		}{
			"at once":                    {want: false},
			"within the promise":         {after: 99 * time.Millisecond, want: false},
			"after the promise":          {after: 100 * time.Millisecond, want: true},
			"the leader says it is none": {denied: 3, want: true},
			"it was none before":         {denied: 2, want: false},
		} {
			tr := promising(100 * time.Millisecond)
			defer tr.Fence.Close()
			tr.Live.Deny("n1", 0, c.denied)
			vote, err := encodeJSON(rpcVoteOnSuspicion, raft.RequestVoteRequest{Term: 4, LeadershipTransfer: true})
			if err != nil {
				t.Fatal(err)
			}
			var granted error
			answered := false
			tr.receive("n3", vote, func(_ []byte, err error) { answered, granted = true, err })
			tr.receive("n1", encodeAppend(&raft.AppendEntriesRequest{Term: 3}, 0), func([]byte, error) {})
			time.Sleep(c.after) // virtual time
			u := <-tr.unanswered
			tr.respond(u, raft.RPCResponse{Response: &raft.RequestVoteResponse{Term: 4, Granted: true}})
			if !answered || (granted == nil) != c.want {
				t.Errorf("%s: answered %t with %v, want the vote to count: %t", name, answered, granted, c.want)
			}
		}
	})
}

// TestPromise_candidate: a node that has just accepted a request of a leader does not
// ask for votes on a suspicion, and does ask if that leader has asked it to take over.
func TestPromise_candidate(t *testing.T) {
	tr := promising(time.Hour)
	defer tr.Fence.Close()
	tr.loyalty.note("n1", 3)
	request := &raft.RequestVoteRequest{Term: 4, LeadershipTransfer: true}
	if err := tr.RequestVote("n2", "", request, new(raft.RequestVoteResponse)); err != errLeaderIsHeard {
		t.Errorf("asks for a vote: %v", err)
	}
	if err := tr.MayVote(); err != errLeaderIsHeard {
		t.Errorf("would vote on a suspicion: %v", err)
	}
	tr.handedOver.Store(3)
	if !tr.privileged(4) || tr.privileged(5) {
		t.Error("a handover in term 3 is for the election of term 4 and for no other")
	}
}

// TestTransport_takeOver: a request to take over is for the term of its sender.
func TestTransport_takeOver(t *testing.T) {
	for term, want := range map[uint64]error{0: nil, 3: nil, 2: errHandoverIsOver, 4: errHandoverIsOver} {
		tr := promising(time.Second)
		defer tr.Fence.Close()
		tr.State.CurrentTerm = func() uint64 { return 3 }
		payload, err := encodeJSON(rpcTimeoutNow, timeoutNow{Term: term})
		if err != nil {
			t.Fatal(err)
		}
		if err := tr.takeOver(payload); err != want || tr.privileged(4) != (want == nil) {
			t.Errorf("asked in term %d: %v, privileged %t", term, err, tr.privileged(4))
		}
	}
}

// TestTransport_settle: a leader waits with a handover for what it has proposed, and no
// longer than it is of use.
func TestTransport_settle(t *testing.T) {
	for name, c := range map[string]struct {
		settled, lost time.Duration // after which; 0 is never
		again         bool          // the lead is won again at once
		sick          bool
		wait          time.Duration
	}{
		"settled":         {settled: time.Nanosecond, wait: 0},
		"soon":            {settled: 20 * time.Millisecond, wait: 20 * time.Millisecond},
		"never":           {wait: settleWithin},
		"the lead lost":   {lost: 30 * time.Millisecond, wait: 30 * time.Millisecond},
		"and won again":   {lost: 30 * time.Millisecond, again: true, wait: 30 * time.Millisecond},
		"its disk is bad": {sick: true, wait: 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				after := func(d time.Duration) bool { return d > 0 && time.Since(began) >= d }
				fence := disk.NewFence(time.Second)
				fence.SetHung(disk.PartLog, c.sick)
				time.Sleep(time.Nanosecond) // virtual time
				tr := &Transport{Config: Config{Fence: fence, State: State{
					LeadsIn: func() (uint64, bool) {
						if c.again && after(c.lost) {
							return 9, true
						}
						return 7, !after(c.lost)
					},
					Settled: func() bool { return after(c.settled) },
				}}}
				want := uint64(7)
				if c.again {
					want = 9
				}
				term, leads := tr.settle()
				if took := time.Since(began).Round(time.Millisecond); took != c.wait || term != want || leads != (c.lost == 0) {
					t.Errorf("leads %t in term %d after %s, want %s", leads, term, took, c.wait)
				}
			})
		})
	}
}
