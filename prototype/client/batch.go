package client

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
)

// Answer is what became of one message of a batch.
type Answer struct {
	Ack Ack
	Err error // an *Error, or nil
}

// SendBatch orders many messages of one conversation with few requests, and
// tries those again whose outcome is open while the context lasts. Answers are
// in the order of the messages. Traces see nothing of it.
func (c *Client) SendBatch(ctx context.Context, conversation string, messages []Message) []Answer {
	answers := make([]Answer, len(messages))
	open := make([]int, len(messages)) // places of the messages that have no final answer
	doubtful := make([]bool, len(messages))
	for i := range messages {
		open[i] = i
	}
	err := c.persist(ctx, func(target string) (bool, *Error) {
		failed := c.attemptBatch(ctx, target, conversation, messages, answers, open)
		var still []int
		for _, i := range open {
			e, _ := answers[i].Err.(*Error)
			switch {
			case e == nil:
				continue
			case e.final():
				answers[i].Err = given(doubtful[i], e)
				continue
			}
			doubtful[i] = doubtful[i] || e.Outcome == Unknown
			still, failed = append(still, i), e
		}
		open = still
		return len(open) == 0, failed
	})
	for _, i := range open {
		if e, ok := answers[i].Err.(*Error); ok {
			answers[i].Err = given(doubtful[i], e)
		} else {
			answers[i].Err = err // no attempt was made
		}
	}
	return answers
}

// attemptBatch sends the open messages once and fills in their answers.
func (c *Client) attemptBatch(ctx context.Context, target, conversation string, messages []Message, answers []Answer, open []int) *Error {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	for _, i := range open {
		if err := encoder.Encode(messages[i]); err != nil {
			return &Error{Outcome: Fail, Status: http.StatusBadRequest, Detail: err.Error(), Cause: err}
		}
	}
	ctx, cancel := context.WithTimeout(ctx, c.cfg.AttemptTimeout)
	defer cancel()
	response, failed := c.open(ctx, http.MethodPost, target+c.path(conversation, "/messages"), "application/x-ndjson", body.Bytes())
	if failed != nil {
		for _, i := range open {
			answers[i].Err = failed
		}
		return failed
	}
	defer response.Body.Close()
	decoder := json.NewDecoder(response.Body)
	for n, i := range open {
		var line struct {
			Ack
			problem
		}
		if err := decoder.Decode(&line); err != nil {
			failed = &Error{Outcome: Unknown, Status: http.StatusOK, Detail: "the answer was cut off: " + err.Error(), Cause: err}
			for _, i := range open[n:] {
				answers[i].Err = failed
			}
			return failed
		}
		if line.Seq == 0 || line.problem.Outcome != "" { // a conflict has a seq, too
			answers[i].Err = line.problem.err(http.MethodPost)
			continue
		}
		answers[i] = Answer{Ack: line.Ack}
	}
	return failed
}
