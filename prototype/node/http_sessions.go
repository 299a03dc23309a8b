//go:build !js

package node

import (
	"net/http"

	"lockstep/prototype/order"
)

// wireSession answers the opening of a session.
type wireSession struct {
	Conversation string `json:"conversation"`
	Session      uint64 `json:"session"`
	// Window is how many messages may be under way: the result of an older one is
	// forgotten.
	Window int `json:"window"`
}

// postSession opens a session for a sender. Opening one twice, as a client does
// that had no answer, leaves an unused one behind, which is forgotten in time.
func (a *API) postSession(w http.ResponseWriter, r *http.Request) {
	conversation, err := a.conversation(r)
	var request struct {
		Sender string `json:"sender"`
	}
	if err == nil {
		err = a.decodeOne(r, 6*a.node.Config().MaxID+1024, &request)
	}
	if err == nil {
		err = a.checkName("sender", request.Sender)
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
	writeJSON(w, wireSession{conversation, results[0].Session, order.Window})
}
