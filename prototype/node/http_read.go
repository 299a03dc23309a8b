//go:build !js

package node

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/order"
)

const (
	defaultLimit = 100
	maxLimit     = 10_000
)

func (n *Node) getMessages(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	request, err := n.readRequest(r)
	if err != nil {
		fail(w, r, err)
		return
	}
	defer func() {
		n.meter.latency.WithLabelValues("read-" + string(request.Level)).Observe(time.Since(start).Seconds())
	}()
	lane := laneOf(r)
	first, more := order.View{}, n.shardOf(nameIn(lane, request.Conversation)).fsm.machine.Read
	switch lane {
	case LaneQuorum:
		first, err = n.Read(r.Context(), part(request))
	case LaneLazy:
		more = func(conversation string, after uint64, limit int) order.View {
			return n.ReadIn(lane, conversation, after, limit)
		}
		first, err = n.readWeak(lane, part(request))
	default: // the order changes, so all of it is of one moment
		first, err = n.readWeak(lane, request)
	}
	if err != nil {
		fail(w, r, err)
		return
	}
	var held *share
	out := newPacedWriter(w)
	out.buf = make([]byte, 0, roomFor(first))
	out.begin = func() (err *Error) { held, err = n.budget.share(readCost); return err }
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
func (n *Node) readWeak(lane string, r ReadRequest) (order.View, *Error) {
	view := n.ReadIn(lane, r.Conversation, r.After, r.Limit)
	if r.Level == Session && view.Last < r.MinSeq {
		return view, &Error{Outcome: Fail, Reason: ReasonUnavailable, RetryAfter: time.Second, Detail: "this node has not reached min_seq yet"}
	}
	return view, nil
}

func (n *Node) readRequest(r *http.Request) (ReadRequest, *Error) {
	conversation, err := n.conversation(r)
	if err != nil {
		return ReadRequest{}, err
	}
	request := ReadRequest{Conversation: conversation, Level: Linearizable, Limit: defaultLimit}
	query := r.URL.Query()
	if level := query.Get("read"); level != "" {
		request.Level = Level(level)
	}
	if lane := laneOf(r); lane != LaneQuorum {
		switch request.Level {
		case Session, Local:
		default:
			if query.Get("read") != "" {
				return ReadRequest{}, invalid("lane %s cannot promise reads of level %s; there are session and local", lane, request.Level)
			}
			request.Level = Local
		}
	}
	if !slices.Contains(api.Levels, request.Level) {
		return ReadRequest{}, invalid("there is no read level %q; there are linearizable, leader, session and local", request.Level)
	}
	limit := uint64(defaultLimit)
	for name, into := range map[string]*uint64{"after": &request.After, "min_seq": &request.MinSeq, "limit": &limit} {
		if err := number(query.Get(name), name, into); err != nil {
			return ReadRequest{}, err
		}
	}
	if limit == 0 {
		return ReadRequest{}, invalid("limit must be at least 1")
	}
	request.Limit = int(min(limit, maxLimit))
	return request, nil
}

// number parses a query value that may be absent.
func number(text, name string, into *uint64) *Error {
	if text == "" {
		return nil
	}
	value, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return invalid("%s is %q, want a whole number", name, text)
	}
	*into = value
	return nil
}

func (n *Node) getDigest(w http.ResponseWriter, r *http.Request) {
	conversation, err := n.conversation(r)
	var upto uint64
	if err == nil {
		err = number(r.URL.Query().Get("upto"), "upto", &upto)
	}
	if err != nil {
		fail(w, r, err)
		return
	}
	if err := n.serves(laneOf(r), conversation); err != nil {
		fail(w, r, err)
		return
	}
	seq, digest := n.DigestIn(laneOf(r), conversation, upto)
	if upto > 0 && seq > upto {
		fail(w, r, gone(upto, seq+1))
		return
	}
	writeJSON(w, map[string]any{"seq": seq, "digest": digest.String()})
}
