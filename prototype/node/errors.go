package node

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/raft"

	"lockstep/prototype/order"

	"lockstep/prototype/mutant"
)

// Error is why a request did not succeed, in the terms of a client.
type Error struct {
	Outcome    Outcome
	Reason     Reason
	Detail     string
	RetryAfter time.Duration // 0: no advice
	FirstSeq   uint64        // for ReasonGone: the oldest message that is retained
	// Seq and Hash are for ReasonConflict: where the message is that has the id, and
	// the SHA-256 of its body; see [order.Result].
	Seq  uint64
	Hash string
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
	ReasonConflict    Reason = "id-conflict" // the sender's id stands for another message
	ReasonForgotten   Reason = "id-too-old"  // nobody can tell whether the id was used
	ReasonFuture      Reason = "id-ahead"    // the id's time is too far ahead
	ReasonMemory      Reason = "id-memory"   // there is no room to remember the id
	ReasonGone        Reason = "gone"        // the messages are no longer retained
	ReasonOverloaded  Reason = "overloaded"  // the queue is full
	ReasonTimeout     Reason = "timeout"     // no answer in time
	ReasonUnavailable Reason = "unavailable" // this replica cannot answer as asked
	ReasonForked      Reason = "forked"      // this replica has stopped; see shard.halt
	ReasonSlowReader  Reason = "slow-reader" // the answer is not read
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
	return &Error{Outcome: Fail, Reason: ReasonInvalid, Detail: clip(fmt.Sprintf(format, args...))}
}

// clip bounds what of a request is repeated in the answer to it, in bytes.
func clip(text string) string {
	const most = 300
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}

func quoted(text string) string { return strconv.Quote(clip(text)) }

// rejected translates the decision of the log.
func rejected(r order.Result) *Error {
	e := &Error{Outcome: Fail, Detail: r.Rejected.String()}
	switch r.Rejected {
	case order.OutOfOrder:
		e.Reason = ReasonOrder
	case order.TooOld:
		e.Reason = ReasonTooOld
	case order.SessionExpired:
		e.Reason = ReasonExpired
	case order.TooManySenders:
		e.Reason = ReasonForbidden
	case order.Conflict:
		e.Reason, e.Seq, e.Hash = ReasonConflict, r.Seq, r.Hash
		e.Detail = fmt.Sprintf("the sender has used this id, or this number of the session, for another message: seq %d", r.Seq)
		if r.Hash != "" {
			e.Detail += ", whose body has the SHA-256 " + r.Hash
		}
		e.Detail += ". Send the new one with an id of its own"
	case order.Forgotten:
		e.Reason = ReasonForgotten
		e.Detail += ". Read the conversation; if the message is not there, send it with a new id"
	case order.FromTheFuture:
		e.Reason = ReasonFuture
		e.Detail += ". Set the clock of the client, and send the message with a new id"
	case order.MemoryFull:
		e.Reason, e.RetryAfter = ReasonMemory, time.Minute
		e.Detail += ". Send the message with a UUIDv7 (RFC 9562) as its id, or in a session"
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
