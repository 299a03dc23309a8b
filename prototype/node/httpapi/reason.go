//go:build !js

package httpapi

import (
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/node/outcome"
)

// reason is why a message or a read did not succeed, as metrics name it. There are few,
// since each is a series for each shard.
type reason string

const (
	reasonNone reason = "none" // it did succeed

	// These are the sender's own fault; see reason.own.
	reasonInvalid reason = "invalid"  // it makes no sense, or session, id, page or token do not allow it
	reasonTooLong reason = "too_long" // beyond what a message may have
	reasonLimit   reason = "limit"    // above a limit of the conversation or of the client
	reasonGone    reason = "gone"     // the client left, or did not read, before a good service would have answered

	// These are the service's.
	reasonOverload   reason = "overload"    // this node or the shard has too much to do
	reasonNoLeader   reason = "no_leader"   // nobody could order, or the node is stopping
	reasonDisk       reason = "disk"        // a disk takes no more, or this node by its quota
	reasonBehind     reason = "behind"      // this replica cannot answer as asked
	reasonDeadline   reason = "deadline"    // no answer in time
	reasonLeaderLost reason = "leader_lost" // the leader lost its lead, its followers, its disk or its connection
	reasonOther      reason = "other"
)

// own says whether a reason is the fault of who asked. The objective for sends leaves out
// what fails for such a reason.
func (r reason) own() bool {
	switch r {
	case reasonInvalid, reasonTooLong, reasonLimit, reasonGone:
		return true
	}
	return false
}

// reasons of refusals, by what the client is told.
var reasons = map[outcome.Reason]reason{
	outcome.ReasonInvalid:     reasonInvalid,
	outcome.ReasonTooLarge:    reasonTooLong,
	outcome.ReasonNoLeader:    reasonNoLeader,
	outcome.ReasonAdmission:   reasonLimit,
	outcome.ReasonForbidden:   reasonLimit,
	outcome.ReasonOrder:       reasonInvalid,
	outcome.ReasonTooOld:      reasonInvalid,
	outcome.ReasonExpired:     reasonInvalid,
	outcome.ReasonConflict:    reasonInvalid,
	outcome.ReasonForgotten:   reasonInvalid,
	outcome.ReasonFuture:      reasonInvalid,
	outcome.ReasonMemory:      reasonOverload,
	outcome.ReasonGone:        reasonInvalid,
	outcome.ReasonOverloaded:  reasonOverload,
	outcome.ReasonTimeout:     reasonDeadline,
	outcome.ReasonUnavailable: reasonBehind,
	outcome.ReasonForked:      reasonOther,
	outcome.ReasonSlowReader:  reasonGone,
	outcome.ReasonDiskFull:    reasonDisk,
	reasonUnauthorized:        reasonInvalid,
	reasonRole:                reasonInvalid,
	reasonQuotaNode:           reasonDisk,
	reasonQuotaBegin:          reasonLimit,
	reasonQuotaConversation:   reasonLimit,
	reasonQuotaClient:         reasonLimit,
}

// reasonOf is that of an error.
func reasonOf(err *outcome.Error) reason {
	if err.Outcome == api.Unknown {
		switch err.Cause {
		case outcome.CauseDeadline:
			return reasonDeadline
		case outcome.CauseLeaderLost:
			return reasonLeaderLost
		}
		if err.Reason == outcome.ReasonSlowReader {
			return reasonGone
		}
		return reasonOther
	}
	if r, ok := reasons[err.Reason]; ok {
		return r
	}
	return reasonOther
}

// patience is within how long nearly every send is answered when all is well; it is the
// longer bound of the objective for the time of sends.
const patience = 250 * time.Millisecond

// reasonLeft is reasonOf for an outcome that is unknown since the client has gone, so long
// after the message came. Only who leaves at once may be blamed for that: otherwise a
// service that hangs would look well as long as its clients give up before it does.
func reasonLeft(after time.Duration) reason {
	if after < patience {
		return reasonGone
	}
	return reasonDeadline
}
