package client

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"lockstep/prototype/api"
)

// ErrGap is the error for a conversation whose numbers jump: a message is
// missing, which the cluster promises never to happen.
var ErrGap = errors.New("a message is missing")

// How long a follower stays with a node that shows nothing new before it asks
// the others whether there is something. The time doubles while there is not.
const (
	firstDoubt   = time.Second
	longestDoubt = 10 * time.Second
)

// Follow calls each with every message with seq above after, in order and each
// once, until the context ends or each gives an error. It resumes where it was
// through failovers and restarts, at whichever node answers, and leaves a node
// that is cut off from the others or paused.
func (c *Client) Follow(ctx context.Context, conversation string, after uint64, each func(api.Placed) error) error {
	f := follower{client: c, conversation: conversation, last: after, each: each}
	for {
		err := f.stream(ctx)
		if stop := (*stopped)(nil); errors.As(err, &stop) {
			return fmt.Errorf("follow %s: %w", conversation, stop.err)
		}
		if !sleep(ctx, 100*time.Millisecond) {
			return ctx.Err()
		}
	}
}

// stopped is an error after which there is no point in resuming.
type stopped struct{ err error }

func (s *stopped) Error() string { return s.err.Error() }

// follower is the state of one Follow; it belongs to one goroutine.
type follower struct {
	client       *Client
	conversation string
	last         uint64
	each         func(api.Placed) error
}

// stream follows at the present target until it fails or falls behind.
func (f *follower) stream(ctx context.Context) error {
	target, place, err := f.client.target()
	if err != nil {
		return &stopped{err}
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer f.client.moveOn(place)
	messages, ended := make(chan api.Placed), make(chan error, 1)
	go func() { ended <- f.read(ctx, target, f.last, messages) }()
	doubt := firstDoubt
	timer := time.NewTimer(doubt)
	defer timer.Stop()
	for {
		select {
		case m := <-messages:
			if err := f.take(m); err != nil {
				return err
			}
			doubt = firstDoubt
		case <-timer.C:
			if f.behind(ctx, target) {
				return errBehind
			}
			doubt = min(2*doubt, longestDoubt)
		case err := <-ended:
			return err
		}
		timer.Reset(doubt)
	}
}

var errBehind = errors.New("the node shows less than others have")

func (f *follower) take(m api.Placed) error {
	if m.Seq <= f.last {
		return nil
	}
	if m.Seq != f.last+1 {
		return &stopped{fmt.Errorf("%w: after %d came %d", ErrGap, f.last, m.Seq)}
	}
	if err := f.each(m); err != nil {
		return &stopped{err}
	}
	f.last = m.Seq
	return nil
}

// read passes on the events of one stream until it ends.
func (f *follower) read(ctx context.Context, target string, after uint64, messages chan<- api.Placed) error {
	response, failed := f.client.open(ctx, http.MethodGet, target+f.client.path(f.conversation, fmt.Sprintf("/events?after=%d", after)), "", nil)
	if failed != nil {
		if failed.final() {
			return &stopped{failed}
		}
		return failed
	}
	defer response.Body.Close()
	scanner := bufio.NewScanner(response.Body)
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		data, ok := strings.CutPrefix(scanner.Text(), "data: ")
		if !ok {
			continue
		}
		var m api.Placed
		if err := json.Unmarshal([]byte(data), &m); err != nil {
			return fmt.Errorf("read event: %w", err)
		}
		select {
		case messages <- m:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return scanner.Err()
}

// behind asks the other nodes for what the leader has. If nobody can tell, the
// present node is as good as any.
func (f *follower) behind(ctx context.Context, present string) bool {
	for _, target := range f.client.cfg.Targets() {
		if target == present {
			continue
		}
		ctx, cancel := context.WithTimeout(ctx, f.client.cfg.AttemptTimeout)
		var view api.View
		err := f.client.call(ctx, http.MethodGet, target+f.client.path(f.conversation, "/messages"+query(api.ReadRequest{After: f.last, Limit: 1})), "", nil, &view)
		cancel()
		if err == nil {
			return view.Last > f.last
		}
	}
	return false
}
