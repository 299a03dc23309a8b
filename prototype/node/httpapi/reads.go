//go:build !js

package httpapi

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/node"
	"lockstep/prototype/node/outcome"
	"lockstep/prototype/order"
)

// postReads answers many reads, of any conversations, a line for each line, in
// order. Those that arrive together and ask for the same level of the same shard
// share one round of proof, so a gateway that reads for thousands of people pays
// for it once. Answers are written as they are read, at the pace of the client; one
// that does not read gets a problem as its last line.
func (a *API) postReads(w http.ResponseWriter, r *http.Request) {
	held, err := a.budget.share(streamBase + readCost)
	if err != nil {
		a.meter.unread(err)
		fail(w, r, err)
		return
	}
	defer held.end()
	out := newPacedWriter(w)
	defer out.end()
	out.controller.EnableFullDuplex()
	w.Header().Set("Content-Type", "application/x-ndjson")
	if !flushHeader(out, r) {
		return
	}
	body := newPatientBody(w, r)
	defer body.leave()
	lines := newLineReader(body, 4*a.settings.MaxID+1024, held)
	var last *outcome.Error
	for more := true; more && last == nil; last = cmp.Or(last, lines.failed) {
		var chunk []line
		chunk, more = lines.chunk(chunkLines, chunkBytes)
		if a.answerReads(r.Context(), chunk, out) != nil || out.flush() != nil {
			return
		}
		if out.slow {
			last = slowReader(api.Fail)
		}
	}
	if last != nil {
		out.pass(appendProblem(nil, problemOf(last, "/v1/reads")), true)
	}
}

// round is what the reads of a chunk share.
type round struct {
	shard int
	level api.Level
}

// answerReads writes the answers to a chunk, until the reader is slow.
func (a *API) answerReads(ctx context.Context, chunk []line, out *pacedWriter) error {
	received := time.Now()
	ctx, cancel := context.WithTimeout(ctx, a.settings.ReadTimeout)
	defer cancel()
	requests := make([]api.ReadRequest, len(chunk))
	problems := make([]*outcome.Error, len(chunk))
	rounds := make(map[round]chan *outcome.Error)
	for i, l := range chunk {
		if requests[i], problems[i] = a.parseRead(l); problems[i] != nil {
			a.meter.unread(problems[i])
			requests[i] = api.ReadRequest{}
		}
		if problems[i] != nil || requests[i].Level == api.LevelSession || requests[i].Level == api.LevelLocal {
			continue
		}
		key := round{a.node.ShardOf(requests[i].Conversation), requests[i].Level}
		if rounds[key] == nil {
			done := make(chan *outcome.Error, 1)
			rounds[key] = done
			go func() { done <- a.node.Await(ctx, requests[i]) }()
		}
	}
	for i, r := range requests {
		if problems[i] == nil && r.Level == api.LevelSession {
			// One after the other: they end with the same context, and what one replica
			// has reached it keeps.
			problems[i] = a.node.Await(ctx, r)
		}
	}
	results := make(map[round]*outcome.Error, len(rounds))
	for key, done := range rounds {
		results[key] = <-done
	}
	for i, r := range requests {
		err := problems[i]
		if err == nil && r.Level != api.LevelSession && r.Level != api.LevelLocal {
			err = results[round{a.node.ShardOf(r.Conversation), r.Level}]
		}
		var first order.View
		if err == nil {
			first, err = a.node.View(part(r))
		}
		if r.Level != "" {
			if err != nil && first.Last == 0 {
				first.Last = a.kept(r.Conversation, r.After, 0).Last
			}
			a.meter.read(received, r, first.Last, err)
		}
		if err != nil {
			out.buf = appendProblem(out.buf, problemOf(err, "/v1/reads"))
		} else if err := out.read(r, first, a.kept); err != nil {
			return err
		}
		if err := out.spill(); err != nil || out.slow {
			return err
		}
	}
	return nil
}

func (a *API) parseRead(l line) (api.ReadRequest, *outcome.Error) {
	if l.err != nil {
		return api.ReadRequest{}, l.err
	}
	r := api.ReadRequest{Limit: defaultLimit} // of which the line may say nothing
	if err := unmarshalStrict(l.data, &r); err != nil {
		return api.ReadRequest{}, err
	}
	if err := a.checkName("the conversation", r.Conversation); err != nil {
		return api.ReadRequest{}, err
	}
	if r.Level = cmp.Or(r.Level, api.LevelLinearizable); !slices.Contains(api.Levels, r.Level) {
		return api.ReadRequest{}, outcome.Invalid("there is no read level %q; there are linearizable, leader, session and local", r.Level)
	}
	if r.Limit < 1 {
		return api.ReadRequest{}, outcome.Invalid("limit must be at least 1")
	}
	r.Limit = min(r.Limit, maxLimit)
	return r, nil
}

// kept gives what this node has of a conversation of the quorum lane.
func (a *API) kept(conversation string, after uint64, limit int) order.View {
	return a.node.ReadIn(node.LaneQuorum, conversation, after, limit)
}
