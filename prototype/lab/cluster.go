package lab

import (
	"context"

	"lockstep/prototype/api"
	"lockstep/prototype/cluster"
	"lockstep/prototype/fault"
	"lockstep/prototype/lab/frame"
	"lockstep/prototype/lab/judging"
)

// Cluster is what a lab needs from the thing that it watches and breaks: three
// processes on a laptop, or three nodes in a browser's worker. The lab calls it
// from many goroutines at once. Every call that takes a context returns soon
// after that context ends, even if the node is frozen.
type Cluster interface {
	// Members lists all nodes in a fixed order. It must not wait for any node.
	Members() []cluster.Member
	// Shard says which shard orders a conversation.
	Shard(conversation string) int

	// Status asks a node what it knows of itself.
	Status(ctx context.Context, node string) (api.Status, error)
	// Read asks a node for messages above a seq. The weak lanes know no levels.
	Read(ctx context.Context, node string, lane frame.Lane, r api.ReadRequest) (api.View, error)
	// Digest asks a node how far its copy of a lane reaches, or up to a seq if that is
	// not 0, and for a value that stands for all of it up to there.
	Digest(ctx context.Context, node string, lane frame.Lane, conversation string, upto uint64) (api.Digest, error)
	// Send makes one attempt through a node, and never tries again by itself.
	Send(ctx context.Context, node string, lane frame.Lane, conversation string, m api.Message) judging.Answer

	// Kill ends a node without warning; PowerOff does so in the middle of a flush,
	// whose bytes are lost or torn; Pause freezes it until Resume; Cut cuts
	// its links to the other nodes, but not to its clients; Break breaks something
	// else at it, until Reconnect, which mends all that is broken at a node that
	// runs; Restart brings back a node that is down, or ends a running one first, in
	// good order if it is a process. An error that is errors.ErrUnsupported says that this kind of
	// cluster cannot do it.
	Kill(node string) error
	PowerOff(node string) error
	// Blackout ends all nodes that run, at the same instant.
	Blackout() error
	Pause(node string) error
	Resume(node string) error
	Cut(ctx context.Context, node string) error
	Break(ctx context.Context, node string, f fault.Fault) error
	Reconnect(ctx context.Context, node string) error
	Restart(ctx context.Context, node string) error
}
