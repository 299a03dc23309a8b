package client

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// ErrGap is the error for a conversation whose numbers jump: a message is
// missing, which the cluster promises never to happen.
var ErrGap = errors.New("a message is missing")

// Follow calls each with every message with seq above after, in order and each
// once, until the context ends or each gives an error. It resumes through
// failovers and restarts, at whichever node answers.
func (c *Client) Follow(ctx context.Context, conversation string, after uint64, each func(Placed) error) error {
	for {
		last, err := c.stream(ctx, conversation, after, each)
		after = last
		if stop := new(stopped); errors.As(err, &stop) {
			return stop.err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		c.next.Add(1)
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// stopped is an error after which there is no point in resuming.
type stopped struct{ err error }

func (s *stopped) Error() string { return s.err.Error() }

func (c *Client) stream(ctx context.Context, conversation string, after uint64, each func(Placed) error) (last uint64, err error) {
	target, err := c.pick()
	if err != nil {
		return after, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("%s/v1/conversations/%s/events?after=%d", target, url.PathEscape(conversation), after), nil)
	if err != nil {
		return after, &stopped{err}
	}
	resp, err := c.http.Do(request)
	if err != nil {
		return after, err
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 400 && resp.StatusCode < 500 {
		return after, &stopped{fmt.Errorf("follow %s: %s", conversation, resp.Status)}
	}
	if resp.StatusCode != http.StatusOK {
		return after, fmt.Errorf("follow %s: %s", conversation, resp.Status)
	}
	scanner := bufio.NewScanner(resp.Body)
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		data, ok := strings.CutPrefix(scanner.Text(), "data: ")
		if !ok {
			continue
		}
		var m Placed
		if err := json.Unmarshal([]byte(data), &m); err != nil {
			return after, err
		}
		if m.Seq != after+1 {
			return after, &stopped{fmt.Errorf("%w: after %d came %d", ErrGap, after, m.Seq)}
		}
		if err := each(m); err != nil {
			return after, &stopped{err}
		}
		after = m.Seq
	}
	return after, scanner.Err()
}
