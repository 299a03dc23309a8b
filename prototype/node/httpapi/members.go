//go:build !js

package httpapi

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/node/member"
)

// Membership is what GET /v1/members gives, and all that a node needs to know to
// join.
type Membership struct {
	Shards  int             `json:"shards"`
	Members []member.Member `json:"members"`
}

func (a *API) getMembers(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, Membership{Shards: a.settings.Shards, Members: a.node.Members()})
}

// removeWithin bounds how long a removal may take in all shards.
const removeWithin = 30 * time.Second

// deleteMember removes a member from every shard. The answer tells who is left.
func (a *API) deleteMember(w http.ResponseWriter, r *http.Request) {
	if !a.operator(w, r) {
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), removeWithin)
	defer cancel()
	err := a.node.Remove(ctx, r.PathValue("member"))
	switch {
	case errors.Is(err, member.ErrNoMember):
		writeProblem(w, api.Problem{Type: "urn:lockstep:not-found", Title: "There is no such member", Status: http.StatusNotFound,
			Detail: err.Error(), Instance: r.URL.Path, Outcome: api.Fail})
	case err != nil:
		writeProblem(w, api.Problem{Type: "urn:lockstep:member", Title: "The member is not removed from every shard", Status: http.StatusConflict,
			Detail: err.Error() + "; what was done stays done, and it may be asked for again", Instance: r.URL.Path, Outcome: api.Unknown})
	default:
		m := Membership{Shards: a.settings.Shards, Members: a.node.Members()}
		// This node may be the one, and know no better.
		m.Members = slices.DeleteFunc(m.Members, func(x member.Member) bool { return x.ID == r.PathValue("member") })
		writeJSON(w, m)
	}
}

// postDrain hands over what this node leads and keeps it from leading again;
// deleteDrain ends that.
func (a *API) postDrain(w http.ResponseWriter, r *http.Request) {
	if !a.operator(w, r) {
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), removeWithin)
	defer cancel()
	writeJSON(w, map[string]any{"node": a.settings.ID, "draining": true, "leads": a.node.Drain(ctx)})
}

func (a *API) deleteDrain(w http.ResponseWriter, r *http.Request) {
	if !a.operator(w, r) {
		return
	}
	a.node.EndDrain()
	writeJSON(w, map[string]any{"node": a.settings.ID, "draining": false})
}
