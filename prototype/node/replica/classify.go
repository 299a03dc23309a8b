package replica

import (
	"errors"

	"github.com/hashicorp/raft"

	"lockstep/prototype/mutant"
	"lockstep/prototype/node/outcome"
)

// classify translates what the library says about a proposed entry. Only what
// certainly never reached the log is a failure; the rest is unknown.
func classify(err error) *outcome.Error {
	switch {
	case errors.Is(err, raft.ErrNotLeader):
		return outcome.NoLeader("this node is not the leader")
	case errors.Is(err, raft.ErrLeadershipTransferInProgress):
		return outcome.NoLeader("the leader is handing over")
	case errors.Is(err, raft.ErrLeadershipLost):
		if mutant.On(mutant.UnknownAsFail) {
			return outcome.NoLeader("this node lost its lead")
		}
		return outcome.LeaderLost("the leader lost its lead after it had proposed the message")
	case errors.Is(err, raft.ErrRaftShutdown):
		return outcome.Uncertain("the node is stopping")
	}
	return outcome.Uncertain(err.Error())
}
