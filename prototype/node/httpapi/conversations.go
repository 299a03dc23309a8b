//go:build !js

package httpapi

import (
	"net/http"

	"lockstep/prototype/api"
	"lockstep/prototype/node/outcome"
)

// listedCost is what a listed conversation holds until the answer is written, beside
// its name: the digest, twice, and what is around it.
const listedCost = 320

// getConversations lists a shard's conversations, of one moment, with all that was
// acknowledged before. The names of all rooms are for operators alone.
func (a *API) getConversations(w http.ResponseWriter, r *http.Request) {
	if !a.operator(w, r) {
		return
	}
	list, err := a.listConversations(r)
	if err != nil {
		fail(w, r, err)
		return
	}
	writeJSON(w, list)
}

func (a *API) listConversations(r *http.Request) (api.Conversations, *outcome.Error) {
	var shard uint64
	if err := number(r.PathValue("shard"), "shard", &shard); err != nil {
		return api.Conversations{}, err
	}
	if shard >= uint64(a.settings.Shards) {
		return api.Conversations{}, outcome.Invalid("there is no shard %d; there are %d, from 0", shard, a.settings.Shards)
	}
	limit := uint64(defaultLimit)
	if err := number(r.URL.Query().Get("limit"), "limit", &limit); err != nil {
		return api.Conversations{}, err
	}
	if limit == 0 {
		return api.Conversations{}, outcome.Invalid("limit must be at least 1")
	}
	limit = min(limit, maxLimit)
	held, err := a.budget.share(int(limit) * (listedCost + a.settings.MaxID))
	if err != nil {
		return api.Conversations{}, err
	}
	defer held.end()
	list, err := a.node.List(r.Context(), int(shard), r.URL.Query().Get("after"), int(limit))
	if err != nil {
		return api.Conversations{}, err
	}
	answer := api.Conversations{Cluster: a.node.Cluster(), Shards: a.settings.Shards, Shard: int(shard), Index: list.Index, More: list.More,
		Conversations: make([]api.Conversation, len(list.Conversations))}
	for i, c := range list.Conversations {
		answer.Conversations[i] = api.Conversation{Conversation: c.Conversation, Last: c.Last, First: c.First, Digest: c.Digest.String()}
	}
	return answer, nil
}
