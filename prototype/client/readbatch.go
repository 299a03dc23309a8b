package client

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"

	"lockstep/prototype/api"
	"lockstep/prototype/jsontext"
)

// ReadAnswer is what became of one read of a batch.
type ReadAnswer struct {
	View api.View
	Err  error // an *Error, or nil
}

// ReadBatch makes many reads in one request: one attempt, at the present target.
// Reads of the same shard and level share the node's proof that it may answer.
// The error is that of the request as a whole, and then there are no answers.
func (c *Client) ReadBatch(ctx context.Context, requests []api.ReadRequest) ([]ReadAnswer, error) {
	target, place, err := c.target()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, c.cfg.AttemptTimeout)
	defer cancel()
	var body []byte
	for _, r := range requests {
		body = appendRead(body, r)
	}
	response, failed := c.open(ctx, http.MethodPost, target+"/v1/reads", "application/x-ndjson", body)
	if failed != nil {
		failed.Outcome = api.Fail // a read changes nothing
		if !failed.final() {
			c.moveOn(place)
		}
		return nil, failed
	}
	defer response.Body.Close()
	answers := make([]ReadAnswer, len(requests))
	decoder := json.NewDecoder(response.Body)
	for i := range answers {
		var line struct {
			api.View
			api.Problem
		}
		if err := decoder.Decode(&line); err != nil {
			c.moveOn(place)
			return nil, &Error{Outcome: api.Fail, Detail: "the answer was cut off: " + err.Error(), Cause: err}
		}
		if line.Status != 0 {
			answers[i].Err = refused(line.Problem, http.MethodGet)
			continue
		}
		answers[i].View = line.View
	}
	return answers, nil
}

func appendRead(out []byte, r api.ReadRequest) []byte {
	out = append(out, `{"conversation":`...)
	out = jsontext.AppendString(out, r.Conversation)
	if r.Level != "" {
		out = append(out, `,"read":`...)
		out = jsontext.AppendString(out, string(r.Level))
	}
	if r.After > 0 {
		out = append(out, `,"after":`...)
		out = strconv.AppendUint(out, r.After, 10)
	}
	if r.Limit > 0 {
		out = append(out, `,"limit":`...)
		out = strconv.AppendInt(out, int64(r.Limit), 10)
	}
	if r.MinSeq > 0 {
		out = append(out, `,"min_seq":`...)
		out = strconv.AppendUint(out, r.MinSeq, 10)
	}
	return append(out, '}', '\n')
}

// Lead makes the present target the node that leads a conversation, if the
// present one can tell. It saves the hop that forwarding costs.
func (c *Client) Lead(ctx context.Context, conversation string) error {
	target, _, err := c.target()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, c.cfg.AttemptTimeout)
	defer cancel()
	// A message that no node accepts: only the header of the answer is wanted.
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, target+"/v1/conversations/"+url.PathEscape(conversation)+"/messages", bytes.NewReader([]byte("{}")))
	if err != nil {
		return err
	}
	response, err := c.http.Do(request)
	if err != nil {
		return &Error{Outcome: api.Fail, Detail: err.Error(), Cause: err}
	}
	response.Body.Close()
	if place := c.knownTarget(response.Header.Get(leaderHeader)); place > 0 {
		c.next.Store(uint64(place - 1))
	}
	return nil
}
