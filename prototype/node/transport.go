package node

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
	"lockstep/prototype/node/storage"
)

// transport carries the consensus library's requests over the node's links. It
// is where this project hardens the library without a fork:
//
//   - It has no fast path for heartbeats. They go through the library's main
//     goroutine like every other request, so that an old leader cannot write an
//     entry in a term that it does not lead (hashicorp/raft issue 695).
//   - It says nothing that the disk does not hold yet; see [storage.Log].
//   - It keeps a node from voting that has just started, since it has forgotten
//     whom it promised to follow, and one whose disk hangs from voting and from
//     standing for election (issues 503 and 614).
//   - It gathers [evidence] from every answer of a follower.
type transport struct {
	transportConfig
	channel    uint16
	evidence   *evidence
	loyalty    loyalty
	handedOver atomic.Uint64 // the newest term whose leader has asked this replica to take over
	requests   chan raft.RPC
	unanswered chan unanswered // of requests, in their order, or nearly
	quiet      time.Time       // until when votes are refused
	stop       chan struct{}
	stopped    atomic.Bool
	// open: the replica takes part. One without any state does not until it has
	// founded its shard or was admitted to it; see founding.
	open      atomic.Bool
	filling   atomic.Pointer[mark] // see unfilled
	nudging   atomic.Bool
	committed atomic.Uint64 // what was applied here last

	mu        sync.Mutex
	pipelines map[*pipeline]struct{}
}

// transportConfig is what a transport works with. Its functions are called from many
// goroutines, once the library runs.
type transportConfig struct {
	Shard int
	Self  raft.ServerAddress
	// Promise is how long a voter that has heard from its leader does not vote for
	// another one.
	Promise time.Duration
	Mesh    *link.Mesh
	Beats   *beats
	Live    *liveness
	Log     *storage.Log
	Fence   *disk.Fence
	Clock   *fault.Clock // of the lease
	// Promises notes what followers acknowledged; nil in the lazy lane.
	Promises *promises
	Holds    func(mark) bool // whether the replica has an entry
	State    raftState
	// Following says whether this replica follows a leader that is heard.
	Following func() bool
	// Nudge has the library replicate at once.
	Nudge func()
}

// How long the library's requests may take. They are made again after that, so
// that a lost message costs no more.
const (
	heartbeatTimeout = 2 * carryEvery * beatEvery
	replicateTimeout = 500 * time.Millisecond // after which an append may be lost; see transport.watchOver
	// absentFor is how long an attempt to replicate waits for a node that is not
	// heard.
	absentFor = 30 * time.Second
	// voteTimeout is after how long a vote is asked for again, voteTries how often, and
	// longestTrip how long the last one is waited for.
	voteTimeout = 150 * time.Millisecond
	voteTries   = 5
	longestTrip = time.Second
	// snapshotTimeout is how long a follower may take to answer when it has all of a
	// snapshot, and restoreRate the bytes a second for which it may take longer.
	// snapshotStall is how long it waits for more of one.
	snapshotTimeout = time.Minute
	restoreRate     = 4 << 20
	snapshotStall   = 20 * time.Second
)

// raftState is what the transport asks the library about this replica.
type raftState struct {
	CurrentTerm func() uint64
	// LeadsIn gives the term in which this replica leads.
	LeadsIn func() (term uint64, leads bool)
}

var (
	_ raft.Transport   = (*transport)(nil)
	_ raft.WithPreVote = (*transport)(nil)
	_ raft.WithClose   = (*transport)(nil)
)

var (
	errJustStarted = errors.New("this voter has just started and may be bound by a promise that it forgot")
	errBusy        = errors.New("this replica is busy")
	errTimeout     = errors.New("no answer in time")

	errStranger      = errors.New("this replica is not a member yet")
	errLeaderIsHeard = errors.New("this voter hears the leader")
)

// newTransport registers with the mesh as the receiver of a shard's requests. It refuses
// votes for the length of the promise: before this node was started again, it may have
// promised a leader not to vote for that long, and a lease may rest on that promise.
func newTransport(cfg transportConfig) *transport {
	t := &transport{
		transportConfig: cfg, channel: uint16(cfg.Shard), evidence: newEvidence(cfg.Clock), pipelines: make(map[*pipeline]struct{}),
		requests: make(chan raft.RPC, 64), unanswered: make(chan unanswered, 256), quiet: time.Now().Add(cfg.Promise), loyalty: loyalty{length: cfg.Promise}, stop: make(chan struct{}),
	}
	cfg.Beats.shards[t.channel] = t
	cfg.Mesh.Handle(t.channel, t.receive)
	cfg.Mesh.HandleStream(t.channel, t.receiveSnapshot)
	return t
}

// denied says up to which term a node has said that it does not lead.
func (t *transport) denied(id string) uint64 { return t.Live.deniedUpTo(t.Shard, id) }

func (t *transport) Consumer() <-chan raft.RPC { return t.requests }

func (t *transport) LocalAddr() raft.ServerAddress { return t.Self }

func (t *transport) EncodePeer(_ raft.ServerID, addr raft.ServerAddress) []byte { return []byte(addr) }

func (t *transport) DecodePeer(data []byte) raft.ServerAddress { return raft.ServerAddress(data) }

// SetHeartbeatHandler does nothing, on purpose; see [transport].
func (t *transport) SetHeartbeatHandler(func(raft.RPC)) {}

// Close refuses whatever comes from now on.
func (t *transport) Close() error {
	if !t.stopped.Swap(true) {
		close(t.stop)
	}
	return nil
}

// leads says whether this node replicates to others at the moment.
func (t *transport) leads() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.pipelines) > 0
}

// commit is the commit index as others may know it.
func (t *transport) commit(index uint64) uint64 {
	if mutant.On(mutant.CommitBeforeDurable) {
		return index
	}
	return min(index, t.Log.DurableIndex())
}

func (t *transport) AppendEntries(id raft.ServerID, _ raft.ServerAddress, args *raft.AppendEntriesRequest, resp *raft.AppendEntriesResponse) error {
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
func (t *transport) replicate(id raft.ServerID, args *raft.AppendEntriesRequest, resp *raft.AppendEntriesResponse) error {
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
func (t *transport) request(id raft.ServerID, args *raft.AppendEntriesRequest, commit uint64, done func(raft.AppendEntriesResponse, error)) {
	began := t.evidence.begin()
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
func (t *transport) awaitPeer(id string) error {
	if t.Live.hears(id) {
		return nil
	}
	timer := time.NewTimer(absentFor)
	defer timer.Stop()
	select {
	case <-t.Live.arrival(id):
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
func (t *transport) nudgeSoon() {
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
func (t *transport) beat(id raft.ServerID, args *raft.AppendEntriesRequest, resp *raft.AppendEntriesResponse) error {
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
func (t *transport) note(id raft.ServerID, args *raft.AppendEntriesRequest, resp *raft.AppendEntriesResponse) {
	if n := len(args.Entries); n > 0 && resp.Success && t.Promises != nil {
		t.Promises.acknowledged(int(t.channel), string(id), mark{args.Entries[n-1].Term, args.Entries[n-1].Index})
	}
}

func (t *transport) learn(id raft.ServerID, term uint64, resp *raft.AppendEntriesResponse, began request) {
	if resp.Success && resp.Term == term {
		if mutant.On(mutant.EvidenceAtAnswer) {
			began = t.evidence.begin()
		}
		t.evidence.accept(id, term, began)
	}
}

func (t *transport) RequestVote(id raft.ServerID, _ raft.ServerAddress, args *raft.RequestVoteRequest, resp *raft.RequestVoteResponse) error {
	if err := t.mayStand(); err != nil {
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

// campaign has the library stand for election. One that is busy does not; there will be
// another turn.
func (t *transport) campaign(self string) {
	header := raft.RPCHeader{ProtocolVersion: raft.ProtocolVersionMax, ID: []byte(self), Addr: []byte(t.Self)}
	select {
	case t.requests <- raft.RPC{Command: &raft.TimeoutNowRequest{RPCHeader: header}, RespChan: make(chan raft.RPCResponse, 1)}:
	default:
	}
}

// mayStand gives an error to one that must not be elected: the library of a
// replica that takes no part does not know, and asks for votes.
func (t *transport) mayStand() error {
	switch {
	case !t.open.Load():
		return errStranger
	case t.unfilled() != nil:
		return errFilling
	}
	return t.Fence.MayStand()
}

func (t *transport) RequestPreVote(id raft.ServerID, _ raft.ServerAddress, args *raft.RequestPreVoteRequest, resp *raft.RequestPreVoteResponse) error {
	if err := t.mayStand(); err != nil {
		return err
	}
	return t.ask(id, rpcPreVote, args, resp, voteTries)
}

// prove asks the followers, at once, whether this node still leads in term. What
// they answer becomes evidence. It is the library's heartbeat, sent beside the
// library's own so that nobody waits for their pace.
func (t *transport) prove(self string, followers []raft.ServerID, term uint64) {
	if t.Fence.MayLead() != nil {
		return
	}
	header := raft.RPCHeader{ProtocolVersion: raft.ProtocolVersionMax, ID: []byte(self), Addr: []byte(t.Self)}
	payload := encodeAppend(&raft.AppendEntriesRequest{RPCHeader: header, Term: term}, 0)
	for _, id := range followers {
		began := t.evidence.begin()
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
func (t *transport) ask(id raft.ServerID, k rpcKind, args, resp any, tries int) error {
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
	over := time.NewTimer(time.Duration(tries)*voteTimeout + longestTrip)
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
