// Package client talks to a cluster over its HTTP API, from any node.
//
// A send ends in one of three ways, and the package never blurs them: ok, with
// the message's place; fail, it was certainly not ordered; unknown, it may have
// been. Send goes on with the same message id until one of the first two is
// certain or the context ends, so a failover costs time and never a duplicate.
//
// Attempt is one try, for those who count tries.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"
)

// Message is what a client sends. ID must be unique within the conversation: it
// is what makes a retry the same message.
type Message struct {
	ID     string `json:"id"`
	Sender string `json:"sender"`
	Body   string `json:"body"`
}

// Ack is a message's place.
type Ack struct {
	Conversation string `json:"conversation"`
	Seq          uint64 `json:"seq"`
	ID           string `json:"id"`
	Epoch        uint64 `json:"epoch"`
	Duplicate    bool   `json:"duplicate"` // an earlier attempt had been ordered
}

// Placed is a message in its place.
type Placed struct {
	Seq    uint64    `json:"seq"`
	ID     string    `json:"id"`
	Sender string    `json:"sender"`
	Body   string    `json:"body"`
	Epoch  uint64    `json:"epoch"`
	Time   time.Time `json:"time"`
}

// View is a consistent picture of a conversation: Last is its newest seq.
type View struct {
	Messages []Placed `json:"messages"`
	Last     uint64   `json:"last_seq"`
}

// Error is why a request did not succeed. Unknown says that it may have had its
// effect all the same; otherwise it certainly had none.
type Error struct {
	Unknown    bool
	Status     int // of the HTTP answer; 0 if there was none
	Detail     string
	RetryAfter time.Duration
}

func (e *Error) Error() string {
	outcome := "not ordered"
	if e.Unknown {
		outcome = "outcome unknown"
	}
	return fmt.Sprintf("%s (%s)", e.Detail, outcome)
}

// final says whether trying again is pointless: the request itself is wrong.
func (e *Error) final() bool {
	return !e.Unknown && e.Status >= 400 && e.Status < 500 && e.Status != http.StatusTooManyRequests
}

// Client is safe for use by many goroutines.
type Client struct {
	targets func() []string
	next    atomic.Uint64
	http    *http.Client
}

// New talks to the nodes that targets names, as base URLs; it is asked at each
// attempt, so the list may change.
func New(targets func() []string) *Client {
	return &Client{targets: targets, http: &http.Client{Transport: &http.Transport{
		DialContext: (&net.Dialer{Timeout: time.Second}).DialContext, MaxIdleConnsPerHost: 128, IdleConnTimeout: time.Minute}}}
}

// Fixed is a list of targets that does not change.
func Fixed(targets ...string) func() []string { return func() []string { return targets } }

// pick gives the present target, or the one after it if that failed.
func (c *Client) pick() (string, error) {
	targets := c.targets()
	if len(targets) == 0 {
		return "", errors.New("no node is known")
	}
	return targets[c.next.Load()%uint64(len(targets))], nil
}

// Send orders a message, trying again through other nodes while the outcome is
// open. The error is an *Error; if it is Unknown, sending the same message again
// later is safe.
func (c *Client) Send(ctx context.Context, conversation string, m Message) (Ack, error) {
	maybe := false
	for wait := 10 * time.Millisecond; ; wait = min(2*wait, 500*time.Millisecond) {
		ack, err := c.Attempt(ctx, conversation, m)
		failed := (*Error)(nil)
		if err == nil {
			return ack, nil
		}
		if !errors.As(err, &failed) {
			return Ack{}, err
		}
		maybe = maybe || failed.Unknown
		if failed.final() {
			return Ack{}, failed
		}
		c.next.Add(1)
		// The pause is random, so that clients that failed together do not come
		// back together.
		select {
		case <-time.After(wait/2 + rand.N(wait)):
		case <-ctx.Done():
			failed.Unknown = maybe
			return Ack{}, failed
		}
	}
}

// Attempt is one try at one node. The error, if any, is an *Error.
func (c *Client) Attempt(ctx context.Context, conversation string, m Message) (ack Ack, err error) {
	body, err := json.Marshal(m)
	if err != nil {
		return Ack{}, &Error{Detail: err.Error(), Status: http.StatusBadRequest}
	}
	err = c.call(ctx, http.MethodPost, "/v1/conversations/"+url.PathEscape(conversation)+"/messages", body, &ack)
	return ack, err
}

// Read gives messages with seq above after, at a read level of the API.
func (c *Client) Read(ctx context.Context, conversation, level string, after uint64, limit int) (view View, err error) {
	query := url.Values{"read": {level}, "after": {strconv.FormatUint(after, 10)}, "limit": {strconv.Itoa(limit)}}
	err = c.call(ctx, http.MethodGet, "/v1/conversations/"+url.PathEscape(conversation)+"/messages?"+query.Encode(), nil, &view)
	return view, err
}

// All reads a whole conversation, page by page.
func (c *Client) All(ctx context.Context, conversation, level string) (all []Placed, err error) {
	for {
		after := uint64(0)
		if len(all) > 0 {
			after = all[len(all)-1].Seq
		}
		view, err := c.Read(ctx, conversation, level, after, 5000)
		if err != nil {
			return all, err
		}
		all = append(all, view.Messages...)
		if len(view.Messages) == 0 || all[len(all)-1].Seq >= view.Last {
			return all, nil
		}
	}
}

// call makes one request at the present target.
func (c *Client) call(ctx context.Context, method, path string, body []byte, into any) error {
	target, err := c.pick()
	if err != nil {
		return &Error{Detail: err.Error()}
	}
	// Once a connection is there, the request may have been read, whatever
	// happens next.
	var connected atomic.Bool
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }})
	request, err := http.NewRequestWithContext(traced, method, target+path, bytes.NewReader(body))
	if err != nil {
		return &Error{Detail: err.Error(), Status: http.StatusBadRequest}
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	resp, err := c.http.Do(request)
	if err != nil {
		return &Error{Unknown: method == http.MethodPost && connected.Load(), Detail: err.Error()}
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusOK {
		if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
			return &Error{Unknown: method == http.MethodPost, Detail: "the answer was cut off: " + err.Error()}
		}
		return nil
	}
	var p struct {
		Title, Detail, Outcome string
	}
	data, _ := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if json.Unmarshal(data, &p) != nil || p.Outcome == "" {
		return &Error{Unknown: method == http.MethodPost, Status: resp.StatusCode, Detail: resp.Status}
	}
	seconds, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
	return &Error{Unknown: p.Outcome == "unknown", Status: resp.StatusCode, Detail: p.Detail, RetryAfter: time.Duration(seconds) * time.Second}
}

// ShardStatus is the state of a shard at a node.
type ShardStatus struct {
	Shard        int    `json:"shard"`
	Lane         string `json:"lane"`
	Role         string `json:"role"`
	Term         uint64 `json:"term"`
	Leader       string `json:"leader"`
	CommitIndex  uint64 `json:"commit_index"`
	AppliedIndex uint64 `json:"applied_index"`
}

// Status is what a node says of itself.
type Status struct {
	Node   string        `json:"node"`
	Shards []ShardStatus `json:"shards"`
}

// Status asks the present target.
func (c *Client) Status(ctx context.Context) (s Status, err error) {
	err = c.call(ctx, http.MethodGet, "/v1/status", nil, &s)
	return s, err
}
