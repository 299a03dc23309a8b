//go:build !js

package httpapi

import (
	"fmt"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/node/outcome"
	"lockstep/prototype/order"
)

// reasonRejected is the reason of rejected for metrics.
func reasonRejected(r order.Rejection) reason {
	switch r {
	case order.OutOfOrder, order.TooOld, order.SessionExpired, order.Conflict, order.Forgotten, order.FromTheFuture:
		return reasonInvalid
	case order.MemoryFull:
		return reasonOverload
	}
	return reasonLimit
}

// rejected translates the decision of the log.
func rejected(r order.Result) *outcome.Error {
	e := &outcome.Error{Outcome: api.Fail, Detail: r.Rejected.String()}
	switch r.Rejected {
	case order.OutOfOrder:
		e.Reason = outcome.ReasonOrder
	case order.TooOld:
		e.Reason = outcome.ReasonTooOld
	case order.SessionExpired:
		e.Reason = outcome.ReasonExpired
	case order.TooManySenders:
		e.Reason = outcome.ReasonForbidden
	case order.Conflict:
		e.Reason, e.Seq, e.Hash = outcome.ReasonConflict, r.Seq, r.Hash
		e.Detail = fmt.Sprintf("the sender has used this id, or this number of the session, for another message: seq %d", r.Seq)
		if r.Hash != "" {
			e.Detail += ", whose body has the SHA-256 " + r.Hash
		}
		e.Detail += ". Send the new one with an id of its own"
	case order.Forgotten:
		e.Reason = outcome.ReasonForgotten
		e.Detail += ". Read the conversation; if the message is not there, send it with a new id"
	case order.FromTheFuture:
		e.Reason = outcome.ReasonFuture
		e.Detail += ". Set the clock of the client, and send the message with a new id"
	case order.MemoryFull:
		e.Reason, e.RetryAfter = outcome.ReasonMemory, time.Minute
		e.Detail += ". Send the message with a UUIDv7 (RFC 9562) as its id, or in a session"
	default:
		e.Reason, e.RetryAfter = outcome.ReasonAdmission, time.Minute
	}
	return e
}
