//go:build !js

package node

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"lockstep/prototype/order"
)

const (
	defaultLimit = 100
	maxLimit     = 10_000
	maxReadBytes = 8 << 20 // bodies in one answer; at least one message is given
)

// wireRead answers a read.
type wireRead struct {
	Conversation string       `json:"conversation"`
	Messages     []wirePlaced `json:"messages"`
	LastSeq      uint64       `json:"last_seq"`
	Read         Level        `json:"read"`
}

// wirePlaced is a message that has its place.
type wirePlaced struct {
	Seq    uint64    `json:"seq"`
	ID     string    `json:"id"`
	Sender string    `json:"sender"`
	Body   string    `json:"body"`
	Epoch  uint64    `json:"epoch"`
	Time   time.Time `json:"time"`
}

func placed(m order.Message) wirePlaced {
	return wirePlaced{Seq: m.Seq, ID: m.ID, Sender: m.Sender, Body: m.Body, Epoch: m.Epoch, Time: time.UnixMilli(m.Time).UTC()}
}

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
	read := n.Read
	if lane := laneOf(r); lane != LaneQuorum {
		read = func(_ context.Context, request ReadRequest) (order.View, *Error) { return n.readWeak(lane, request) }
	}
	view, err := read(r.Context(), request)
	if err != nil {
		fail(w, r, err)
		return
	}
	answer := wireRead{Conversation: request.Conversation, Messages: []wirePlaced{}, LastSeq: view.Last, Read: request.Level}
	bytes := 0
	for i, m := range view.Messages {
		if bytes += len(m.Body); i > 0 && bytes > maxReadBytes {
			break
		}
		answer.Messages = append(answer.Messages, placed(m))
	}
	writeJSON(w, answer)
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
	if !slices.Contains([]Level{Linearizable, Leader, Session, Local}, request.Level) {
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
	seq, digest := n.DigestIn(laneOf(r), conversation, upto)
	if upto > 0 && seq > upto {
		fail(w, r, gone(upto, seq+1))
		return
	}
	writeJSON(w, map[string]any{"seq": seq, "digest": digest.String()})
}

const (
	eventsPage      = 256
	eventsHeartbeat = 10 * time.Second
	eventsWrite     = 15 * time.Second // after which a reader that does not read is dropped
)

// getEvents streams a conversation as this replica has it. Nothing is buffered
// for a slow reader: the stream reads from the machine at the reader's pace, and
// a reader that stops is dropped and may resume from its last id.
func (n *Node) getEvents(w http.ResponseWriter, r *http.Request) {
	conversation, err := n.conversation(r)
	after := uint64(0)
	if err == nil {
		from := r.URL.Query().Get("after")
		if last := r.Header.Get("Last-Event-ID"); last != "" {
			from = last
		}
		err = number(from, "after", &after)
	}
	if err != nil {
		fail(w, r, err)
		return
	}
	lane := laneOf(r)
	ordered := lane == LaneQuorum || lane == LaneLazy // by a log: what was shown stays
	if first := n.ReadIn(lane, conversation, after, 0).First; ordered && after+1 < first {
		fail(w, r, gone(after, first))
		return
	}
	controller := http.NewResponseController(w)
	controller.SetReadDeadline(time.Time{})
	w.Header().Set("Content-Type", "text/event-stream")
	fmt.Fprint(w, ": lockstep\n\n")
	heartbeat := time.NewTicker(eventsHeartbeat)
	defer heartbeat.Stop()
	for {
		changed := n.Watch(nameIn(lane, conversation))
		view := n.ReadIn(lane, conversation, after, eventsPage)
		var again <-chan time.Time
		if !ordered {
			// What was shown may have moved since; the stream shows what is new at the end.
			again = time.After(laneEvery)
		}
		if after+1 < view.First {
			return // it fell behind what is retained; asking again, it is told so
		}
		controller.SetWriteDeadline(time.Now().Add(eventsWrite))
		for _, m := range view.Messages {
			data, _ := json.Marshal(placed(m))
			if _, err := fmt.Fprintf(w, "id: %d\ndata: %s\n\n", m.Seq, data); err != nil {
				return
			}
			after = m.Seq
		}
		if controller.Flush() != nil {
			return
		}
		if after < view.Last {
			continue
		}
		select {
		case <-changed:
		case <-again:
		case <-heartbeat.C:
			if _, err := fmt.Fprint(w, ": alive\n\n"); err != nil {
				return
			}
		case <-r.Context().Done():
			return
		case <-n.stop:
			return
		}
	}
}
