//go:build !js

package node

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"lockstep/prototype/api"
)

// Membership is what GET /v1/members gives, and all that a node needs to know to
// join.
type Membership struct {
	Shards  int      `json:"shards"`
	Members []Member `json:"members"`
}

func (n *Node) getMembers(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, Membership{Shards: n.cfg.Shards, Members: n.Members()})
}

// removeWithin bounds how long a removal may take in all shards.
const removeWithin = 30 * time.Second

// deleteMember removes a member from every shard. The answer tells who is left.
func (n *Node) deleteMember(w http.ResponseWriter, r *http.Request) {
	if !n.operator(w, r) {
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), removeWithin)
	defer cancel()
	err := n.Remove(ctx, r.PathValue("member"))
	switch {
	case errors.Is(err, ErrNoMember):
		writeProblem(w, api.Problem{Type: "urn:lockstep:not-found", Title: "There is no such member", Status: http.StatusNotFound,
			Detail: err.Error(), Instance: r.URL.Path, Outcome: Fail})
	case err != nil:
		writeProblem(w, api.Problem{Type: "urn:lockstep:member", Title: "The member is not removed from every shard", Status: http.StatusConflict,
			Detail: err.Error() + "; what was done stays done, and it may be asked for again", Instance: r.URL.Path, Outcome: Unknown})
	default:
		m := Membership{Shards: n.cfg.Shards, Members: n.Members()}
		// This node may be the one, and know no better.
		m.Members = slices.DeleteFunc(m.Members, func(x Member) bool { return x.ID == r.PathValue("member") })
		writeJSON(w, m)
	}
}

// postDrain hands over what this node leads and keeps it from leading again;
// deleteDrain ends that.
func (n *Node) postDrain(w http.ResponseWriter, r *http.Request) {
	if !n.operator(w, r) {
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), removeWithin)
	defer cancel()
	writeJSON(w, map[string]any{"node": n.cfg.ID, "draining": true, "leads": n.Drain(ctx)})
}

func (n *Node) deleteDrain(w http.ResponseWriter, r *http.Request) {
	if !n.operator(w, r) {
		return
	}
	n.balance.draining.Store(false)
	writeJSON(w, map[string]any{"node": n.cfg.ID, "draining": false})
}
