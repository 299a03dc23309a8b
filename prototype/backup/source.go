package backup

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/client"
)

const (
	// listPage is how many conversations are asked for at once, and readPage how many
	// messages; both are what a node gives at most.
	listPage = 10_000
	readPage = 10_000
	// pause is between two attempts, of which there are many: an election takes less
	// than a second.
	pause = 100 * time.Millisecond
	// attempts is how often a page is asked for before the run is given up, at least for
	// as long as a node needs to be started again.
	attempts = 300
	// namePatience is how often a node is asked for its cluster's name.
	namePatience = 50
	// attemptTimeout bounds one, with a page of the longest messages.
	attemptTimeout = 10 * time.Second
	maxList        = 64 << 20
)

// refused is the answer of a node that will not change by asking again.
type refused struct {
	detail string
	first  uint64 // the oldest message that it has, if that is why
}

func (r *refused) Error() string { return r.detail }

// awaitName gives a cluster that has just been started the time to find its name.
func awaitName(ctx context.Context, transport http.RoundTripper, targets []string) error {
	for range namePatience {
		page, err := list(ctx, transport, targets, 0, "", 1)
		if err != nil || page.Cluster != "" {
			return err
		}
		if err := rest(ctx); err != nil {
			return err
		}
	}
	return nil
}

// list asks one node after the other for a page of a shard's conversations.
func list(ctx context.Context, transport http.RoundTripper, targets []string, shard int, after string, limit int) (api.Conversations, error) {
	var page api.Conversations
	query := fmt.Sprintf("/v1/shards/%d/conversations?limit=%d&after=%s", shard, limit, url.QueryEscape(after))
	err := again(ctx, func(attempt int) error {
		if len(targets) == 0 {
			return &refused{detail: "no node is known"}
		}
		page = api.Conversations{}
		return get(ctx, transport, targets[attempt%len(targets)]+query, &page)
	})
	return page, err
}

// again tries until it succeeds, is refused, or the patience ends.
func again(ctx context.Context, try func(attempt int) error) (err error) {
	for i := range attempts {
		var no *refused
		if err = try(i); err == nil || errors.As(err, &no) || errors.Is(err, client.ErrInvalid) || ctx.Err() != nil {
			return err
		}
		if err := rest(ctx); err != nil {
			return err
		}
	}
	return err
}

func rest(ctx context.Context) error {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func get(ctx context.Context, transport http.RoundTripper, address string, into any) error {
	ctx, cancel := context.WithTimeout(ctx, attemptTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return &refused{detail: err.Error()}
	}
	request.Header.Set("Lockstep-Operator", "cli")
	response, err := (&http.Client{Transport: transport}).Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body := io.LimitReader(response.Body, maxList)
	if response.StatusCode == http.StatusOK {
		return json.NewDecoder(body).Decode(into)
	}
	var p api.Problem
	if json.NewDecoder(body).Decode(&p) != nil || p.Title == "" {
		p.Title = response.Status
	}
	text := fmt.Sprintf("%s: %s: %s", request.URL.Host, p.Title, p.Detail)
	if response.StatusCode < 500 && response.StatusCode != http.StatusTooManyRequests {
		return &refused{text, p.FirstSeq}
	}
	return errors.New(text)
}
