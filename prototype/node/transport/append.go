package transport

import (
	"sync"
	"time"

	"github.com/hashicorp/raft"

	"lockstep/prototype/link"
	"lockstep/prototype/mutant"
	"lockstep/prototype/node/folder"
)

func (t *Transport) AppendEntries(id raft.ServerID, _ raft.ServerAddress, args *raft.AppendEntriesRequest, resp *raft.AppendEntriesResponse) error {
	if err := t.Fence.MayLead(); err != nil {
		return err
	}
	if isHeartbeat(args) {
		return t.beat(id, args, resp)
	}
	return t.persist(id, args, resp)
}

// persist makes an append again until it is answered, the lead is lost or patience is
// over. The library would make it again, too, but it waits after each attempt that failed,
// twice as long as before, up to ten seconds: a follower that was cut off, or whose disk
// hung, would be left without entries for as long after it is back.
func (t *Transport) persist(id raft.ServerID, args *raft.AppendEntriesRequest, resp *raft.AppendEntriesResponse) error {
	if t.Live.Hears(string(id)) {
		if err := t.replicate(id, args, resp); err == nil {
			return nil
		}
	}
	defer t.isStuck(id)()
	began, last := time.Now(), error(link.ErrUnreachable)
	for pause := retryAfter; time.Since(began) < patience; pause = min(2*pause, replicateTimeout) {
		if !t.Live.Hears(string(id)) {
			pause = retryAfter // nothing is sent, and it is to have entries when it is back
		}
		select {
		case <-time.After(pause):
		case <-t.stop:
			return raft.ErrTransportShutdown
		}
		if term, leads := t.State.LeadsIn(); !leads || term != args.Term {
			return errLeadIsLost
		}
		if last = t.Fence.MayLead(); last != nil {
			return last
		}
		if !t.Live.Hears(string(id)) {
			last = link.ErrUnreachable
		} else if last = t.replicate(id, args, resp); last == nil {
			t.nudgeSoon() // it has to learn what is committed, too
			return nil
		}
	}
	return last
}

// isStuck notes that a follower takes no entries, until the function that it gives is
// called.
func (t *Transport) isStuck(id raft.ServerID) (over func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.stuck[id]++
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.stuck[id]--
	}
}

// Takes says whether a follower takes entries, as far as this leader has tried. The
// library hangs if it is told twice to hand the lead over to one that does not.
func (t *Transport) Takes(id raft.ServerID) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.stuck[id] == 0
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

// nudgeSoon has the library replicate what it has, and what is committed, before its
// commit timeout is over.
func (t *Transport) nudgeSoon() {
	if !t.nudging.Swap(true) {
		time.AfterFunc(retryAfter, func() {
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
