package node

import (
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/raft"

	"lockstep/prototype/order"

	"lockstep/prototype/mutant"
)

// Outcome is what is certain about a request that did not succeed.
type Outcome string

const (
	Fail    Outcome = "fail"    // certainly not applied: send again, or give up
	Unknown Outcome = "unknown" // perhaps applied: send again with the same id
)

// Error is why a request did not succeed, in the terms of a client.
type Error struct {
	Outcome    Outcome
	Reason     Reason
	Detail     string
	RetryAfter time.Duration // 0: no advice
	FirstSeq   uint64        // for ReasonGone: the oldest message that is retained
}

// Reason is the class of an error; it decides the HTTP status.
type Reason string

const (
	ReasonInvalid     Reason = "invalid"     // the request makes no sense
	ReasonTooLarge    Reason = "too-large"   // beyond a limit
	ReasonNoLeader    Reason = "no-leader"   // nobody can order at the moment
	ReasonAdmission   Reason = "admission"   // over the conversation's limit
	ReasonForbidden   Reason = "members"     // the conversation is full
	ReasonOrder       Reason = "order"       // the session's order does not allow it
	ReasonTooOld      Reason = "too-old"     // the session has forgotten the result
	ReasonExpired     Reason = "session"     // the session is forgotten
	ReasonGone        Reason = "gone"        // the messages are no longer retained
	ReasonOverloaded  Reason = "overloaded"  // the queue is full
	ReasonTimeout     Reason = "timeout"     // no answer in time
	ReasonUnavailable Reason = "unavailable" // this replica cannot answer as asked
	ReasonDiskFull    Reason = "disk-full"   // the disk of the leader, or of this replica, takes no more
)

func (e *Error) Error() string { return fmt.Sprintf("%s (%s): %s", e.Reason, e.Outcome, e.Detail) }

func noLeader(detail string) *Error {
	return &Error{Outcome: Fail, Reason: ReasonNoLeader, Detail: detail, RetryAfter: time.Second}
}

func diskFull(detail string) *Error {
	return &Error{Outcome: Fail, Reason: ReasonDiskFull, Detail: detail, RetryAfter: time.Second}
}

func unknown(detail string) *Error {
	return &Error{Outcome: Unknown, Reason: ReasonTimeout, Detail: detail}
}

func invalid(format string, args ...any) *Error {
	return &Error{Outcome: Fail, Reason: ReasonInvalid, Detail: fmt.Sprintf(format, args...)}
}

// rejected translates the decision of the log.
func rejected(r order.Rejection) *Error {
	e := &Error{Outcome: Fail, Detail: r.String()}
	switch r {
	case order.OutOfOrder:
		e.Reason = ReasonOrder
	case order.TooOld:
		e.Reason = ReasonTooOld
	case order.SessionExpired:
		e.Reason = ReasonExpired
	case order.TooManySenders:
		e.Reason = ReasonForbidden
	default:
		e.Reason, e.RetryAfter = ReasonAdmission, time.Minute
	}
	return e
}

// gone is the answer to one who asks for messages that were forgotten.
func gone(after, first uint64) *Error {
	return &Error{Outcome: Fail, Reason: ReasonGone, FirstSeq: first,
		Detail: fmt.Sprintf("messages after %d were asked for, and the oldest that is retained is %d: go on with after=%d", after, first, first-1)}
}

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
