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
	"encoding/json"
	"errors"
	"fmt"
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
	requests   chan raft.RPC
	unanswered chan unanswered // of requests, in their order, or nearly
	quiet      time.Time       // until when votes are refused
	stop       chan struct{}
	stopped    atomic.Bool
	// Open: the replica takes part. One without any state does not until it has
	// founded its shard or was admitted to it; see founding.
	Open      atomic.Bool
	filling   atomic.Pointer[folder.Mark] // see unfilled
	nudging   atomic.Bool
	committed atomic.Uint64 // what was applied here last

	mu        sync.Mutex
	pipelines map[*pipeline]struct{}
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
	replicateTimeout = 500 * time.Millisecond // after which an append may be lost; see transport.watchOver
	// absentFor is how long an attempt to replicate waits for a node that is not
	// heard.
	absentFor = 30 * time.Second
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
}

var (
	_ raft.Transport   = (*Transport)(nil)
	_ raft.WithPreVote = (*Transport)(nil)
	_ raft.WithClose   = (*Transport)(nil)
)

var (
	errJustStarted = errors.New("this voter has just started and may be bound by a promise that it forgot")
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
		Config: cfg, channel: uint16(cfg.Shard), Evidence: newEvidence(cfg.Clock), pipelines: make(map[*pipeline]struct{}),
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

func (t *Transport) AppendEntries(id raft.ServerID, _ raft.ServerAddress, args *raft.AppendEntriesRequest, resp *raft.AppendEntriesResponse) error {
	if err := t.Fence.MayLead(); err != nil {
		return err
	}
	if isHeartbeat(args) {
		return t.beat(id, args, resp)
	}
	if err := t.awaitPeer(string(id)); err != nil {
		return err
	}
	return t.replicate(id, args, resp)
}

// replicate sends one append in pieces, and gives the library the last piece that was
// accepted, as if that had been its request. Only if none was is it told why.
func (t *Transport) replicate(id raft.ServerID, args *raft.AppendEntriesRequest, resp *raft.AppendEntriesResponse) error {
	type result struct {
		piece  *raft.AppendEntriesRequest
		answer raft.AppendEntriesResponse
		done   chan struct{}
		err    error
	}
	var results []*result
	failed := make(chan struct{})
	var fail sync.Once
	flow, cut := newUnderWay(), t.pieces(id, args)
send:
	for piece := cut.next(); piece != nil; piece = cut.next() {
		n := dataBytes(piece.Entries)
		for room := flow.add(n, t.mayBeUnderWay(id)); room != nil; room = flow.add(n, t.mayBeUnderWay(id)) {
			select {
			case <-room:
			case <-failed:
				break send
			case <-t.stop:
				return raft.ErrTransportShutdown
			}
		}
		r := &result{piece: piece, done: make(chan struct{})}
		results = append(results, r)
		var once sync.Once
		finish := func(set func() error) {
			once.Do(func() {
				if r.err = set(); r.err != nil || !r.answer.Success {
					fail.Do(func() { close(failed) })
				}
				flow.remove(n)
				close(r.done)
			})
		}
		t.request(id, piece, t.commit(piece.LeaderCommitIndex), func(answer raft.AppendEntriesResponse, err error) {
			finish(func() error { r.answer = answer; return err })
		})
	}
	var accepted *result
	for _, r := range results {
		select {
		case <-r.done:
		case <-t.stop:
			return raft.ErrTransportShutdown
		}
		if r.err == nil && r.answer.Success {
			accepted = r
			continue
		}
		if accepted == nil {
			if r.err != nil {
				t.nudgeSoon()
			}
			*resp = r.answer
			return r.err
		}
		break
	}
	if *resp = accepted.answer; len(accepted.piece.Entries) > 0 {
		args.Entries = accepted.piece.Entries[len(accepted.piece.Entries)-1:]
	}
	return nil
}

// request sends one append and calls done, perhaps more than once, with the answer or an
// error. What is learned from the answer has been noted by then.
func (t *Transport) request(id raft.ServerID, args *raft.AppendEntriesRequest, commit uint64, done func(raft.AppendEntriesResponse, error)) {
	began := t.Evidence.Begin()
	watch := t.watchOver(id, func() { done(raft.AppendEntriesResponse{}, errTimeout) })
	t.Mesh.Go(string(id), t.channel, encodeAppend(args, commit), link.Options{Long: true}, func(payload []byte, err error) {
		watch.stop()
		var answer raft.AppendEntriesResponse
		if err == nil {
			err = decodeResponse(payload, &answer)
		}
		if err == nil {
			t.learn(id, args.Term, &answer, began)
			t.note(id, args, &answer)
		}
		done(answer, err)
	})
}

// awaitPeer waits until a peer is heard. The library waits, too, after each
// attempt that failed, twice as long as before, up to ten seconds: a node that
// comes back would be left without entries for as long as it had been away.
func (t *Transport) awaitPeer(id string) error {
	if t.Live.Hears(id) {
		return nil
	}
	timer := time.NewTimer(absentFor)
	defer timer.Stop()
	select {
	case <-t.Live.Arrival(id):
		return nil
	case <-timer.C:
		return link.ErrUnreachable
	case <-t.stop:
		return raft.ErrTransportShutdown
	}
}

// nudgeAfter is how long the library may take to try again by itself.
const nudgeAfter = 50 * time.Millisecond

// nudgeSoon sees to it that what failed is tried again before the library's
// commit timeout is over.
func (t *Transport) nudgeSoon() {
	if !t.nudging.Swap(true) {
		time.AfterFunc(nudgeAfter, func() {
			t.nudging.Store(false)
			if !t.stopped.Load() {
				t.Nudge()
			}
		})
	}
}

// beat sends a heartbeat with the next beat.
func (t *Transport) beat(id raft.ServerID, args *raft.AppendEntriesRequest, resp *raft.AppendEntriesResponse) error {
	timer := time.NewTimer(heartbeatTimeout)
	defer timer.Stop()
	select {
	case a := <-t.Beats.join(id, t.channel, args.Term):
		*resp = raft.AppendEntriesResponse{RPCHeader: args.RPCHeader, Term: a.term, Success: a.success}
		return a.err
	case <-timer.C:
		return errTimeout
	case <-t.stop:
		return raft.ErrTransportShutdown
	}
}

func isHeartbeat(args *raft.AppendEntriesRequest) bool {
	return len(args.Entries) == 0 && args.PrevLogEntry == 0 && args.LeaderCommitIndex == 0
}

// note keeps what a follower has acknowledged.
func (t *Transport) note(id raft.ServerID, args *raft.AppendEntriesRequest, resp *raft.AppendEntriesResponse) {
	if n := len(args.Entries); n > 0 && resp.Success && t.Promises != nil {
		t.Promises.Acknowledged(int(t.channel), string(id), folder.Mark{Term: args.Entries[n-1].Term, Index: args.Entries[n-1].Index})
	}
}

func (t *Transport) learn(id raft.ServerID, term uint64, resp *raft.AppendEntriesResponse, began Request) {
	if resp.Success && resp.Term == term {
		if mutant.On(mutant.EvidenceAtAnswer) {
			began = t.Evidence.Begin()
		}
		t.Evidence.accept(id, term, began)
	}
}

func (t *Transport) RequestVote(id raft.ServerID, _ raft.ServerAddress, args *raft.RequestVoteRequest, resp *raft.RequestVoteResponse) error {
	if err := t.MayStand(); err != nil {
		return err
	}
	k := rpcVote
	if args.LeadershipTransfer && !t.privileged(args.Term) {
		k = rpcVoteOnSuspicion
		if t.loyalty.binds(t.denied) {
			return errLeaderIsHeard
		}
	}
	// A vote may be asked for again: a voter gives the same answer.
	return t.ask(id, k, args, resp, voteTries)
}

// Campaign has the library stand for election. One that is busy does not; there will be
// another turn.
func (t *Transport) Campaign(self string) {
	header := raft.RPCHeader{ProtocolVersion: raft.ProtocolVersionMax, ID: []byte(self), Addr: []byte(t.Self)}
	select {
	case t.requests <- raft.RPC{Command: &raft.TimeoutNowRequest{RPCHeader: header}, RespChan: make(chan raft.RPCResponse, 1)}:
	default:
	}
}

// MayStand gives an error to one that must not be elected: the library of a
// replica that takes no part does not know, and asks for votes.
func (t *Transport) MayStand() error {
	switch {
	case !t.Open.Load():
		return errStranger
	case t.Unfilled() != nil:
		return errFilling
	}
	return t.Fence.MayStand()
}

func (t *Transport) RequestPreVote(id raft.ServerID, _ raft.ServerAddress, args *raft.RequestPreVoteRequest, resp *raft.RequestPreVoteResponse) error {
	if err := t.MayStand(); err != nil {
		return err
	}
	return t.ask(id, rpcPreVote, args, resp, voteTries)
}

// Prove asks the followers, at once, whether this node still leads in term. What
// they answer becomes evidence. It is the library's heartbeat, sent beside the
// library's own so that nobody waits for their pace.
func (t *Transport) Prove(self string, followers []raft.ServerID, term uint64) {
	if t.Fence.MayLead() != nil {
		return
	}
	header := raft.RPCHeader{ProtocolVersion: raft.ProtocolVersionMax, ID: []byte(self), Addr: []byte(t.Self)}
	payload := encodeAppend(&raft.AppendEntriesRequest{RPCHeader: header, Term: term}, 0)
	for _, id := range followers {
		began := t.Evidence.Begin()
		t.Mesh.Go(string(id), t.channel, payload, link.Options{}, func(payload []byte, err error) {
			var answer raft.AppendEntriesResponse
			if err == nil && decodeResponse(payload, &answer) == nil {
				t.learn(id, term, &answer, began)
			}
		})
	}
}

// ask makes one of the rare requests, and makes it again when no answer has come for a
// while: the message may be lost, or the line long. The first answer counts, whichever
// request it is for.
func (t *Transport) ask(id raft.ServerID, k rpcKind, args, resp any, tries int) error {
	payload, err := encodeJSON(k, args)
	if err != nil {
		return err
	}
	type result struct {
		answer []byte
		err    error
	}
	results := make(chan result, tries)
	asked, lost := 0, 0
	ask := func() {
		asked++
		t.Mesh.Go(string(id), t.channel, payload, link.Options{}, func(answer []byte, err error) { results <- result{answer, err} })
	}
	ask()
	over := time.NewTimer(time.Duration(tries)*voteTimeout + liveness.LongestTrip)
	defer over.Stop()
	again := time.NewTicker(voteTimeout)
	defer again.Stop()
	for {
		select {
		case r := <-results:
			if lost++; errors.Is(r.err, link.ErrLost) && (lost < asked || asked < tries) {
				continue
			}
			if r.err != nil {
				return r.err
			}
			if err := json.Unmarshal(r.answer, resp); err != nil {
				return fmt.Errorf("decode answer: %w", err)
			}
			return nil
		case <-again.C:
			if asked < tries {
				ask()
			}
		case <-over.C:
			return errTimeout
		case <-t.stop:
			return raft.ErrTransportShutdown
		}
	}
}
