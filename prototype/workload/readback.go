package workload

import (
	"context"
	"fmt"
	"slices"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/client"
	"lockstep/prototype/history"
)

// readInto reads one page and notes it. The event says who reads where.
func readInto(ctx context.Context, recorder *history.Recorder, c *client.Client, e history.Event, r api.ReadRequest) (api.View, error) {
	e.Kind, e.Conversation, e.Level, e.After, e.Limit, e.MinSeq = history.Read, r.Conversation, string(r.Level), r.After, r.Limit, r.MinSeq
	op := recorder.Invoke(e)
	view, err := c.Read(ctx, r)
	if err != nil {
		recorder.Complete(op, history.Event{Type: history.Fail, Error: err.Error()})
		return view, err
	}
	recorder.Complete(op, view.Noted())
	return view, nil
}

// restFor is how long replicas must hold the same and nothing new before they
// count as at rest. It is longer than a node pursues a request whose client has
// gone, so that no straggler comes after the final reads.
const restFor = 1500 * time.Millisecond

// ReadBack waits until all nodes hold the same and nothing new comes, and then
// asks every node for the digest of every
// conversation and reads it there in full. Call it when no load runs and
// all faults are mended.
func ReadBack(ctx context.Context, cfg Config) error {
	if cfg.Transport == nil {
		cfg.Transport = client.NewTransport()
	}
	nodes := make([]*client.Client, len(cfg.Nodes))
	for i, n := range cfg.Nodes {
		nodes[i] = client.New(client.Config{Targets: client.Fixed(n.URL), AttemptTimeout: 5 * time.Second, Transport: cfg.Transport})
	}
	if err := awaitRest(ctx, cfg, nodes); err != nil {
		return fmt.Errorf("read back: %w", err)
	}
	for i, n := range cfg.Nodes {
		for _, conversation := range cfg.Conversations {
			if err := digestInto(ctx, cfg.Recorder, nodes[i], n.Name, conversation); err != nil {
				return fmt.Errorf("read back %s at %s: %w", conversation, n.Name, err)
			}
			if err := readAll(ctx, cfg.Recorder, nodes[i], n.Name, conversation); err != nil {
				return fmt.Errorf("read back %s at %s: %w", conversation, n.Name, err)
			}
		}
	}
	return nil
}

func readAll(ctx context.Context, recorder *history.Recorder, c *client.Client, node, conversation string) error {
	for after := uint64(0); ; {
		view, err := readInto(ctx, recorder, c, history.Event{Node: node, Final: true},
			api.ReadRequest{Conversation: conversation, Level: api.LevelLocal, After: after, Limit: 1000})
		if err != nil {
			return err
		}
		n := len(view.Messages)
		if n > 0 {
			after = view.Messages[n-1].Seq
		}
		if n == 0 || after >= view.Last {
			return nil
		}
	}
}

// digestInto asks a replica for its digest and notes it.
func digestInto(ctx context.Context, recorder *history.Recorder, c *client.Client, node, conversation string) error {
	op := recorder.Invoke(history.Event{Kind: history.Digest, Node: node, Conversation: conversation})
	d, err := c.Digest(ctx, conversation, 0)
	if err != nil {
		recorder.Complete(op, history.Event{Type: history.Fail, Error: err.Error()})
		return err
	}
	recorder.Complete(op, history.Event{Type: history.OK, Seq: d.Seq, Digest: d.Digest})
	return nil
}

// awaitRest polls digests until they are equal and stay so. A replica that never
// agrees is not this function's to judge: it gives an error, and the reads that
// the caller may still make show how they differ.
func awaitRest(ctx context.Context, cfg Config, nodes []*client.Client) error {
	var since time.Time
	var held []api.Digest
	for {
		digests, err := agreed(ctx, cfg, nodes)
		now := time.Now()
		switch {
		case err != nil:
			held = nil
		case held == nil || !slices.Equal(held, digests):
			held, since = digests, now
		case now.Sub(since) >= restFor:
			return nil
		}
		timer := time.NewTimer(25 * time.Millisecond)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			if err == nil {
				err = ctx.Err()
			}
			return fmt.Errorf("the replicas did not come to rest: %w", err)
		}
	}
}

// agreed gives the digest of each conversation, if all nodes have the same.
func agreed(ctx context.Context, cfg Config, nodes []*client.Client) ([]api.Digest, error) {
	digests := make([]api.Digest, len(cfg.Conversations))
	for i, conversation := range cfg.Conversations {
		for j, n := range nodes {
			d, err := n.Digest(ctx, conversation, 0)
			if err != nil {
				return nil, fmt.Errorf("ask %s: %w", cfg.Nodes[j].Name, err)
			}
			if j == 0 {
				digests[i] = d
			} else if d != digests[i] {
				return nil, fmt.Errorf("%s has %d messages of %s with digest %.8s, %s has %d with %.8s",
					cfg.Nodes[0].Name, digests[i].Seq, conversation, digests[i].Digest, cfg.Nodes[j].Name, d.Seq, d.Digest)
			}
		}
	}
	return digests, nil
}
