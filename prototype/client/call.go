package client

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/tracing"
)

// maxAnswer bounds what is read of an answer, in bytes: twice what a node gives at most.
const maxAnswer = 16 << 20

// call makes one request and decodes the answer.
func (c *Client) call(ctx context.Context, method, address, contentType string, body []byte, into any) *Error {
	response, err := c.open(ctx, method, address, contentType, body)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if err := json.NewDecoder(io.LimitReader(response.Body, maxAnswer)).Decode(into); err != nil {
		return &Error{Outcome: doubt(method), Status: response.StatusCode, Detail: "the answer was cut off: " + err.Error(), Cause: err}
	}
	return nil
}

// open makes one request and returns the answer if it is a success; its body is
// the caller's to close. An error is a failure only if it is certain that the
// node did not act: no connection was made, or the node says so itself.
func (c *Client) open(ctx context.Context, method, address, contentType string, body []byte) (*http.Response, *Error) {
	var connected atomic.Bool
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }})
	request, err := http.NewRequestWithContext(traced, method, address, bytes.NewReader(body))
	if err != nil {
		return nil, &Error{Outcome: api.Fail, Status: http.StatusBadRequest, Detail: err.Error(), Cause: err}
	}
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	tracing.FromContext(ctx).Tell(request.Header)
	response, err := c.http.Do(request)
	if err != nil {
		outcome := api.Fail
		if connected.Load() {
			outcome = doubt(method)
		}
		return nil, &Error{Outcome: outcome, Detail: err.Error(), Cause: err}
	}
	if response.StatusCode != http.StatusOK {
		defer response.Body.Close()
		return nil, problemOf(response, method)
	}
	return response, nil
}

// doubt is the outcome of a request that may have been read.
func doubt(method string) api.Outcome {
	if method == http.MethodPost {
		return api.Unknown
	}
	return api.Fail
}

// maxProblem bounds what is read of an error answer, in bytes.
const maxProblem = 64 << 10

func problemOf(response *http.Response, method string) *Error {
	data, err := io.ReadAll(io.LimitReader(response.Body, maxProblem))
	var p api.Problem
	if err != nil || json.Unmarshal(data, &p) != nil || p.Outcome == "" {
		// Not one of our nodes, or something in between.
		return &Error{Outcome: doubt(method), Status: response.StatusCode, Detail: "answer " + response.Status}
	}
	p.Status = response.StatusCode
	e := refused(p, method)
	if seconds, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil && seconds > 0 {
		e.RetryAfter = time.Duration(seconds) * time.Second
	}
	return e
}

// refused translates a problem. An outcome that is not understood is not a failure.
func refused(p api.Problem, method string) *Error {
	e := &Error{Outcome: p.Outcome, Status: p.Status, Reason: strings.TrimPrefix(p.Type, "urn:lockstep:"), Detail: p.Detail}
	if e.Outcome != api.Fail {
		e.Outcome = doubt(method)
	}
	if e.Detail == "" {
		e.Detail = p.Title
	}
	return e
}
