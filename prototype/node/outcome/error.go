// Package outcome says, in the terms of a client, why a request did not succeed, and
// whether it certainly had no effect.
//
// Whoever is not sure says [api.Unknown]. A request that certainly was not applied may be
// made anew; one whose outcome is unknown must be repeated with the same message id.
package outcome

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"lockstep/prototype/api"
)

// Error is why a request did not succeed, in the terms of a client.
type Error struct {
	Outcome    api.Outcome
	Reason     Reason
	Detail     string
	RetryAfter time.Duration // 0: no advice
	FirstSeq   uint64        // for ReasonGone: the oldest message that is retained
	// Seq and Hash are for ReasonConflict: where the message is that has the id, and
	// the SHA-256 of its body; see order.Result.
	Seq  uint64
	Hash string
	// Cause is for api.Unknown: what was in the way of an answer, for metrics.
	Cause Cause `json:",omitempty"`
}

// Cause is why nobody knows an outcome; "" stands for all others.
type Cause string

const (
	CauseDeadline   Cause = "deadline"    // the node's time for a send was over
	CauseLeaderLost Cause = "leader_lost" // the leader lost its lead, its followers, its disk or its connection
)

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
	ReasonForked      Reason = "forked"      // this replica has stopped; see replica.Replica.Halt
	ReasonSlowReader  Reason = "slow-reader" // the answer is not read
	ReasonDiskFull    Reason = "disk-full"   // the disk of the leader, or of this replica, takes no more
)

func (e *Error) Error() string { return fmt.Sprintf("%s (%s): %s", e.Reason, e.Outcome, e.Detail) }

// NoLeader is for a request that nobody can order at the moment.
func NoLeader(detail string) *Error {
	return &Error{Outcome: api.Fail, Reason: ReasonNoLeader, Detail: detail, RetryAfter: time.Second}
}

// DiskFull is for a request that a disk has no room for.
func DiskFull(detail string) *Error {
	return &Error{Outcome: api.Fail, Reason: ReasonDiskFull, Detail: detail, RetryAfter: time.Second}
}

// Uncertain is for a request that perhaps was applied.
func Uncertain(detail string) *Error {
	return &Error{Outcome: api.Unknown, Reason: ReasonTimeout, Detail: detail}
}

// LeaderLost is Uncertain because the leader could not bring the request to its end.
func LeaderLost(detail string) *Error {
	err := Uncertain(detail)
	err.Cause = CauseLeaderLost
	return err
}

// Invalid is for a request that makes no sense.
func Invalid(format string, args ...any) *Error {
	return &Error{Outcome: api.Fail, Reason: ReasonInvalid, Detail: Clip(fmt.Sprintf(format, args...))}
}

// Clip bounds what of a request is repeated in the answer to it, in bytes.
func Clip(text string) string {
	const most = 300
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}

// Quoted is Clip in quotation marks.
func Quoted(text string) string { return strconv.Quote(Clip(text)) }

// Gone is the answer to one who asks for messages that were forgotten.
func Gone(after, first uint64) *Error {
	return &Error{Outcome: api.Fail, Reason: ReasonGone, FirstSeq: first,
		Detail: fmt.Sprintf("messages after %d were asked for, and the oldest that is retained is %d: go on with after=%d", after, first, first-1)}
}
