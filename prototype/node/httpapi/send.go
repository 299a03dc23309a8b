//go:build !js

package httpapi

import (
	"mime"
	"net/http"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/node"
	"lockstep/prototype/node/outcome"
	"lockstep/prototype/order"
	"lockstep/prototype/tracing"
)

// rawLimit bounds a message as JSON: in the worst case each byte of the body is
// written as a six-byte escape.
func (a *API) rawLimit() int { return 6*(a.settings.MaxBody+3*a.settings.MaxID) + 1024 }

// leaderHeader names the node that leads the conversation, for clients who want
// to save themselves a hop.
const leaderHeader = "Lockstep-Leader"

func (a *API) postMessages(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	defer func() { a.meter.sendRequests.Observe(time.Since(start).Seconds()) }()
	span := a.settings.Tracer.Receive(r.Header, "POST /v1/conversations/{conversation}/messages")
	defer span.End()
	r = r.WithContext(span.In(r.Context()))
	conversation, err := a.conversation(r)
	if err != nil {
		a.meter.nowhere.refused(err, 1)
		a.conclude(span, "", "", err)
		fail(w, r, err)
		return
	}
	span.Says("lockstep.conversation", conversation)
	span.Says("lockstep.lane", laneOf(r))
	if leader, err := a.node.Leader(conversation); err == nil && laneOf(r) == node.LaneQuorum {
		w.Header().Set(leaderHeader, leader.HTTP)
	}
	switch media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); media {
	case "application/json", "":
		a.postOne(w, r, conversation)
	case "application/x-ndjson":
		a.postStream(w, r, conversation)
	default:
		err := &outcome.Error{Outcome: api.Fail, Reason: outcome.ReasonInvalid}
		a.meter.of(laneOf(r), conversation).refused(err, 1)
		a.conclude(span, conversation, "", err)
		writeProblem(w, api.Problem{Type: "urn:lockstep:media-type", Title: "This content type is not understood",
			Status: http.StatusUnsupportedMediaType, Detail: "send application/json or application/x-ndjson", Instance: r.URL.Path, Outcome: api.Fail})
	}
}

func (a *API) postOne(w http.ResponseWriter, r *http.Request, conversation string) {
	var m api.Message
	err := a.decodeOne(r, a.rawLimit(), &m)
	if key := r.Header.Get("Idempotency-Key"); err == nil && key != "" {
		if m.ID != "" && m.ID != key {
			err = outcome.Invalid("id and Idempotency-Key differ")
		}
		m.ID = key
	}
	var c order.Command
	if err == nil {
		c, err = a.command(conversation, m)
	}
	meter, span := a.meter.of(laneOf(r), conversation), tracing.FromContext(r.Context())
	if err != nil {
		a.conclude(span, conversation, outcome.Clip(m.ID), err)
		meter.refused(err, 1)
		fail(w, r, err)
		return
	}
	span.Says("lockstep.message", c.ID)
	if _, err := a.quotas.admit(r.Context(), clientOf(r.Context(), r.RemoteAddr), laneOf(r), []order.Command{c}); err != nil {
		a.conclude(span, conversation, c.ID, err)
		meter.refused(err, 1)
		fail(w, r, err)
		return
	}
	received := time.Now() // a client may take its time to send the whole of it
	meter.began(received)
	results, err := a.node.SubmitIn(r.Context(), laneOf(r), conversation, []order.Command{c})
	meter.ended(received, results, err, 1, r.Context().Err() != nil, span)
	if err == nil && results[0].Rejected != 0 {
		err = rejected(results[0])
	}
	a.conclude(span, conversation, c.ID, err)
	if err != nil {
		fail(w, r, err)
		return
	}
	writeJSON(w, result(conversation, c.ID, results[0]))
}

// conclude notes what became of a message, or of the first of several that was not
// acknowledged; span may be nil, and id "" where it could not be read.
// The detail of a refusal is for the client alone: it may hold a fingerprint of a text.
func (a *API) conclude(span *tracing.Span, conversation, id string, err *outcome.Error) {
	if err == nil {
		span.Says("lockstep.outcome", string(api.OK))
		return
	}
	span.Says("lockstep.outcome", string(err.Outcome))
	span.Says("lockstep.reason", string(err.Reason))
	span.Fails(string(err.Reason))
	a.settings.Logger.Debug("a message was not acknowledged", "conversation", conversation, "message", id, "outcome", err.Outcome, "reason", err.Reason, "trace_id", span.TraceID())
}

func result(conversation, id string, r order.Result) api.Ack {
	return api.Ack{Conversation: conversation, Seq: r.Seq, ID: id, Epoch: r.Epoch, Duplicate: r.Duplicate}
}
