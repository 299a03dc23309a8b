package node

import (
	"context"

	"lockstep/prototype/api"
	"lockstep/prototype/mutant"
	"lockstep/prototype/node/outcome"
	"lockstep/prototype/node/replica"
	"lockstep/prototype/node/roster"
	"lockstep/prototype/order"
	"lockstep/prototype/tracing"
)

// Submit orders messages of one conversation, here or at the leader. It gives
// the results of those that were ordered, from the first on; the error is about
// the rest.
func (n *Node) Submit(ctx context.Context, conversation string, commands []order.Command) ([]order.Result, *outcome.Error) {
	for retry := n.shardOf(conversation).LeaderRetry(ctx); ; {
		results, err := n.submitLater(tracing.FromContext(ctx), conversation, commands)(ctx)
		if err == nil || len(results) > 0 || !retry.Again(err) {
			return results, err
		}
	}
}

// SubmitLater is Submit in two steps: what is submitted first is ordered first,
// if all goes well, and the function that it returns waits for the outcome. It
// must be called.
func (n *Node) SubmitLater(conversation string, commands []order.Command) func(context.Context) ([]order.Result, *outcome.Error) {
	return n.submitLater(nil, conversation, commands)
}

// submitLater is SubmitLater for what a span follows, if it is not nil.
func (n *Node) submitLater(span *tracing.Span, conversation string, commands []order.Command) func(context.Context) ([]order.Result, *outcome.Error) {
	s := n.shardOf(conversation)
	for retry := s.LeaderRetry(n.life); !s.Leads(); {
		if _, err := n.reachable(s); err == nil || !retry.Again(err) {
			break
		}
	}
	if s.Leads() {
		span = span.Begin("order")
		return n.within(span, s.Submit(span, commands), n.live.Majority(), s.Working())
	}
	leader, err := n.reachable(s)
	if err != nil {
		return func(context.Context) ([]order.Result, *outcome.Error) { return nil, err }
	}
	span = span.Call("forward")
	span.Says("lockstep.leader", leader.ID)
	return n.within(span, n.forwardSubmit(span, leader, conversation, commands), n.live.Present(leader.ID))
}

// within bounds the wait for an outcome: by time, and by the presence of those
// without whom there will be none. The span ends with the wait.
func (n *Node) within(span *tracing.Span, wait func(context.Context) ([]order.Result, *outcome.Error), while ...context.Context) func(context.Context) ([]order.Result, *outcome.Error) {
	ctx, cancel := context.WithTimeout(context.Background(), n.cfg.SubmitTimeout)
	return func(caller context.Context) ([]order.Result, *outcome.Error) {
		defer cancel()
		defer context.AfterFunc(caller, cancel)()
		for _, w := range while {
			defer context.AfterFunc(w, cancel)()
		}
		results, err := wait(ctx)
		if err != nil && err.Outcome == api.Unknown && err.Cause == "" {
			err.Cause = causeOf(ctx, while)
		}
		conclude(span, err)
		span.End()
		return results, err
	}
}

// conclude tells a span what became of a send; nil is an acknowledgement.
func conclude(span *tracing.Span, err *outcome.Error) {
	if err == nil {
		span.Says("lockstep.outcome", string(api.OK))
		return
	}
	span.Says("lockstep.outcome", string(err.Outcome))
	span.Says("lockstep.reason", string(err.Reason))
	span.Fails(string(err.Reason))
}

// causeOf says which end of a wait left an outcome unknown.
func causeOf(ctx context.Context, while []context.Context) outcome.Cause {
	for _, w := range while {
		if w.Err() != nil {
			return outcome.CauseLeaderLost
		}
	}
	if ctx.Err() == context.DeadlineExceeded {
		return outcome.CauseDeadline
	}
	return ""
}

// Read reads one conversation as the level asks. This node answers even if it
// does not lead: it asks the leader how far it must have come, and waits for
// that.
func (n *Node) Read(ctx context.Context, r api.ReadRequest) (order.View, *outcome.Error) {
	ctx, cancel := context.WithTimeout(ctx, n.cfg.ReadTimeout)
	defer cancel()
	s := n.shardOf(r.Conversation)
	if err := n.Await(ctx, r); err != nil {
		return order.View{}, err
	}
	return s.View(r)
}

// Await returns when this node may answer a read of a conversation, or of any
// other one in its shard, that had arrived by then.
func (n *Node) Await(ctx context.Context, r api.ReadRequest) *outcome.Error {
	return n.awaitShard(ctx, n.shardOf(r.Conversation), r)
}

func (n *Node) awaitShard(ctx context.Context, s *replica.Replica, r api.ReadRequest) *outcome.Error {
	for retry := s.LeaderRetry(ctx); ; {
		if err := n.await(ctx, s, r); err == nil || !retry.Again(err) {
			return err
		}
	}
}

func (n *Node) await(ctx context.Context, s *replica.Replica, r api.ReadRequest) *outcome.Error {
	if r.Level == api.LevelSession || r.Level == api.LevelLocal || s.Leads() {
		return s.Await(ctx, r)
	}
	if mutant.On(mutant.FollowerReadsLocally) {
		return nil
	}
	leader, err := n.reachable(s)
	if err != nil {
		return err
	}
	state, err := n.forwardRead(ctx, leader, s.Shard, r.Level)
	if err != nil {
		return err
	}
	if err := s.CatchUp(ctx, state.Index); err != nil {
		return err
	}
	return s.Shares(state)
}

// View reads what this node has, without asking anybody; see Await.
func (n *Node) View(r api.ReadRequest) (order.View, *outcome.Error) {
	return n.shardOf(r.Conversation).View(r)
}

// reachable is the leader, if one is known.
func (n *Node) reachable(s *replica.Replica) (roster.Peer, *outcome.Error) {
	if err := s.Serves(); err != nil {
		return roster.Peer{}, err
	}
	id := s.Leader()
	leader, ok := n.roster.Find(id)
	if !ok || id == n.cfg.ID || !n.live.Hears(id) {
		return roster.Peer{}, s.Leaderless()
	}
	return leader, nil
}

// Digest covers a conversation up to a seq, at this replica; see
// order.Machine.Digest.
func (n *Node) Digest(conversation string, upto uint64) (uint64, order.Digest) {
	return n.shardOf(conversation).Digest(conversation, upto)
}

// Watch gives a channel that is closed when this replica's state of the
// conversation's shard changes. Take it before reading.
func (n *Node) Watch(conversation string) <-chan struct{} {
	return n.shardOf(conversation).Applied()
}
