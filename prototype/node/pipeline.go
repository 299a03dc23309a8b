package node

import (
	"sync"
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
		ready: make(chan raft.AppendFuture), broken: make(chan struct{}), closed: make(chan struct{})}
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

	mu sync.Mutex
	// matched is the newest entry that the follower is known to have, told the
	// newest commit index that it is known to know, and sent the newest that was
	// sent to it.
	matched, told, sent uint64
	head                raft.RPCHeader
	term                uint64
	entry               uint64 // the newest entry that was sent
	looking             bool   // a look at the lag is due
	telling             bool   // a look at what was told is due
}

type appendFuture struct {
	start time.Time
	args  *raft.AppendEntriesRequest
	resp  *raft.AppendEntriesResponse
	once  sync.Once
	done  chan struct{}
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
		close(f.done)
	})
}

// AppendEntries sends, unless there is nothing to say: the library repeats the
// commit index on a timer, and a follower that knows it and has just been heard
// need not be told again.
func (p *pipeline) AppendEntries(args *raft.AppendEntriesRequest, resp *raft.AppendEntriesResponse) (raft.AppendFuture, error) {
	t := p.transport
	if err := t.fence.MayLead(); err != nil {
		return nil, err
	}
	f := &appendFuture{start: time.Now(), args: args, resp: resp, done: make(chan struct{})}
	select {
	case p.order <- f:
	case <-p.broken:
		return nil, raft.ErrPipelineShutdown
	case <-p.closed:
		return nil, raft.ErrPipelineShutdown
	}
	commit, last := t.commit(args.LeaderCommitIndex), args.PrevLogEntry
	if n := len(args.Entries); n > 0 {
		last = args.Entries[n-1].Index
	}
	if p.begin(args, last, commit) && t.evidence.clock.Steady().Sub(t.evidence.heard(p.follower)) < freshFor {
		f.finish(func() error {
			*resp = raft.AppendEntriesResponse{RPCHeader: args.RPCHeader, Term: args.Term, LastLog: last, Success: true}
			return nil
		})
		return f, nil
	}
	began := t.evidence.begin()
	timer := time.AfterFunc(replicateTimeout, func() { f.finish(func() error { return errTimeout }) })
	t.mesh.Go(string(p.follower), t.channel, encodeAppend(args, commit), link.Options{Long: true}, func(payload []byte, err error) {
		timer.Stop()
		f.finish(func() error {
			if err == nil {
				err = decodeResponse(payload, resp)
			}
			if err == nil {
				t.learn(p.follower, args.Term, resp, began)
				t.note(p.follower, args, resp)
				p.end(resp.Success, last, commit)
			}
			return err
		})
	})
	return f, nil
}

// begin notes what is about to be sent, and says whether it is news to nobody.
func (p *pipeline) begin(args *raft.AppendEntriesRequest, last, commit uint64) (known bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.head, p.term = args.RPCHeader, args.Term
	p.sent, p.entry = max(p.sent, commit), max(p.entry, last)
	return len(args.Entries) == 0 && p.matched == last && p.told >= commit
}

func (p *pipeline) end(success bool, last, commit uint64) {
	if !success {
		return
	}
	p.mu.Lock()
	p.matched, p.told = max(p.matched, last), max(p.told, commit)
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
	if p.looking || p.entry >= p.transport.log.Newest() {
		return
	}
	p.looking = true
	entry := p.entry
	time.AfterFunc(lagFor, func() {
		p.mu.Lock()
		p.looking = false
		moved := p.entry > entry
		behind := p.entry < p.transport.log.Newest()
		if moved {
			p.lookSoon()
		}
		p.mu.Unlock()
		select {
		case <-p.closed:
		default:
			if behind && !moved {
				p.transport.nudge()
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
	if commit <= p.sent || p.matched == 0 {
		p.mu.Unlock()
		return
	}
	p.sent = commit
	p.tellAgain()
	args := raft.AppendEntriesRequest{RPCHeader: p.head, Term: p.term, PrevLogEntry: p.matched}
	p.mu.Unlock()
	var entry raft.Log
	if p.transport.log.GetLog(args.PrevLogEntry, &entry) != nil {
		return
	}
	args.PrevLogTerm = entry.Term
	p.transport.mesh.Go(string(p.follower), p.transport.channel, encodeAppend(&args, commit), link.Options{Long: true}, func(payload []byte, err error) {
		var resp raft.AppendEntriesResponse
		if err == nil && decodeResponse(payload, &resp) == nil && resp.Term == args.Term {
			p.end(resp.Success, args.PrevLogEntry, commit)
		}
	})
}

// tellAgainAfter is how long a follower may take to confirm a commit before it is
// told again: the message may be lost, and on an idle shard no other follows soon.
const tellAgainAfter = 200 * time.Millisecond

// tellAgain watches over what was told. p.mu is held.
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
		unheard := p.told < p.sent
		if unheard {
			p.sent = p.told
		}
		p.mu.Unlock()
		if unheard && p.transport.hears(string(p.follower)) {
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
