//go:build !js

package httpapi

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/node"
	"lockstep/prototype/node/outcome"
	"lockstep/prototype/order"
)

const (
	defaultLimit = 100
	maxLimit     = 10_000
)

func (a *API) getMessages(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	request, err := a.readRequest(r)
	if err != nil {
		a.meter.unread(err)
		fail(w, r, err)
		return
	}
	defer func() { a.meter.readRequests[request.Level].Observe(time.Since(start).Seconds()) }()
	lane := laneOf(r)
	first, more := order.View{}, func(conversation string, after uint64, limit int) order.View {
		return a.node.ReadIn(lane, conversation, after, limit)
	}
	switch lane {
	case node.LaneQuorum:
		first, err = a.node.Read(r.Context(), part(request))
	case node.LaneLazy:
		first, err = a.readWeak(lane, part(request))
	default: // the order changes, so all of it is of one moment
		first, err = a.readWeak(lane, request)
	}
	if err != nil && first.Last == 0 {
		first.Last = a.node.ReadIn(lane, request.Conversation, request.After, 0).Last
	}
	a.meter.read(start, request, first.Last, err)
	if err != nil {
		fail(w, r, err)
		return
	}
	var held *share
	out := newPacedWriter(w)
	out.buf = make([]byte, 0, roomFor(first))
	out.begin = func() (err *outcome.Error) { held, err = a.budget.share(readCost); return err }
	w.Header().Set("Content-Type", "application/json")
	if out.read(request, first, more) != nil && out.refused != nil {
		fail(w, r, out.refused)
		return
	}
	if held == nil { // one piece is left in memory to the server
		w.Write(out.buf)
		return
	}
	defer held.end()
	out.write(false)
	out.end()
}

// readWeak reads in another lane than the quorum lane; none of them knows a level
// above session.
func (a *API) readWeak(lane string, r api.ReadRequest) (order.View, *outcome.Error) {
	view := a.node.ReadIn(lane, r.Conversation, r.After, r.Limit)
	if r.Level == api.LevelSession && view.Last < r.MinSeq {
		return view, &outcome.Error{Outcome: api.Fail, Reason: outcome.ReasonUnavailable, RetryAfter: time.Second, Detail: "this node has not reached min_seq yet"}
	}
	return view, nil
}

func (a *API) readRequest(r *http.Request) (api.ReadRequest, *outcome.Error) {
	conversation, err := a.conversation(r)
	if err != nil {
		return api.ReadRequest{}, err
	}
	request := api.ReadRequest{Conversation: conversation, Level: api.LevelLinearizable, Limit: defaultLimit}
	query := r.URL.Query()
	if level := query.Get("read"); level != "" {
		request.Level = api.Level(level)
	}
	if lane := laneOf(r); lane != node.LaneQuorum {
		switch request.Level {
		case api.LevelSession, api.LevelLocal:
		default:
			if query.Get("read") != "" {
				return api.ReadRequest{}, outcome.Invalid("lane %s cannot promise reads of level %s; there are session and local", lane, request.Level)
			}
			request.Level = api.LevelLocal
		}
	}
	if !slices.Contains(api.Levels, request.Level) {
		return api.ReadRequest{}, outcome.Invalid("there is no read level %q; there are linearizable, leader, session and local", request.Level)
	}
	limit := uint64(defaultLimit)
	for name, into := range map[string]*uint64{"after": &request.After, "min_seq": &request.MinSeq, "limit": &limit} {
		if err := number(query.Get(name), name, into); err != nil {
			return api.ReadRequest{}, err
		}
	}
	if limit == 0 {
		return api.ReadRequest{}, outcome.Invalid("limit must be at least 1")
	}
	request.Limit = int(min(limit, maxLimit))
	return request, nil
}

// number parses a query value that may be absent.
func number(text, name string, into *uint64) *outcome.Error {
	if text == "" {
		return nil
	}
	value, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return outcome.Invalid("%s is %q, want a whole number", name, text)
	}
	*into = value
	return nil
}

func (a *API) getDigest(w http.ResponseWriter, r *http.Request) {
	conversation, err := a.conversation(r)
	var upto uint64
	if err == nil {
		err = number(r.URL.Query().Get("upto"), "upto", &upto)
	}
	if err != nil {
		fail(w, r, err)
		return
	}
	if err := a.node.Serves(laneOf(r), conversation); err != nil {
		fail(w, r, err)
		return
	}
	seq, digest := a.node.DigestIn(laneOf(r), conversation, upto)
	if upto > 0 && seq > upto {
		fail(w, r, outcome.Gone(upto, seq+1))
		return
	}
	writeJSON(w, map[string]any{"seq": seq, "digest": digest.String()})
}
