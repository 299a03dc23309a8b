package replica

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/raft"

	"lockstep/prototype/api"
	"lockstep/prototype/mutant"
	"lockstep/prototype/node/outcome"
	"lockstep/prototype/node/transport"
	"lockstep/prototype/order"
)

// View reads what this replica has.
func (s *Replica) View(r api.ReadRequest) (order.View, *outcome.Error) {
	if err := s.Serves(); err != nil {
		return order.View{}, err
	}
	view := s.fsm.machine.Read(r.Conversation, r.After, r.Limit)
	if r.After+1 < view.First {
		return view, outcome.Gone(r.After, view.First)
	}
	return view, nil
}

// Await returns when this replica may answer as the level asks. For Linearizable
// and Leader it must lead.
func (s *Replica) Await(ctx context.Context, r api.ReadRequest) *outcome.Error {
	switch r.Level {
	case api.LevelLinearizable:
		return s.Linearize(ctx)
	case api.LevelLeader:
		return s.Lease(ctx)
	case api.LevelSession:
		return s.reach(ctx, r.Conversation, r.MinSeq)
	}
	return nil
}

// Linearize returns when this replica's state includes everything that was
// acknowledged before the call, or says why it cannot know. See [transport.Evidence] for the
// argument.
func (s *Replica) Linearize(ctx context.Context) *outcome.Error {
	arrived := s.transport.Evidence.Begin()
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
func (s *Replica) proven(ctx context.Context, term uint64, arrived transport.Request) *outcome.Error {
	for {
		newest, ok, changed := s.transport.Evidence.Quorum(term, s.others())
		if ok && (newest.Tick > arrived.Tick || mutant.On(mutant.ProofBeforeRead)) {
			return nil
		}
		select {
		case s.provoke <- struct{}{}:
		default:
		}
		select {
		case <-changed:
		case <-s.became.Wait():
		case <-ctx.Done():
			return outcome.NoLeader("no majority confirmed this leader in time")
		}
		if !s.Leads() || s.raft.CurrentTerm() != term {
			return outcome.NoLeader("this node lost its lead during the read")
		}
	}
}

// proofPatience is how long a round of proof waits for its first answer.
const proofPatience = 25 * time.Millisecond

// provokeRounds asks the followers for newer evidence when a read needs it. Many
// reads share a round: the next one waits until some follower has answered, or
// until it is clear that none does.
func (s *Replica) provokeRounds() {
	for {
		select {
		case <-s.provoke:
			others, term := s.others(), s.raft.CurrentTerm()
			_, _, answered := s.transport.Evidence.Quorum(term, others)
			if !s.Leads() {
				continue
			}
			s.transport.Prove(s.cfg.ID, others, term)
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

// Lease returns when this replica may answer on the strength of a lease: a
// majority accepted a request that began so recently that none of them can have
// voted for anyone else yet, unless this leader has asked somebody to take over; see
// package transport and evidence.handOver.
func (s *Replica) Lease(ctx context.Context) *outcome.Error {
	term, err := s.readyTerm(ctx)
	if err != nil {
		return err
	}
	index := s.raft.CommitIndex()
	since, ok := s.transport.Evidence.Lease(term, s.others())
	length := time.Duration(float64(s.cfg.Promise()) * (1 - s.cfg.ClockDrift))
	if mutant.On(mutant.LeaseEqualsHeartbeat) {
		since, ok = s.transport.Evidence.Clock.Steady(), true
	}
	if !ok || s.transport.Evidence.Clock.Steady().Sub(since) >= length || s.raft.CurrentTerm() != term || !s.Leads() {
		return s.Linearize(ctx)
	}
	return s.apply(ctx, index)
}

// readyTerm waits until this node leads and has applied its barrier.
func (s *Replica) readyTerm(ctx context.Context) (uint64, *outcome.Error) {
	for {
		became := s.became.Wait()
		term := s.raft.CurrentTerm()
		if !s.Leads() {
			return 0, outcome.NoLeader("this node is not the leader")
		}
		if s.ready.Load() == term || mutant.On(mutant.NoBarrier) {
			return term, nil
		}
		select {
		case <-became:
		case <-ctx.Done():
			return 0, outcome.NoLeader("the new leader has not applied its barrier yet")
		}
	}
}

// CatchUp waits until the machine has applied the command at index. The index
// must be that of a command.
func (s *Replica) CatchUp(ctx context.Context, index uint64) *outcome.Error {
	for {
		applied := s.fsm.applied.Wait()
		if mutant.On(mutant.WaitOnAppliedIndex) && s.raft.AppliedIndex() >= index {
			return nil
		}
		if s.fsm.trail.newest().Index >= index {
			return nil
		}
		select {
		case <-applied:
		case <-ctx.Done():
			return &outcome.Error{Outcome: api.Fail, Reason: outcome.ReasonTimeout, Detail: "this replica did not catch up in time"}
		}
	}
}

// Shares refuses to answer where this replica's history is not the leader's at the
// leader's index, which it has reached.
func (s *Replica) Shares(leader order.State) *outcome.Error {
	if leader.Fingerprint == (order.Fingerprint{}) || mutant.On(mutant.WaitOnAppliedIndex) { // of an older version, or of an empty shard
		return nil
	}
	equal, known := s.Agrees(leader)
	switch {
	case !known:
		return &outcome.Error{Outcome: api.Fail, Reason: outcome.ReasonUnavailable, RetryAfter: time.Second,
			Detail: "this replica has just been filled and cannot compare its history with the leader's"}
	case !equal && s.cfg.Lazy == 0:
		s.Halt(fmt.Sprintf("at entry %d its history is another one than the leader's", leader.Index))
		return s.Serves()
	}
	return nil
}

// apply waits until the machine holds every command up to index.
//
// The library's own applied index cannot be asked: it moves when entries are
// queued for the machine, before they are applied. The machine, in turn, never
// hears of the leader's own empty entries, so their indexes at the end of the
// range must not be waited for.
func (s *Replica) apply(ctx context.Context, index uint64) *outcome.Error {
	for {
		applied := s.fsm.applied.Wait()
		have := s.fsm.machine.Index()
		for index > have {
			var entry raft.Log
			if err := s.log.GetLog(index, &entry); errors.Is(err, raft.ErrLogNotFound) {
				return nil // compacted, hence part of a snapshot of this machine
			} else if err != nil {
				return &outcome.Error{Outcome: api.Fail, Reason: outcome.ReasonUnavailable, Detail: "read log: " + err.Error()}
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
			return &outcome.Error{Outcome: api.Fail, Reason: outcome.ReasonTimeout, Detail: "this replica did not catch up in time"}
		}
	}
}

// reach waits until a conversation has a message with seq at least min.
func (s *Replica) reach(ctx context.Context, conversation string, min uint64) *outcome.Error {
	for {
		applied := s.fsm.applied.Wait()
		if last, _ := s.fsm.machine.Digest(conversation, 0); last >= min || mutant.On(mutant.MinSeqIgnored) {
			return nil
		}
		select {
		case <-applied:
		case <-ctx.Done():
			return &outcome.Error{Outcome: api.Fail, Reason: outcome.ReasonUnavailable, RetryAfter: time.Second,
				Detail: "this replica has not reached min_seq yet"}
		}
	}
}

// State is what this replica has applied.
func (s *Replica) State() order.State { return s.fsm.machine.State() }

// Digest is that of a conversation up to a seq; see order.Machine.Digest.
func (s *Replica) Digest(conversation string, upto uint64) (uint64, order.Digest) {
	return s.fsm.machine.Digest(conversation, upto)
}

// Messages gives those of a conversation that this replica has, whatever its condition.
func (s *Replica) Messages(conversation string, after uint64, limit int) order.View {
	return s.fsm.machine.Read(conversation, after, limit)
}

// Conversations counts those that this replica has; see order.Machine.Conversations.
func (s *Replica) Conversations() int { return s.fsm.machine.Conversations() }

// Applied gives a channel that is closed when the state changes. Take it before reading.
func (s *Replica) Applied() <-chan struct{} { return s.fsm.applied.Wait() }
