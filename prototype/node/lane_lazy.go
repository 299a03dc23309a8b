package node

import (
	"slices"
	"time"

	"lockstep/prototype/order"
)

// The lazy lane is what most systems run unless they are told otherwise: ordered
// by a Raft leader, acknowledged when a majority has the message in memory, and
// written to disk once in a while. It is the code of the quorum lane, all of it,
// on one more Raft group whose log is flushed lazily; terms and votes are flushed
// at once there, too.
//
// So it survives what Raft survives, a leader that dies or is cut off, as long as
// no majority goes down before its next flush. What a node has not flushed is in
// its process's memory and in no cache of the kernel: SIGKILL takes it as a loss of
// power does. A node that comes back without it has broken its word to the others,
// and an acknowledged message is lost if no majority kept theirs.

// lazyMark begins the name that a conversation of the lazy lane has within the
// nodes. No name that comes from outside has it; see Node.checkName. By it alone
// the group is found, so requests are passed on, read and waited for as those of
// the quorum lane are.
const lazyMark = "\x00lazy/"

// LazyEvery is what a program sets Config.Lazy to that has no reason for anything
// else: once a second is what systems with lazy flushes do.
const LazyEvery = time.Second

// groups counts a node's Raft groups.
func (c Config) groups() int {
	if c.Lazy > 0 {
		return c.Shards + 1
	}
	return c.Shards
}

// quorum is the shards of the quorum lane.
func (n *Node) quorum() []*shard { return n.shards[:n.cfg.Shards] }

// lazyShard is the group of the lazy lane, or nil.
func (n *Node) lazyShard() *shard {
	if n.cfg.Lazy == 0 {
		return nil
	}
	return n.shards[n.cfg.Shards]
}

// nameIn is the name of a lane's conversation within the nodes.
func nameIn(lane, conversation string) string {
	if lane == LaneLazy {
		return lazyMark + conversation
	}
	return conversation
}

// inLazy gives commands for the lazy lane.
func inLazy(commands []order.Command) []order.Command {
	commands = slices.Clone(commands)
	for i := range commands {
		commands[i].Conversation = lazyMark + commands[i].Conversation
	}
	return commands
}

// HasLane gives an error for a lane that this node does not have.
func (n *Node) HasLane(lane string) *Error {
	if lane == LaneLazy && n.lazyShard() == nil {
		return invalid("this node has no lane %q: start every node with --lazy-lane", LaneLazy)
	}
	return nil
}
