package client

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/tracing"
)

// Config says how to reach a cluster.
type Config struct {
	// Targets gives the nodes as base URLs. It is asked at each attempt, so the
	// list may change.
	Targets func() []string
	// First is the index of the node to begin with; clients that begin at
	// different ones spread the load.
	First int
	// AttemptTimeout bounds one attempt; a node that is paused takes a request
	// and never answers. 0 means 1 s.
	AttemptTimeout time.Duration
	// Lane is the way of ordering; "" is the quorum lane.
	Lane string
	// Transport may be shared by many clients; nil makes a new one.
	Transport http.RoundTripper
	// Tracer follows sends, of which each attempt is a part; nil follows none but those whose
	// context has a span. Those of a stream are not told apart.
	Tracer *tracing.Tracer
}

// Client stays with a node as long as it answers. Its methods may be called from
// any goroutine.
type Client struct {
	cfg    Config
	http   *http.Client
	next   atomic.Uint64 // index of the present target, modulo their number
	budget budget
}

// New makes a client; it connects when it is used.
func New(cfg Config) *Client {
	if cfg.AttemptTimeout == 0 {
		cfg.AttemptTimeout = time.Second
	}
	if cfg.Transport == nil {
		cfg.Transport = NewTransport()
	}
	c := &Client{cfg: cfg, budget: budget{tokens: budgetSize}}
	c.http = &http.Client{
		Transport:     cfg.Transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	c.next.Store(uint64(max(0, cfg.First)))
	return c
}

// NewTransport keeps connections for many concurrent requests to few nodes.
func NewTransport() *http.Transport {
	return &http.Transport{
		DialContext:         (&net.Dialer{Timeout: 500 * time.Millisecond}).DialContext,
		MaxIdleConnsPerHost: 256,
		IdleConnTimeout:     time.Minute,
		// Answers are small and the nodes are near.
		DisableCompression: true,
	}
}

// Fixed is a list of targets that does not change.
func Fixed(targets ...string) func() []string { return func() []string { return targets } }

// target gives the present target, and its place for moveOn.
func (c *Client) target() (target string, place uint64, err error) {
	targets := c.cfg.Targets()
	if len(targets) == 0 {
		return "", 0, failf("no node is known")
	}
	place = c.next.Load()
	return targets[place%uint64(len(targets))], place, nil
}

// moveOn goes to the next target, unless somebody else has done so already.
func (c *Client) moveOn(from uint64) { c.next.CompareAndSwap(from, from+1) }

// path is that of a conversation, in the client's lane.
func (c *Client) path(conversation, rest string) string {
	path := "/v1/conversations/" + url.PathEscape(conversation) + rest
	if c.cfg.Lane == "" {
		return path
	}
	separator := "?"
	if strings.Contains(rest, "?") {
		separator = "&"
	}
	return path + separator + "lane=" + url.QueryEscape(c.cfg.Lane)
}

func query(o api.ReadRequest) string {
	values := url.Values{}
	if o.Level != "" {
		values.Set("read", string(o.Level))
	}
	if o.After > 0 {
		values.Set("after", strconv.FormatUint(o.After, 10))
	}
	if o.Limit > 0 {
		values.Set("limit", strconv.Itoa(o.Limit))
	}
	if o.MinSeq > 0 {
		values.Set("min_seq", strconv.FormatUint(o.MinSeq, 10))
	}
	return "?" + values.Encode()
}

// Read is one attempt to read a page, at the present target; after a failure the
// next attempt goes to another one. A page may be shorter than Limit; it is the
// last one if it reaches View.Last.
func (c *Client) Read(ctx context.Context, o api.ReadRequest) (api.View, error) {
	var view api.View
	err := c.once(ctx, http.MethodGet, c.path(o.Conversation, "/messages"+query(o)), &view)
	return view, err
}

// Digest asks the present target for the digest of a conversation up to a seq;
// 0 means all.
func (c *Client) Digest(ctx context.Context, conversation string, upto uint64) (api.Digest, error) {
	var d api.Digest
	err := c.once(ctx, http.MethodGet, c.path(conversation, "/digest?upto="+strconv.FormatUint(upto, 10)), &d)
	return d, err
}

// Status asks the present target what it knows of itself.
func (c *Client) Status(ctx context.Context) (api.Status, error) {
	var s api.Status
	err := c.once(ctx, http.MethodGet, "/v1/status", &s)
	return s, err
}

// once is one attempt to get something.
func (c *Client) once(ctx context.Context, method, path string, into any) error {
	target, place, err := c.target()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, c.cfg.AttemptTimeout)
	defer cancel()
	if err := c.call(ctx, method, target+path, "", nil, into); err != nil {
		if !err.final() {
			c.moveOn(place)
		}
		return err
	}
	return nil
}
