package node

import (
	"context"

	"lockstep/prototype/mutant"
	"lockstep/prototype/order"
)

// Submit orders messages of one conversation, here or at the leader. It gives
// the results of those that were ordered, from the first on; the error is about
// the rest.
func (n *Node) Submit(ctx context.Context, conversation string, commands []order.Command) ([]order.Result, *Error) {
	for patience := n.shardOf(conversation).patience(ctx); ; {
		results, err := n.SubmitLater(conversation, commands)(ctx)
		if err == nil || len(results) > 0 || !patience.again(err) {
			return results, err
		}
	}
}

// SubmitLater is Submit in two steps: what is submitted first is ordered first,
// if all goes well, and the function that it returns waits for the outcome. It
// must be called.
func (n *Node) SubmitLater(conversation string, commands []order.Command) func(context.Context) ([]order.Result, *Error) {
	s := n.shardOf(conversation)
	for patience := s.patience(n.life); !s.leads(); {
		if _, err := n.reachable(s); err == nil || !patience.again(err) {
			break
		}
	}
	if s.leads() {
		return n.within(s.submit(commands), n.live.majority(), s.working())
	}
	leader, err := n.reachable(s)
	if err != nil {
		return func(context.Context) ([]order.Result, *Error) { return nil, err }
	}
	return n.within(n.forwardSubmit(leader, conversation, commands), n.live.present(leader.ID))
}

// within bounds the wait for an outcome: by time, and by the presence of those
// without whom there will be none.
func (n *Node) within(wait func(context.Context) ([]order.Result, *Error), while ...context.Context) func(context.Context) ([]order.Result, *Error) {
	ctx, cancel := context.WithTimeout(context.Background(), n.cfg.SubmitTimeout)
	return func(caller context.Context) ([]order.Result, *Error) {
		defer cancel()
		defer context.AfterFunc(caller, cancel)()
		for _, w := range while {
			defer context.AfterFunc(w, cancel)()
		}
		return wait(ctx)
	}
}

// Read reads one conversation as the level asks. This node answers even if it
// does not lead: it asks the leader how far it must have come, and waits for
// that.
func (n *Node) Read(ctx context.Context, r ReadRequest) (order.View, *Error) {
	ctx, cancel := context.WithTimeout(ctx, n.cfg.ReadTimeout)
	defer cancel()
	s := n.shardOf(r.Conversation)
	if err := n.Await(ctx, r); err != nil {
		return order.View{}, err
	}
	return s.view(r)
}

// Await returns when this node may answer a read of a conversation, or of any
// other one in its shard, that had arrived by then.
func (n *Node) Await(ctx context.Context, r ReadRequest) *Error {
	for patience := n.shardOf(r.Conversation).patience(ctx); ; {
		if err := n.await(ctx, r); err == nil || !patience.again(err) {
			return err
		}
	}
}

func (n *Node) await(ctx context.Context, r ReadRequest) *Error {
	s := n.shardOf(r.Conversation)
	if r.Level == Session || r.Level == Local || s.leads() {
		return s.await(ctx, r)
	}
	if mutant.On(mutant.FollowerReadsLocally) {
		return nil
	}
	leader, err := n.reachable(s)
	if err != nil {
		return err
	}
	state, err := n.forwardRead(ctx, leader, s.id, r.Level)
	if err != nil {
		return err
	}
	if err := s.catchUp(ctx, state.Index); err != nil {
		return err
	}
	return s.shares(state)
}

// View reads what this node has, without asking anybody; see Await.
func (n *Node) View(r ReadRequest) (order.View, *Error) { return n.shardOf(r.Conversation).view(r) }

// reachable is the leader, if one is known.
func (n *Node) reachable(s *shard) (Peer, *Error) {
	if err := s.serves(); err != nil {
		return Peer{}, err
	}
	id := s.leader()
	leader, ok := n.roster.peer(id)
	if !ok || id == n.cfg.ID || !n.live.hears(id) {
		return Peer{}, s.leaderless()
	}
	return leader, nil
}

// Digest covers a conversation up to a seq, at this replica; see
// order.Machine.Digest.
func (n *Node) Digest(conversation string, upto uint64) (uint64, order.Digest) {
	return n.shardOf(conversation).digest(conversation, upto)
}

// Watch gives a channel that is closed when this replica's state of the
// conversation's shard changes. Take it before reading.
func (n *Node) Watch(conversation string) <-chan struct{} {
	return n.shardOf(conversation).applied()
}
