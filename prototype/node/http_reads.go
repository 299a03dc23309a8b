//go:build !js

package node

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"lockstep/prototype/api"
	"lockstep/prototype/order"
)

// postReads answers many reads, of any conversations, a line for each line, in
// order. Those that arrive together and ask for the same level of the same shard
// share one round of proof, so a gateway that reads for thousands of people pays
// for it once. Answers are written as they are read, at the pace of the client; one
// that does not read gets a problem as its last line.
func (n *Node) postReads(w http.ResponseWriter, r *http.Request) {
	held, err := n.budget.share(streamBase + readCost)
	if err != nil {
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
	lines := newLineReader(body, 4*n.cfg.MaxID+1024, held)
	var last *Error
	for more := true; more && last == nil; last = cmp.Or(last, lines.failed) {
		var chunk []line
		chunk, more = lines.chunk(chunkLines, chunkBytes)
		if n.answerReads(r.Context(), chunk, out) != nil || out.flush() != nil {
			return
		}
		if out.slow {
			last = slowReader(Fail)
		}
	}
	if last != nil {
		out.pass(appendProblem(nil, problemOf(last, "/v1/reads")), true)
	}
}

// round is what the reads of a chunk share.
type round struct {
	shard int
	level Level
}

// answerReads writes the answers to a chunk, until the reader is slow.
func (n *Node) answerReads(ctx context.Context, chunk []line, out *pacedWriter) error {
	ctx, cancel := context.WithTimeout(ctx, n.cfg.ReadTimeout)
	defer cancel()
	requests := make([]ReadRequest, len(chunk))
	problems := make([]*Error, len(chunk))
	rounds := make(map[round]chan *Error)
	for i, l := range chunk {
		requests[i], problems[i] = n.parseRead(l)
		if problems[i] != nil || requests[i].Level == Session || requests[i].Level == Local {
			continue
		}
		key := round{n.shardOf(requests[i].Conversation).id, requests[i].Level}
		if rounds[key] == nil {
			done := make(chan *Error, 1)
			rounds[key] = done
			go func() { done <- n.Await(ctx, requests[i]) }()
		}
	}
	for i, r := range requests {
		if problems[i] == nil && r.Level == Session {
			// One after the other: they end with the same context, and what one replica
			// has reached it keeps.
			problems[i] = n.Await(ctx, r)
		}
	}
	results := make(map[round]*Error, len(rounds))
	for key, done := range rounds {
		results[key] = <-done
	}
	for i, r := range requests {
		err := problems[i]
		s := n.shardOf(r.Conversation)
		if err == nil && r.Level != Session && r.Level != Local {
			err = results[round{s.id, r.Level}]
		}
		var first order.View
		if err == nil {
			first, err = s.view(part(r))
		}
		if err != nil {
			out.buf = appendProblem(out.buf, problemOf(err, "/v1/reads"))
		} else if err := out.read(r, first, s.fsm.machine.Read); err != nil {
			return err
		}
		if err := out.spill(); err != nil || out.slow {
			return err
		}
	}
	return nil
}

func (n *Node) parseRead(l line) (ReadRequest, *Error) {
	if l.err != nil {
		return ReadRequest{}, l.err
	}
	r := ReadRequest{Limit: defaultLimit} // of which the line may say nothing
	if err := unmarshalStrict(l.data, &r); err != nil {
		return ReadRequest{}, err
	}
	if err := n.checkName("the conversation", r.Conversation); err != nil {
		return ReadRequest{}, err
	}
	if r.Level = cmp.Or(r.Level, Linearizable); !slices.Contains(api.Levels, r.Level) {
		return ReadRequest{}, invalid("there is no read level %q; there are linearizable, leader, session and local", r.Level)
	}
	if r.Limit < 1 {
		return ReadRequest{}, invalid("limit must be at least 1")
	}
	r.Limit = min(r.Limit, maxLimit)
	return r, nil
}
