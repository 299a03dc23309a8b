//go:build !js

package node

import (
	"net/http"

	"lockstep/prototype/api"
	"lockstep/prototype/order"
)

// postSession opens a session for a sender. Opening one twice, as a client does
// that had no answer, leaves an unused one behind, which is forgotten in time.
func (n *Node) postSession(w http.ResponseWriter, r *http.Request) {
	conversation, err := n.conversation(r)
	var request struct {
		Sender string `json:"sender"`
	}
	if err == nil {
		err = n.decodeOne(r, 6*n.cfg.MaxID+1024, &request)
	}
	if err == nil {
		err = n.checkName("sender", request.Sender)
	}
	var results []order.Result
	if err == nil {
		inside := nameIn(laneOf(r), conversation)
		results, err = n.Submit(r.Context(), inside, []order.Command{{Conversation: inside, Sender: request.Sender, Register: true}})
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
