package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/check"
	"lockstep/prototype/client"
	"lockstep/prototype/history"
)

// judgedLoad is four senders into one conversation, whose history is judged in the end.
type judgedLoad struct {
	conversation string
	transport    http.RoundTripper
	targets      []string
	recorder     *history.Recorder
	acked        chan time.Duration // how long each acknowledged message took
	stop         context.CancelFunc
	senders      sync.WaitGroup

	mu      sync.Mutex
	last    time.Time     // of an acknowledgement, or when the pause was asked for
	longest time.Duration // between two acknowledgements
}

func startJudgedLoad(ctx context.Context, conversation string, transport http.RoundTripper, targets ...string) *judgedLoad {
	j := &judgedLoad{last: time.Now(), conversation: conversation, transport: transport, targets: targets, recorder: history.NewRecorder(nil), acked: make(chan time.Duration, 1<<20)}
	load, stop := context.WithCancel(ctx)
	j.stop = stop
	for s := range 4 {
		j.senders.Go(func() { j.send(ctx, load, s) })
	}
	return j
}

func (j *judgedLoad) send(ctx, load context.Context, s int) {
	c := client.New(client.Config{Targets: client.Fixed(j.targets...), First: s, Transport: j.transport})
	for i := 0; load.Err() == nil; i++ {
		m := api.Message{ID: fmt.Sprintf("%d-%d", s, i), Sender: fmt.Sprintf("s%d", s), Body: fmt.Sprintf("message %d of %d", i, s)}
		op := j.recorder.Invoke(history.Event{Kind: history.Send, Conversation: j.conversation, ID: m.ID, Sender: m.Sender, Body: m.Body})
		began := time.Now()
		// A message is carried through to its acknowledgement even when the load has
		// been told to stop: its outcome is then known.
		ack, err := c.Send(ctx, j.conversation, m)
		switch {
		case err == nil:
			j.recorder.Complete(op, history.Event{Type: history.OK, Seq: ack.Seq, Epoch: ack.Epoch})
			j.acked <- time.Since(began)
			j.mu.Lock()
			now := time.Now()
			j.longest, j.last = max(j.longest, now.Sub(j.last)), now
			j.mu.Unlock()
		case errors.Is(err, client.ErrUnknown):
			j.recorder.Complete(op, history.Event{Type: history.Info, Error: err.Error()})
		default:
			j.recorder.Complete(op, history.Event{Type: history.Fail, Error: err.Error()})
		}
	}
}

// pause is the longest time without an acknowledgement since it was asked for last.
func (j *judgedLoad) pause() (longest time.Duration) {
	j.mu.Lock()
	defer j.mu.Unlock()
	now := time.Now()
	longest = max(j.longest, now.Sub(j.last))
	j.longest, j.last = 0, now
	return longest
}

// progress waits for n acknowledgements from now on, and gives the longest.
func (j *judgedLoad) progress(ctx context.Context, n int) (longest time.Duration, err error) {
	for len(j.acked) > 0 {
		<-j.acked
	}
	for range n {
		select {
		case took := <-j.acked:
			longest = max(longest, took)
		case <-ctx.Done():
			return longest, errors.New("no acknowledgement: the cluster did not recover")
		}
	}
	return longest, nil
}

// judge ends the load and waits until every replica holds, by itself, what a
// strong read shows. Then the judge speaks.
func (j *judgedLoad) judge(ctx context.Context) (report check.Report, err error) {
	j.stop()
	j.senders.Wait()
	strong, err := readAll(ctx, client.New(client.Config{Targets: client.Fixed(j.targets...), Transport: j.transport}), j.conversation, api.LevelLinearizable)
	if err != nil {
		return report, err
	}
	for _, target := range j.targets {
		replica := client.New(client.Config{Targets: client.Fixed(target), Transport: j.transport})
		var have []api.Placed
		for {
			if have, err = readAll(ctx, replica, j.conversation, api.LevelLocal); err == nil && len(have) >= len(strong) {
				break
			}
			select {
			case <-time.After(20 * time.Millisecond):
			case <-ctx.Done():
				return report, fmt.Errorf("%s holds %d of %d messages: %w", target, len(have), len(strong), errors.Join(err, ctx.Err()))
			}
		}
		op := j.recorder.Invoke(history.Event{Kind: history.Read, Node: target, Conversation: j.conversation, Level: string(api.LevelLocal), Limit: len(have), Final: true})
		j.recorder.Complete(op, api.View{Messages: have, Last: uint64(len(have))}.Noted())
	}
	return check.Check(j.recorder.Events()), nil
}

// readAll reads a whole conversation, page by page.
func readAll(ctx context.Context, c *client.Client, conversation string, level api.Level) (all []api.Placed, err error) {
	for {
		view, err := c.Read(ctx, api.ReadRequest{Conversation: conversation, Level: level, After: uint64(len(all)), Limit: 1000})
		all = append(all, view.Messages...)
		if err != nil || len(view.Messages) == 0 || uint64(len(all)) >= view.Last {
			return all, err
		}
	}
}
