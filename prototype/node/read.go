package node

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/raft"

	"lockstep/prototype/mutant"
	"lockstep/prototype/order"
)

// view reads what this replica has.
func (s *shard) view(r ReadRequest) (order.View, *Error) {
	if err := s.serves(); err != nil {
		return order.View{}, err
	}
	view := s.fsm.machine.Read(r.Conversation, r.After, r.Limit)
	if r.After+1 < view.First {
		return view, gone(r.After, view.First)
	}
	return view, nil
}

// await returns when this replica may answer as the level asks. For Linearizable
// and Leader it must lead.
func (s *shard) await(ctx context.Context, r ReadRequest) *Error {
	switch r.Level {
	case Linearizable:
		return s.linearize(ctx)
	case Leader:
		return s.lease(ctx)
	case Session:
		return s.reach(ctx, r.Conversation, r.MinSeq)
	}
	return nil
}

// linearize returns when this replica's state includes everything that was
// acknowledged before the call, or says why it cannot know. See [evidence] for the
// argument.
func (s *shard) linearize(ctx context.Context) *Error {
	arrived := s.evidence.begin()
	term, err := s.readyTerm(ctx)
	if err != nil {
		return err
	}
	index := s.raft.CommitIndex()
	err = s.proven(ctx, term, arrived)
	if err == nil {
		err = s.apply(ctx, index)
	}
	return err
}

// proven waits for evidence that this node led in term after the arrival.
func (s *shard) proven(ctx context.Context, term uint64, arrived request) *Error {
	for {
		newest, ok, changed := s.evidence.quorum(term, s.others())
		if ok && (newest.tick > arrived.tick || mutant.On(mutant.ProofBeforeRead)) {
			return nil
		}
		select {
		case s.provoke <- struct{}{}:
		default:
		}
		select {
		case <-changed:
		case <-s.became.wait():
		case <-ctx.Done():
			return noLeader("no majority confirmed this leader in time")
		}
		if !s.leads() || s.raft.CurrentTerm() != term {
			return noLeader("this node lost its lead during the read")
		}
	}
}

// proofPatience is how long a round of proof waits for its first answer.
const proofPatience = 25 * time.Millisecond

// provokeRounds asks the followers for newer evidence when a read needs it. Many
// reads share a round: the next one waits until some follower has answered, or
// until it is clear that none does.
func (s *shard) provokeRounds() {
	for {
		select {
		case <-s.provoke:
			others, term := s.others(), s.raft.CurrentTerm()
			_, _, answered := s.evidence.quorum(term, others)
			if !s.leads() {
				continue
			}
			s.transport.prove(others, raft.RPCHeader{ProtocolVersion: raft.ProtocolVersionMax,
				ID: []byte(s.cfg.ID), Addr: []byte(s.transport.self)}, term)
			timer := time.NewTimer(proofPatience)
			select {
			case <-answered:
			case <-timer.C:
			case <-s.stop:
				timer.Stop()
				return
			}
			timer.Stop()
		case <-s.stop:
			return
		}
	}
}

// lease returns when this replica may answer on the strength of a lease: a
// majority accepted a request that began so recently that none of them can have
// voted for anyone else yet, unless this leader has asked somebody to take over; see
// [loyalty] and evidence.handOver.
func (s *shard) lease(ctx context.Context) *Error {
	term, err := s.readyTerm(ctx)
	if err != nil {
		return err
	}
	index := s.raft.CommitIndex()
	since, ok := s.evidence.lease(term, s.others())
	length := time.Duration(float64(s.cfg.promise()) * (1 - s.cfg.ClockDrift))
	if mutant.On(mutant.LeaseEqualsHeartbeat) {
		since, ok = s.evidence.clock.Steady(), true
	}
	if !ok || s.evidence.clock.Steady().Sub(since) >= length || s.raft.CurrentTerm() != term || !s.leads() {
		return s.linearize(ctx)
	}
	return s.apply(ctx, index)
}

// readyTerm waits until this node leads and has applied its barrier.
func (s *shard) readyTerm(ctx context.Context) (uint64, *Error) {
	for {
		became := s.became.wait()
		term := s.raft.CurrentTerm()
		if !s.leads() {
			return 0, noLeader("this node is not the leader")
		}
		if s.ready.Load() == term || mutant.On(mutant.NoBarrier) {
			return term, nil
		}
		select {
		case <-became:
		case <-ctx.Done():
			return 0, noLeader("the new leader has not applied its barrier yet")
		}
	}
}

// catchUp waits until the machine has applied the command at index. The index
// must be that of a command.
func (s *shard) catchUp(ctx context.Context, index uint64) *Error {
	for {
		applied := s.fsm.applied.wait()
		if mutant.On(mutant.WaitOnAppliedIndex) && s.raft.AppliedIndex() >= index {
			return nil
		}
		if s.fsm.trail.newest().Index >= index {
			return nil
		}
		select {
		case <-applied:
		case <-ctx.Done():
			return &Error{Outcome: Fail, Reason: ReasonTimeout, Detail: "this replica did not catch up in time"}
		}
	}
}

// holds refuses to answer where this replica's history is not the leader's at the
// leader's index, which it has reached.
func (s *shard) holds(leader order.State) *Error {
	if leader.Fingerprint == (order.Fingerprint{}) || mutant.On(mutant.WaitOnAppliedIndex) { // of an older version, or of an empty shard
		return nil
	}
	mine, ok := s.fsm.trail.at(leader.Index)
	switch {
	case !ok:
		return &Error{Outcome: Fail, Reason: ReasonUnavailable, RetryAfter: time.Second,
			Detail: "this replica has just been filled and cannot compare its history with the leader's"}
	case mine != leader.Fingerprint && s.cfg.Lazy == 0:
		s.halt(fmt.Sprintf("at entry %d its history is another one than the leader's", leader.Index))
		return s.serves()
	}
	return nil
}

// apply waits until the machine holds every command up to index.
//
// The library's own applied index cannot be asked: it moves when entries are
// queued for the machine, before they are applied. The machine, in turn, never
// hears of the leader's own empty entries, so their indexes at the end of the
// range must not be waited for.
func (s *shard) apply(ctx context.Context, index uint64) *Error {
	for {
		applied := s.fsm.applied.wait()
		have := s.fsm.machine.Index()
		for index > have {
			var entry raft.Log
			if err := s.log.GetLog(index, &entry); errors.Is(err, raft.ErrLogNotFound) {
				return nil // compacted, hence part of a snapshot of this machine
			} else if err != nil {
				return &Error{Outcome: Fail, Reason: ReasonUnavailable, Detail: "read log: " + err.Error()}
			}
			if entry.Type == raft.LogCommand {
				break
			}
			index--
		}
		if index <= have {
			return nil
		}
		select {
		case <-applied:
		case <-ctx.Done():
			return &Error{Outcome: Fail, Reason: ReasonTimeout, Detail: "this replica did not catch up in time"}
		}
	}
}

// reach waits until a conversation has a message with seq at least min.
func (s *shard) reach(ctx context.Context, conversation string, min uint64) *Error {
	for {
		applied := s.fsm.applied.wait()
		if last, _ := s.fsm.machine.Digest(conversation, 0); last >= min || mutant.On(mutant.MinSeqIgnored) {
			return nil
		}
		select {
		case <-applied:
		case <-ctx.Done():
			return &Error{Outcome: Fail, Reason: ReasonUnavailable, RetryAfter: time.Second,
				Detail: "this replica has not reached min_seq yet"}
		}
	}
}
