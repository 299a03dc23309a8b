package node

import (
	"context"

	"lockstep/prototype/api"
	"lockstep/prototype/node/outcome"
	"lockstep/prototype/order"
	"lockstep/prototype/tracing"
)

// SubmitIn is Submit in a lane.
func (n *Node) SubmitIn(ctx context.Context, name, conversation string, commands []order.Command) ([]order.Result, *outcome.Error) {
	if err := n.HasLane(name); err != nil {
		return nil, err
	}
	switch name {
	case LaneQuorum:
		return n.Submit(ctx, conversation, commands)
	case LaneLazy:
		return n.Submit(ctx, nameIn(name, conversation), inLazy(commands))
	}
	return n.lanes.submit(ctx, name, conversation, commands)
}

// SubmitLaterIn is SubmitLater in a lane, for what the span of the context follows. In a
// weak lane the messages are ordered when it returns.
func (n *Node) SubmitLaterIn(ctx context.Context, lane, conversation string, commands []order.Command) func(context.Context) ([]order.Result, *outcome.Error) {
	switch lane {
	case LaneQuorum:
		return n.submitLater(tracing.FromContext(ctx), conversation, commands)
	case LaneLazy:
		return n.submitLater(tracing.FromContext(ctx), nameIn(lane, conversation), inLazy(commands))
	}
	results, err := n.SubmitIn(context.Background(), lane, conversation, commands)
	return func(context.Context) ([]order.Result, *outcome.Error) { return results, err }
}

// Register opens a session for a sender in a lane; see order.Command. The result holds
// its number.
func (n *Node) Register(ctx context.Context, lane, conversation, sender string) ([]order.Result, *outcome.Error) {
	conversation = nameIn(lane, conversation)
	return n.Submit(ctx, conversation, []order.Command{{Conversation: conversation, Sender: sender, Register: true}})
}

// WatchIn is Watch in a lane; the weak lanes do not tell of their changes.
func (n *Node) WatchIn(lane, conversation string) <-chan struct{} {
	return n.Watch(nameIn(lane, conversation))
}

// LaneStatus gives the state of a weak lane in every shard.
func (n *Node) LaneStatus(lane string) []api.ShardStatus { return n.lanes.status(lane) }

// ReadIn gives what this node has of a conversation in a lane. A lane that it does
// not have is empty.
func (n *Node) ReadIn(name, conversation string, after uint64, limit int) order.View {
	switch {
	case n.HasLane(name) != nil:
		return order.View{First: 1}
	case name == LaneQuorum, name == LaneLazy:
		conversation = nameIn(name, conversation)
		return n.shardOf(conversation).Messages(conversation, after, limit)
	}
	return n.lanes.view(name, conversation, after, limit)
}

// Conversations counts those that have begun at this node, in all its shards and lanes. One
// that is in two lanes is two.
func (n *Node) Conversations() int {
	count := n.lanes.conversations()
	for _, s := range n.shards {
		count += s.Conversations()
	}
	return count
}

// DigestIn is Digest in a lane.
func (n *Node) DigestIn(name, conversation string, upto uint64) (uint64, order.Digest) {
	switch {
	case n.HasLane(name) != nil:
		return 0, order.Digest{}
	case name == LaneQuorum, name == LaneLazy:
		return n.Digest(nameIn(name, conversation), upto)
	}
	return n.lanes.digest(name, conversation, upto)
}

// Serves is Replica.Serves for a conversation of a lane; the weak lanes promise no
// history, and go on.
func (n *Node) Serves(lane, conversation string) *outcome.Error {
	if lane != LaneQuorum {
		return nil
	}
	return n.shardOf(conversation).Serves()
}
