package node

import (
	"errors"

	"github.com/hashicorp/raft"

	"lockstep/prototype/mutant"
)

// classify translates what the library says about a proposed entry. Only what
// certainly never reached the log is a failure; the rest is unknown.
func classify(err error) *Error {
	switch {
	case errors.Is(err, raft.ErrNotLeader):
		return noLeader("this node is not the leader")
	case errors.Is(err, raft.ErrLeadershipTransferInProgress):
		return noLeader("the leader is handing over")
	case errors.Is(err, raft.ErrLeadershipLost):
		if mutant.On(mutant.UnknownAsFail) {
			return noLeader("this node lost its lead")
		}
		return unknown("the leader lost its lead after it had proposed the message")
	case errors.Is(err, raft.ErrRaftShutdown):
		return unknown("the node is stopping")
	}
	return unknown(err.Error())
}
