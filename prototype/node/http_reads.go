//go:build !js

package node

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"sync"
	"time"

	"lockstep/prototype/order"
)

// wireReadRequest is one line of a batch of reads.
type wireReadRequest struct {
	Conversation string `json:"conversation"`
	After        uint64 `json:"after"`
	Limit        *int   `json:"limit"`
	Read         Level  `json:"read"`
	MinSeq       uint64 `json:"min_seq"`
}

// postReads answers many reads, of any conversations, a line for each line, in
// order. Those that arrive together and ask for the same level of the same shard
// share one round of proof, so a gateway that reads for thousands of people pays
// for it once.
func (n *Node) postReads(w http.ResponseWriter, r *http.Request) {
	controller := http.NewResponseController(w)
	controller.EnableFullDuplex()
	controller.SetReadDeadline(time.Time{})
	w.Header().Set("Content-Type", "application/x-ndjson")
	if !greet(controller, r) {
		return
	}
	lines := newLineReader(r.Body, 4*n.cfg.MaxID+1024)
	var out []byte
	for more := true; more; {
		var chunk []line
		chunk, more = lines.chunk(chunkLines, chunkBytes)
		out = n.answerReads(r.Context(), chunk, out[:0])
		if _, err := w.Write(out); err != nil || controller.Flush() != nil {
			return
		}
	}
}

// round is what the reads of a chunk share.
type round struct {
	shard int
	level Level
}

func (n *Node) answerReads(ctx context.Context, chunk []line, out []byte) []byte {
	ctx, cancel := context.WithTimeout(ctx, n.cfg.ReadTimeout)
	defer cancel()
	requests := make([]ReadRequest, len(chunk))
	problems := make([]*Error, len(chunk))
	type outcome struct{ done chan *Error }
	rounds := make(map[round]outcome)
	for i, l := range chunk {
		requests[i], problems[i] = n.parseRead(l)
		if problems[i] != nil || requests[i].Level == Session || requests[i].Level == Local {
			continue
		}
		key := round{n.shardOf(requests[i].Conversation).id, requests[i].Level}
		if _, ok := rounds[key]; !ok {
			o := outcome{make(chan *Error, 1)}
			rounds[key] = o
			go func() { o.done <- n.Await(ctx, requests[i]) }()
		}
	}
	var waiting sync.WaitGroup
	for i, r := range requests {
		if problems[i] == nil && r.Level == Session {
			waiting.Go(func() { problems[i] = n.Await(ctx, r) })
		}
	}
	waiting.Wait()
	results := make(map[round]*Error, len(rounds))
	for key, o := range rounds {
		results[key] = <-o.done
	}
	for i, r := range requests {
		err := problems[i]
		if err == nil {
			switch r.Level {
			case Session, Local:
			default:
				err = results[round{n.shardOf(r.Conversation).id, r.Level}]
			}
		}
		var view order.View
		if err == nil {
			view, err = n.shardOf(r.Conversation).view(r)
		}
		if err != nil {
			out = appendProblem(out, problemOf(err, "/v1/reads"))
			continue
		}
		out = appendView(out, r, view)
	}
	return out
}

func (n *Node) parseRead(l line) (ReadRequest, *Error) {
	if l.err != nil {
		return ReadRequest{}, l.err
	}
	var w wireReadRequest
	if err := unmarshalStrict(l.data, &w); err != nil {
		return ReadRequest{}, err
	}
	if err := n.checkName("the conversation", w.Conversation); err != nil {
		return ReadRequest{}, err
	}
	r := ReadRequest{Conversation: w.Conversation, After: w.After, Limit: defaultLimit, Level: Linearizable, MinSeq: w.MinSeq}
	switch w.Read {
	case "":
	case Linearizable, Leader, Session, Local:
		r.Level = w.Read
	default:
		return ReadRequest{}, invalid("there is no read level %q; there are linearizable, leader, session and local", w.Read)
	}
	if w.Limit != nil {
		if *w.Limit < 1 {
			return ReadRequest{}, invalid("limit must be at least 1")
		}
		r.Limit = min(*w.Limit, maxLimit)
	}
	return r, nil
}

// appendView writes an answer to a read, and a line feed.
func appendView(out []byte, r ReadRequest, view order.View) []byte {
	out = append(out, `{"conversation":`...)
	out = appendString(out, r.Conversation)
	out = append(out, `,"messages":[`...)
	size := 0
	for i, m := range view.Messages {
		if size += len(m.Body); i > 0 && size > maxReadBytes {
			break
		}
		if i > 0 {
			out = append(out, ',')
		}
		out = appendPlaced(out, m)
	}
	out = append(out, `],"last_seq":`...)
	out = strconv.AppendUint(out, view.Last, 10)
	out = append(out, `,"read":`...)
	out = appendString(out, string(r.Level))
	return append(out, '}', '\n')
}

func appendPlaced(out []byte, m order.Message) []byte {
	out = append(out, `{"seq":`...)
	out = strconv.AppendUint(out, m.Seq, 10)
	out = append(out, `,"id":`...)
	out = appendString(out, m.ID)
	out = append(out, `,"sender":`...)
	out = appendString(out, m.Sender)
	out = append(out, `,"body":`...)
	out = appendString(out, m.Body)
	out = append(out, `,"epoch":`...)
	out = strconv.AppendUint(out, m.Epoch, 10)
	out = append(out, `,"time":`...)
	at, _ := json.Marshal(time.UnixMilli(m.Time).UTC()) // a year in range never fails
	out = append(out, at...)
	return append(out, '}')
}
