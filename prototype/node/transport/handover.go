package transport

import (
	"errors"
	"sync"
	"time"

	"github.com/hashicorp/raft"

	"lockstep/prototype/mutant"
)

// A leader gives its lead away by TimeoutNow: the node that it asks stands for
// election at once, and voters grant it their votes although they hear the leader.
// That is the one election that a voter's promise does not forbid, so no lease may
// rest on the promise where such an election can happen. Two rules keep them apart,
// whoever starts the handover, however long a message is under way, and however the
// handover ends:
//
//   - A leader has no lease from the moment at which it sends TimeoutNow until the
//     end of its term (evidence.handOver). A handover that failed does not give the
//     lease back: the request may still arrive. Reads at that level are proven by a
//     round of messages until then.
//   - TimeoutNow of term T earns the privilege in the election of term T+1 and in no
//     other (transport.privileged). A request that arrives late, when somebody else
//     leads, cannot end the lease of that leader.
//
// The tests are TestLease_handover and TestLease_late_handover in package cluster.

// timeoutNow is TimeoutNow on the wire. Term is that of the leader who hands over; 0
// is from a node that does not state it, and means the receiver's term.
type timeoutNow struct {
	raft.TimeoutNowRequest
	Term uint64
	// Sick is for how long the disk of the leader who hands over has written nothing.
	Sick time.Duration `json:",omitempty"`
}

var errHandoverIsOver = errors.New("the term whose leader asked this replica to take over has ended")

func (t *Transport) TimeoutNow(id raft.ServerID, _ raft.ServerAddress, args *raft.TimeoutNowRequest, resp *raft.TimeoutNowResponse) error {
	term, leads := t.settle()
	if !leads {
		return raft.ErrNotLeader
	}
	if !mutant.On(mutant.LeaseOutlivesHandover) {
		t.Evidence.handOver(term)
	}
	return t.ask(id, rpcTimeoutNow, timeoutNow{*args, term, t.Fence.SickFor()}, resp, 1)
}

// settleWithin bounds for how long a leader that is about to hand over waits for what it
// has proposed. The library refuses sends meanwhile.
const settleWithin = 500 * time.Millisecond

// settle waits until what this leader has proposed is committed: when the other one asks
// for its vote, the library answers what is not with an outcome that nobody knows. It
// proposes nothing more by then, unless it has given the handover up. A leader whose own
// disk hangs does not wait.
func (t *Transport) settle() (term uint64, leads bool) {
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	first, _ := t.State.LeadsIn()
	for began := time.Now(); ; <-ticker.C {
		term, leads = t.State.LeadsIn()
		leads = leads && term == first
		if !leads || t.State.Settled() || t.Fence.SickFor() > 0 || time.Since(began) >= settleWithin {
			return term, leads
		}
	}
}

// takeOver notes that the leader of a term has asked this replica to take over.
func (t *Transport) takeOver(payload []byte) error {
	request, err := decodeTimeoutNow(payload)
	if err != nil {
		return err
	}
	current := t.State.CurrentTerm()
	switch {
	case request.Term == 0 || mutant.On(mutant.HandoverOfAnyTerm):
		request.Term = current
	case request.Term != current:
		return errHandoverIsOver
	}
	t.handedOver.Store(request.Term)
	t.handover.Store(&handover{request.Term, time.Now().Add(-request.Sick), request.Sick > 0})
	return nil
}

// privileged says whether an election was asked for by the leader of the term before
// it. The detector uses TimeoutNow, too, to begin elections that have no privilege.
func (t *Transport) privileged(election uint64) bool {
	term := t.handedOver.Load()
	return term > 0 && (election == term+1 || mutant.On(mutant.HandoverOfAnyTerm))
}

// loyalty is the promise that a leader's lease rests on: a replica that has taken up a
// request of a leader neither votes nor stands for election on a suspicion for as long
// as Config.Promise says.
//
// It is noted before the consensus library sees the request, and asked after the
// library has voted. So a request that the library accepted before the vote has been
// noted by then, however the two overtook each other on the way to it.
type loyalty struct {
	length time.Duration

	mu     sync.Mutex
	leader string
	term   uint64
	at     time.Time
}

// note is for a request of a leader that is about to be shown to the library.
func (l *loyalty) note(leader string, term uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if term >= l.term {
		l.leader, l.term, l.at = leader, term, time.Now()
	}
}

// binds says whether the promise holds. denied tells up to which term a node has said
// that it does not lead: it asks for no loyalty.
func (l *loyalty) binds(denied func(leader string) uint64) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.leader != "" && time.Since(l.at) < l.length && denied(l.leader) < l.term && !mutant.On(mutant.SuspicionOfOne)
}
