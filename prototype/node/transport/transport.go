// Package transport carries the consensus library's requests between the replicas of a
// shard, over the mesh.
//
// What it guarantees beyond the library:
//
//   - Nothing is said of an entry that this disk does not hold: neither the answer to an
//     append nor a commit index.
//   - A replica that takes no part, is being filled, or has just started gives no vote
//     ([Transport.Fill]; the rules are those of ADR-0026).
//   - Every answer of a follower is [Evidence] that this node leads, on which reads and
//     leases rest (ADR-0018), until the leader asks another one to take over.
//   - A slow line gets as much time as it needs, and what it has delivered is not sent
//     again.
package transport

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/raft"

	"lockstep/prototype/fault"
	"lockstep/prototype/link"
	"lockstep/prototype/mutant"
	"lockstep/prototype/node/disk"
	"lockstep/prototype/node/folder"
	"lockstep/prototype/node/liveness"
	"lockstep/prototype/node/storage"
)

// Transport carries the consensus library's requests over the node's links. It
// is where this project hardens the library without a fork:
//
//   - It has no fast path for heartbeats. They go through the library's main
//     goroutine like every other request, so that an old leader cannot write an
//     entry in a term that it does not lead (hashicorp/raft issue 695).
//   - It says nothing that the disk does not hold yet; see [storage.Log].
//   - It keeps a node from voting that has just started, since it has forgotten
//     whom it promised to follow, and one whose disk hangs from voting and from
//     standing for election (issues 503 and 614).
//   - It gathers [Evidence] from every answer of a follower.
type Transport struct {
	Config
	channel    uint16
	Evidence   *Evidence
	loyalty    loyalty
	handedOver atomic.Uint64 // the newest term whose leader has asked this replica to take over
	handover   atomic.Pointer[handover]
	requests   chan raft.RPC
	unanswered chan unanswered // of requests, in their order, or nearly
	quiet      time.Time       // until when votes are refused
	stop       chan struct{}
	stopped    atomic.Bool
	// Admitted: the replica takes part. One without any state does not until it has
	// founded its shard or was admitted to it; see package member.
	Admitted  atomic.Bool
	filling   atomic.Pointer[folder.Mark] // see unfilled
	nudging   atomic.Bool
	committed atomic.Uint64 // what was applied here last

	mu        sync.Mutex
	pipelines map[*pipeline]struct{}
	stuck     map[raft.ServerID]int // appends that are made again, by follower
}

// Config is what a transport works with. Its functions are called from many
// goroutines, once the library runs.
type Config struct {
	Shard int
	Self  raft.ServerAddress
	// Promise is how long a voter that has heard from its leader does not vote for
	// another one.
	Promise time.Duration
	Mesh    *link.Mesh
	Beats   *Heartbeats
	Live    *liveness.Peers
	Log     *storage.Log
	Fence   *disk.Fence
	Clock   *fault.Clock // of the lease
	// Promises notes what followers acknowledged; nil in the lazy lane.
	Promises *folder.Promises
	Holds    func(folder.Mark) bool // whether the replica has an entry
	State    State
	// Following says whether this replica follows a leader that is heard.
	Following func() bool
	// Nudge has the library replicate at once.
	Nudge func()
}

// How long the library's requests may take. They are made again after that, so
// that a lost message costs no more.
const (
	heartbeatTimeout = 2 * carryEvery * BeatEvery
	replicateTimeout = 500 * time.Millisecond // after which an append may be lost; see watchOver
	// retryAfter is how long after an append that failed it is made again.
	retryAfter = 50 * time.Millisecond
	// patience is how long the library waits for an append to a follower that takes none.
	// It does not count what is made again within that.
	patience = 2 * time.Minute
	// voteTimeout is after how long a vote is asked for again, and voteTries how often; the
	// last one is waited for as long as a trip may take.
	voteTimeout = 150 * time.Millisecond
	voteTries   = 5
	// snapshotTimeout is how long a follower may take to answer when it has all of a
	// snapshot, and restoreRate the bytes a second for which it may take longer.
	// snapshotStall is how long it waits for more of one.
	snapshotTimeout = time.Minute
	restoreRate     = 4 << 20
	snapshotStall   = 20 * time.Second
)

// State is what the transport asks the library about this replica.
type State struct {
	CurrentTerm func() uint64
	// LeadsIn gives the term in which this replica leads.
	LeadsIn func() (term uint64, leads bool)
	// Settled says whether all that this replica's log holds is committed.
	Settled func() bool
}

var (
	_ raft.Transport   = (*Transport)(nil)
	_ raft.WithPreVote = (*Transport)(nil)
	_ raft.WithClose   = (*Transport)(nil)
)

var (
	errJustStarted = errors.New("this voter has just started and may be bound by a promise that it forgot")
	errLeadIsLost  = errors.New("this replica does not lead any more")
	errBusy        = errors.New("this replica is busy")
	errTimeout     = errors.New("no answer in time")

	errStranger      = errors.New("this replica is not a member yet")
	errLeaderIsHeard = errors.New("this voter hears the leader")
)

// New registers with the mesh as the receiver of a shard's requests. It refuses
// votes for the length of the promise: before this node was started again, it may have
// promised a leader not to vote for that long, and a lease may rest on that promise.
func New(cfg Config) *Transport {
	t := &Transport{
		Config: cfg, channel: uint16(cfg.Shard), Evidence: newEvidence(cfg.Clock), pipelines: make(map[*pipeline]struct{}), stuck: make(map[raft.ServerID]int),
		requests: make(chan raft.RPC, 64), unanswered: make(chan unanswered, 256), quiet: time.Now().Add(cfg.Promise), loyalty: loyalty{length: cfg.Promise}, stop: make(chan struct{}),
	}
	cfg.Beats.shards[t.channel] = t
	cfg.Mesh.Handle(t.channel, t.receive)
	cfg.Mesh.HandleStream(t.channel, t.receiveSnapshot)
	return t
}

// denied says up to which term a node has said that it does not lead.
func (t *Transport) denied(id string) uint64 { return t.Live.DeniedUpTo(t.Shard, id) }

func (t *Transport) Consumer() <-chan raft.RPC { return t.requests }

func (t *Transport) LocalAddr() raft.ServerAddress { return t.Self }

func (t *Transport) EncodePeer(_ raft.ServerID, addr raft.ServerAddress) []byte { return []byte(addr) }

func (t *Transport) DecodePeer(data []byte) raft.ServerAddress { return raft.ServerAddress(data) }

// SetHeartbeatHandler does nothing, on purpose; see [Transport].
func (t *Transport) SetHeartbeatHandler(func(raft.RPC)) {}

// Close refuses whatever comes from now on.
func (t *Transport) Close() error {
	if !t.stopped.Swap(true) {
		close(t.stop)
	}
	return nil
}

// Leads says whether this node replicates to others at the moment.
func (t *Transport) Leads() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.pipelines) > 0
}

// commit is the commit index as others may know it.
func (t *Transport) commit(index uint64) uint64 {
	if mutant.On(mutant.CommitBeforeDurable) {
		return index
	}
	return min(index, t.Log.DurableIndex())
}
