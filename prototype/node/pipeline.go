package node

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/raft"

	"lockstep/prototype/link"
)

// pipelineDepth is how many appends to one follower may be under way.
const pipelineDepth = 8

// freshFor is how old a sign of life of a follower may be to stand for a new one.
const freshFor = 100 * time.Millisecond

// AppendEntriesPipeline sends appends without waiting for the answers.
func (t *transport) AppendEntriesPipeline(id raft.ServerID, _ raft.ServerAddress) (raft.AppendPipeline, error) {
	p := &pipeline{transport: t, follower: id, order: make(chan *appendFuture, pipelineDepth),
		ready: make(chan raft.AppendFuture), broken: make(chan struct{}), closed: make(chan struct{}), flow: newUnderWay()}
	t.mu.Lock()
	t.pipelines[p] = struct{}{}
	t.mu.Unlock()
	go p.deliver()
	p.watchLag()
	return p, nil
}

// pipeline gives answers in the order of the requests.
type pipeline struct {
	transport *transport
	follower  raft.ServerID
	order     chan *appendFuture
	ready     chan raft.AppendFuture
	broken    chan struct{} // closed after an answer with which the library stops reading
	closed    chan struct{}
	closeOnce sync.Once
	flow      *underWay
	sending   atomic.Bool // the library's goroutine is in AppendEntries

	mu sync.Mutex
	// matched is the newest entry that the follower is known to have, and sentIndex the
	// newest that was sent to it; ackedCommit is the newest commit index that it is known
	// to know, and sentCommit the newest that was sent to it.
	matched, sentIndex      uint64
	ackedCommit, sentCommit uint64
	head                    raft.RPCHeader
	term                    uint64
	looking                 bool // a look at the lag is due
	telling                 bool // a look at the commit index that was sent is due
}

type appendFuture struct {
	start time.Time
	args  *raft.AppendEntriesRequest
	resp  *raft.AppendEntriesResponse
	once  sync.Once
	done  chan struct{}
	ended func() // called with the end, before anybody is told
	err   error
}

func (f *appendFuture) Error() error {
	<-f.done
	return f.err
}
func (f *appendFuture) Start() time.Time                      { return f.start }
func (f *appendFuture) Request() *raft.AppendEntriesRequest   { return f.args }
func (f *appendFuture) Response() *raft.AppendEntriesResponse { return f.resp }

// finish ends the future once; set fills in the response.
func (f *appendFuture) finish(set func() error) {
	f.once.Do(func() {
		if f.err = set(); f.err != nil {
			// The library reads the response without asking for the error; with this
			// one it gives the pipeline up and falls back to single requests.
			*f.resp = raft.AppendEntriesResponse{Term: f.args.Term}
		}
		f.ended()
		close(f.done)
	})
}

// AppendEntries sends an append in pieces, each with a future of its own, which the
// library does not count. It returns when the last one has been sent.
func (p *pipeline) AppendEntries(args *raft.AppendEntriesRequest, resp *raft.AppendEntriesResponse) (raft.AppendFuture, error) {
	if err := p.transport.Fence.MayLead(); err != nil {
		return nil, err
	}
	p.sending.Store(true)
	defer p.sending.Store(false)
	cut := p.transport.pieces(p.follower, args)
	var sent *appendFuture
	for piece := cut.next(); piece != nil; piece = cut.next() {
		if piece != args {
			resp = new(raft.AppendEntriesResponse)
		}
		f := &appendFuture{start: time.Now(), args: piece, resp: resp, done: make(chan struct{})}
		if err := p.send(f); err != nil {
			return nil, err
		}
		sent = f
	}
	if n := len(sent.args.Entries); n > 0 && sent.args != args {
		args.Entries = sent.args.Entries[n-1:] // the library goes on behind it
	}
	return sent, nil
}

// send sends one piece when there is room on the line, unless there is nothing to say:
// the library repeats the commit index on a timer, and a follower that knows it and has
// just been heard need not be told again.
func (p *pipeline) send(f *appendFuture) error {
	t, args := p.transport, f.args
	n := dataBytes(args.Entries)
	for room := p.flow.add(n, t.mayBeUnderWay(p.follower)); room != nil; room = p.flow.add(n, t.mayBeUnderWay(p.follower)) {
		select {
		case <-room:
		case <-p.broken:
			return raft.ErrPipelineShutdown
		case <-p.closed:
			return raft.ErrPipelineShutdown
		}
	}
	f.ended = func() { p.flow.remove(n) }
	select {
	case p.order <- f:
	case <-p.broken:
		return raft.ErrPipelineShutdown
	case <-p.closed:
		return raft.ErrPipelineShutdown
	}
	commit, last := t.commit(args.LeaderCommitIndex), args.PrevLogEntry
	if n := len(args.Entries); n > 0 {
		last = args.Entries[n-1].Index
	}
	if p.begin(args, last, commit) && t.evidence.clock.Steady().Sub(t.evidence.heard(p.follower)) < freshFor {
		f.finish(func() error {
			*f.resp = raft.AppendEntriesResponse{RPCHeader: args.RPCHeader, Term: args.Term, LastLog: last, Success: true}
			return nil
		})
		return nil
	}
	t.request(p.follower, args, commit, func(answer raft.AppendEntriesResponse, err error) {
		f.finish(func() error {
			if err == nil {
				*f.resp = answer
				p.end(answer.Success, last, commit)
			}
			return err
		})
	})
	return nil
}

// begin notes what is about to be sent, and says whether the follower is known to have
// all of it.
func (p *pipeline) begin(args *raft.AppendEntriesRequest, last, commit uint64) (known bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.head, p.term = args.RPCHeader, args.Term
	p.sentCommit, p.sentIndex = max(p.sentCommit, commit), max(p.sentIndex, last)
	return len(args.Entries) == 0 && p.matched == last && p.ackedCommit >= commit
}

func (p *pipeline) end(success bool, last, commit uint64) {
	if !success {
		return
	}
	p.mu.Lock()
	p.matched, p.ackedCommit = max(p.matched, last), max(p.ackedCommit, commit)
	p.lookSoon()
	p.mu.Unlock()
	// The others may have made the majority before this one had the entry.
	p.spread(p.transport.commit(p.transport.committed.Load()))
}

// lagFor is how long entries may wait to be sent to a follower that answers.
const lagFor = 10 * time.Millisecond

// watchLag sees to it that a follower which lacks entries gets them. The library
// sends one request's worth of them, however many are missing, and goes on with
// the next send, or after a second or two if there is none.
func (p *pipeline) watchLag() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lookSoon()
}

// lookSoon looks whether anything was sent meanwhile, unless there is nothing to
// send. p.mu is held.
func (p *pipeline) lookSoon() {
	if p.looking || p.sentIndex >= p.transport.Log.Newest() {
		return
	}
	p.looking = true
	before := p.sentIndex
	time.AfterFunc(lagFor, func() {
		p.mu.Lock()
		p.looking = false
		moved := p.sentIndex > before
		behind := p.sentIndex < p.transport.Log.Newest()
		if moved {
			p.lookSoon()
		}
		p.mu.Unlock()
		select {
		case <-p.closed:
		default:
			if behind && !moved && !p.sending.Load() {
				p.transport.Nudge()
			}
		}
	})
}

// spread tells followers of a commit at once that would otherwise learn of it
// with the next entry, or after the library's commit timeout: up to a tenth of a
// second in which their readers see less than they could.
func (t *transport) spread(commit uint64) {
	for {
		known := t.committed.Load()
		if known >= commit || t.committed.CompareAndSwap(known, commit) {
			break
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for p := range t.pipelines {
		p.spread(t.commit(commit))
	}
}

func (p *pipeline) spread(commit uint64) {
	p.mu.Lock()
	// Beyond what it is known to share, a follower's log may be another leader's.
	commit = min(commit, p.matched)
	if commit <= p.sentCommit || p.matched == 0 {
		p.mu.Unlock()
		return
	}
	p.sentCommit = commit
	p.tellAgain()
	args := raft.AppendEntriesRequest{RPCHeader: p.head, Term: p.term, PrevLogEntry: p.matched}
	p.mu.Unlock()
	var entry raft.Log
	if p.transport.Log.GetLog(args.PrevLogEntry, &entry) != nil {
		return
	}
	args.PrevLogTerm = entry.Term
	p.transport.Mesh.Go(string(p.follower), p.transport.channel, encodeAppend(&args, commit), link.Options{Long: true}, func(payload []byte, err error) {
		var resp raft.AppendEntriesResponse
		if err == nil && decodeResponse(payload, &resp) == nil && resp.Term == args.Term {
			p.end(resp.Success, args.PrevLogEntry, commit)
		}
	})
}

// tellAgainAfter is how long a follower may take to confirm a commit before it is
// told again: the message may be lost, and on an idle shard no other follows soon.
const tellAgainAfter = 200 * time.Millisecond

// tellAgain watches over the commit index that was sent. p.mu is held.
func (p *pipeline) tellAgain() {
	if p.telling {
		return
	}
	p.telling = true
	time.AfterFunc(tellAgainAfter, func() {
		select {
		case <-p.closed:
			return
		default:
		}
		p.mu.Lock()
		p.telling = false
		unheard := p.ackedCommit < p.sentCommit
		if unheard {
			p.sentCommit = p.ackedCommit
		}
		p.mu.Unlock()
		if unheard && p.transport.Live.hears(string(p.follower)) {
			p.spread(p.transport.commit(p.transport.committed.Load()))
		}
	})
}

// deliver passes the answers on, in order.
func (p *pipeline) deliver() {
	for {
		select {
		case f := <-p.order:
			select {
			case <-f.done:
			case <-p.closed:
				return
			}
			last := !f.resp.Success
			if last {
				close(p.broken)
				p.transport.nudgeSoon()
			}
			select {
			case p.ready <- f:
			case <-p.closed:
				return
			}
			if last {
				return
			}
		case <-p.closed:
			return
		}
	}
}

func (p *pipeline) Consumer() <-chan raft.AppendFuture { return p.ready }

func (p *pipeline) Close() error {
	p.closeOnce.Do(func() {
		close(p.closed)
		p.transport.mu.Lock()
		delete(p.transport.pipelines, p)
		p.transport.mu.Unlock()
	})
	return nil
}
