package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/check"
	"lockstep/prototype/client"
	"lockstep/prototype/history"
)

// judged is four senders into one conversation, whose history is judged in the
// end.
type judged struct {
	conversation string
	transport    http.RoundTripper
	targets      []string
	recorder     *history.Recorder
	acked        chan time.Duration // how long each acknowledged message took
	stop         context.CancelFunc
	senders      sync.WaitGroup
}

func startJudged(ctx context.Context, conversation string, transport http.RoundTripper, targets ...string) *judged {
	j := &judged{conversation: conversation, transport: transport, targets: targets, recorder: history.NewRecorder(nil), acked: make(chan time.Duration, 1<<20)}
	load, stop := context.WithCancel(ctx)
	j.stop = stop
	for s := range 4 {
		j.senders.Go(func() { j.send(ctx, load, s) })
	}
	return j
}

func (j *judged) send(ctx, load context.Context, s int) {
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
		case errors.Is(err, client.ErrUnknown):
			j.recorder.Complete(op, history.Event{Type: history.Info, Error: err.Error()})
		default:
			j.recorder.Complete(op, history.Event{Type: history.Fail, Error: err.Error()})
		}
	}
}

// progress waits for n acknowledgements from now on, and gives the longest.
func (j *judged) progress(t *testing.T, ctx context.Context, n int) (longest time.Duration) {
	t.Helper()
	for len(j.acked) > 0 {
		<-j.acked
	}
	for range n {
		select {
		case took := <-j.acked:
			longest = max(longest, took)
		case <-ctx.Done():
			t.Fatal("no acknowledgement: the cluster did not recover")
		}
	}
	return longest
}

// judge ends the load and waits until every replica holds, by itself, what a
// strong read shows. Then the judge speaks.
func (j *judged) judge(t *testing.T, ctx context.Context, atLeast int) {
	t.Helper()
	j.stop()
	j.senders.Wait()
	strong, err := readAll(ctx, client.New(client.Config{Targets: client.Fixed(j.targets...), Transport: j.transport}), j.conversation, api.LevelLinearizable)
	if err != nil {
		t.Fatal(err)
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
				t.Fatalf("%s holds %d of %d messages: %v", target, len(have), len(strong), err)
			}
		}
		op := j.recorder.Invoke(history.Event{Kind: history.Read, Node: target, Conversation: j.conversation, Level: string(api.LevelLocal), Limit: len(have), Final: true})
		j.recorder.Complete(op, api.View{Messages: have, Last: uint64(len(have))}.Noted())
	}
	report := check.Check(j.recorder.Events())
	t.Log(report)
	if report.Verdict != check.OK || report.Counts.Acknowledged < atLeast || report.Counts.Replicas != len(j.targets) {
		t.Errorf("verdict %s over %d acknowledged messages and %d replicas: %v %v", report.Verdict, report.Counts.Acknowledged, report.Counts.Replicas, report.Reasons, report.Witness)
	}
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

// awaitReady waits until every node knows a leader for every shard.
func awaitReady(t *testing.T, ctx context.Context, transport http.RoundTripper, targets []string) {
	t.Helper()
	ask := &http.Client{Transport: transport, Timeout: time.Second}
	for _, target := range targets {
		for {
			response, err := ask.Get(target + "/readyz")
			if err == nil {
				response.Body.Close()
				if response.StatusCode == http.StatusOK {
					break
				}
			}
			select {
			case <-time.After(20 * time.Millisecond):
			case <-ctx.Done():
				t.Fatalf("%s is not ready: %v", target, err)
			}
		}
	}
}
