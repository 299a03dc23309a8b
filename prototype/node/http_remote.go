//go:build !js

package node

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"

	"lockstep/prototype/order"
)

// HTTPRemote forwards over the HTTP API of the other node.
type HTTPRemote struct {
	Self   string
	Client *http.Client
}

var _ Remote = (*HTTPRemote)(nil)

// NewHTTPRemote has connections and time limits of its own, so that forwarding
// to a dead leader does not hold up anything else.
func NewHTTPRemote(self string) *HTTPRemote {
	return &HTTPRemote{Self: self, Client: &http.Client{Transport: &http.Transport{
		DialContext:         (&net.Dialer{Timeout: 500 * time.Millisecond}).DialContext,
		MaxIdleConnsPerHost: 64,
		IdleConnTimeout:     30 * time.Second,
	}}}
}

// Submit sends the commands as one NDJSON request.
func (h *HTTPRemote) Submit(ctx context.Context, to Peer, conversation string, commands []order.Command) ([]order.Result, *Error) {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	for _, c := range commands {
		encoder.Encode(wireMessage{ID: c.ID, Sender: c.Sender, Body: c.Body})
	}
	resp, sent, err := h.do(ctx, http.MethodPost, to, "/v1/conversations/"+url.PathEscape(conversation)+"/messages", &body)
	if err != nil {
		if !sent {
			return nil, noLeader("the leader did not take the connection")
		}
		return nil, unknown("the leader took the message and did not answer")
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, readProblem(resp.Body)
	}
	var results []order.Result
	for decoder := json.NewDecoder(resp.Body); len(results) < len(commands); {
		var answer struct {
			wireResult
			problem
		}
		if err := decoder.Decode(&answer); err != nil {
			return results, unknown("the leader stopped in the middle of its answer")
		}
		if answer.Status != 0 {
			return results, answer.problem.err()
		}
		results = append(results, order.Result{Seq: answer.Seq, Epoch: answer.Epoch, Duplicate: answer.Duplicate})
	}
	return results, nil
}

// Read asks the leader; a failure is always just a failure.
func (h *HTTPRemote) Read(ctx context.Context, to Peer, r ReadRequest) (order.View, *Error) {
	query := url.Values{"after": {strconv.FormatUint(r.After, 10)}, "limit": {strconv.Itoa(r.Limit)}, "read": {string(r.Level)}}
	resp, _, err := h.do(ctx, http.MethodGet, to, "/v1/conversations/"+url.PathEscape(r.Conversation)+"/messages?"+query.Encode(), nil)
	if err != nil {
		return order.View{}, noLeader("the leader did not answer")
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return order.View{}, readProblem(resp.Body)
	}
	var answer wireRead
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return order.View{}, noLeader("the leader stopped in the middle of its answer")
	}
	view := order.View{Last: answer.LastSeq}
	for _, m := range answer.Messages {
		view.Messages = append(view.Messages, order.Message{Seq: m.Seq, ID: m.ID, Sender: m.Sender, Body: m.Body, Epoch: m.Epoch, Time: m.Time.UnixMilli()})
	}
	return view, nil
}

// do makes one request. sent says whether any byte of it may have left.
func (h *HTTPRemote) do(ctx context.Context, method string, to Peer, path string, body io.Reader) (_ *http.Response, sent bool, err error) {
	var wrote atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { wrote.Store(true) }})
	request, err := http.NewRequestWithContext(ctx, method, "http://"+to.HTTP+path, body)
	if err != nil {
		return nil, false, err
	}
	request.Header.Set(forwardedBy, h.Self)
	if body != nil {
		request.Header.Set("Content-Type", "application/x-ndjson")
	}
	resp, err := h.Client.Do(request)
	return resp, wrote.Load(), err
}

func readProblem(r io.Reader) *Error {
	var p problem
	if err := json.NewDecoder(io.LimitReader(r, 64<<10)).Decode(&p); err != nil {
		return unknown("the leader's answer could not be read")
	}
	return p.err()
}

// err is the problem in the terms of the node.
func (p problem) err() *Error {
	e := &Error{Outcome: p.Outcome, Reason: ReasonTimeout, Detail: p.Detail}
	for reason := range statuses {
		if p.Type == "urn:lockstep:"+string(reason) {
			e.Reason = reason
		}
	}
	if e.Outcome != Fail {
		e.Outcome = Unknown
	}
	if p.Status == http.StatusServiceUnavailable {
		e.RetryAfter = time.Second
	}
	return e
}
