//go:build !js

package httpapi

import (
	"net/http"
	"strconv"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/node"
	"lockstep/prototype/node/outcome"
)

const (
	eventsPage      = 256
	eventsHeartbeat = 10 * time.Second
)

// getEvents streams a conversation as this replica has it. Nothing is buffered
// for a slow reader: the stream reads from the machine at the reader's pace, and
// ends with an event "problem" for a reader that stops, who may resume from its
// last id. Half of the node's connections may be such streams, so that those who
// send find one.
func (a *API) getEvents(w http.ResponseWriter, r *http.Request) {
	conversation, err := a.conversation(r)
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
	ordered := lane == node.LaneQuorum || lane == node.LaneLazy // by a log: what was shown stays
	if err := a.node.Serves(lane, conversation); err != nil {
		fail(w, r, err)
		return
	}
	if first := a.node.ReadIn(lane, conversation, after, 0).First; ordered && after+1 < first {
		fail(w, r, outcome.Gone(after, first))
		return
	}
	defer a.followers.Add(-1)
	if a.followers.Add(1) > int64(a.cfg.MaxConnections/2) {
		fail(w, r, &outcome.Error{Outcome: api.Fail, Reason: outcome.ReasonOverloaded, RetryAfter: time.Second,
			Detail: "as many clients follow events at this node as may: come again, or ask another node"})
		return
	}
	ctx, end := whileGranted(r)
	defer end()
	out := newPacedWriter(w)
	defer out.end()
	out.controller.SetReadDeadline(time.Time{})
	w.Header().Set("Content-Type", "text/event-stream")
	out.buf = append(out.buf, ": lockstep\n\n"...)
	heartbeat := time.NewTicker(eventsHeartbeat)
	defer heartbeat.Stop()
	for {
		changed := a.node.WatchIn(lane, conversation)
		if a.node.Serves(lane, conversation) != nil || a.stillGranted(ctx) != nil || ctx.Err() != nil {
			return // asking again, the reader is told why
		}
		view := a.node.ReadIn(lane, conversation, after, eventsPage)
		var again <-chan time.Time
		if !ordered {
			// What was shown may have moved since; the stream shows what is new at the end.
			again = time.After(node.LaneEvery)
		}
		if after+1 < view.First {
			return // it fell behind what is retained; asking again, it is told so
		}
		for _, m := range view.Messages {
			out.buf = append(out.buf, "id: "...)
			out.buf = strconv.AppendUint(out.buf, m.Seq, 10)
			out.buf = append(out.buf, "\ndata: "...)
			out.buf = append(appendPlaced(out.buf, m), "\n\n"...)
			if err := out.spill(); err != nil {
				return
			}
			if after = m.Seq; out.slow {
				break
			}
		}
		if out.flush() != nil {
			return
		}
		if out.slow {
			out.buf = append(out.buf, "event: problem\ndata: "...)
			out.buf = append(appendProblem(out.buf, problemOf(slowReader(api.Fail), r.URL.Path)), '\n')
			out.flush()
			return
		}
		if after < view.Last {
			continue
		}
		select {
		case <-changed:
		case <-again:
		case <-heartbeat.C:
			out.buf = append(out.buf, ": alive\n\n"...)
		case <-ctx.Done():
			return
		case <-a.node.Done():
			return
		}
	}
}
