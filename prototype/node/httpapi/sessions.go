//go:build !js

package httpapi

import (
	"net/http"

	"lockstep/prototype/api"
	"lockstep/prototype/order"
)

// postSession opens a session for a sender. Opening one twice, as a client does
// that had no answer, leaves an unused one behind, which is forgotten in time.
func (a *API) postSession(w http.ResponseWriter, r *http.Request) {
	conversation, err := a.conversation(r)
	var request struct {
		Sender string `json:"sender"`
	}
	if err == nil {
		err = a.decodeOne(r, 6*a.settings.MaxID+1024, &request)
	}
	if err == nil {
		err = a.checkName("sender", request.Sender)
	}
	if err == nil { // it takes a place in the log, as a message does
		_, err = a.quotas.admit(r.Context(), clientOf(r.Context(), r.RemoteAddr), laneOf(r), []order.Command{{Conversation: conversation, Sender: request.Sender}})
	}
	var results []order.Result
	if err == nil {
		results, err = a.node.Register(r.Context(), laneOf(r), conversation, request.Sender)
	}
	if err == nil && results[0].Rejected != 0 {
		err = rejected(results[0])
	}
	if err != nil {
		fail(w, r, err)
		return
	}
	writeJSON(w, api.Session{Conversation: conversation, Session: results[0].Session, Window: order.Window})
}
