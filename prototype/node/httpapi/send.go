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
	conversation, err := a.conversation(r)
	if err != nil {
		a.meter.nowhere.refused(err, 1)
		fail(w, r, err)
		return
	}
	if leader, err := a.node.Leader(conversation); err == nil && laneOf(r) == node.LaneQuorum {
		w.Header().Set(leaderHeader, leader.HTTP)
	}
	switch media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); media {
	case "application/json", "":
		a.postOne(w, r, conversation)
	case "application/x-ndjson":
		a.postStream(w, r, conversation)
	default:
		a.meter.of(laneOf(r), conversation).refused(&outcome.Error{Outcome: api.Fail, Reason: outcome.ReasonInvalid}, 1)
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
	meter := a.meter.of(laneOf(r), conversation)
	if err != nil {
		meter.refused(err, 1)
		fail(w, r, err)
		return
	}
	if _, err := a.quotas.admit(clientOf(r.Context(), r.RemoteAddr), laneOf(r), []order.Command{c}); err != nil {
		meter.refused(err, 1)
		fail(w, r, err)
		return
	}
	received := time.Now() // a client may take its time to send the whole of it
	meter.began(received)
	results, err := a.node.SubmitIn(r.Context(), laneOf(r), conversation, []order.Command{c})
	meter.ended(received, results, err, 1, r.Context().Err() != nil)
	if err == nil && results[0].Rejected != 0 {
		err = rejected(results[0])
	}
	if err != nil {
		fail(w, r, err)
		return
	}
	writeJSON(w, result(conversation, c.ID, results[0]))
}

func result(conversation, id string, r order.Result) api.Ack {
	return api.Ack{Conversation: conversation, Seq: r.Seq, ID: id, Epoch: r.Epoch, Duplicate: r.Duplicate}
}
