//go:build !js

package node

import (
	"fmt"
	"time"

	"lockstep/prototype/order"
)

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
