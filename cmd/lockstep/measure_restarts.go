package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/client"
	"lockstep/prototype/cluster"
)

// restartsEvidence is how long nodes of real processes took, from their start after
// SIGKILL until they had caught up with the others.
type restartsEvidence struct {
	distribution
	Messages int `json:"messages"` // that the cluster held
	Body     int `json:"message_bytes"`
}

// restartsPatience bounds the wait for one restart.
const restartsPatience = 30 * time.Second

// measureRestarts kills one node after the other of a loaded cluster and starts it
// again. Program is what runs the nodes, "" for this one.
func measureRestarts(ctx context.Context, program string, n sizesCounts, progress func(done int)) (e restartsEvidence, err error) {
	dir, err := os.MkdirTemp("", "lockstep-sizes-")
	if err != nil {
		return e, err
	}
	defer os.RemoveAll(dir)
	p, err := cluster.Start(ctx, cluster.Config{Executable: program, Dir: filepath.Join(dir, "cluster"), Nodes: 3, Shards: 1})
	if err != nil {
		return e, err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	if err := p.Ready(ctx); err != nil {
		return e, err
	}
	if err := loadRoom(ctx, p, n.loaded); err != nil {
		return e, err
	}
	var took []time.Duration
	for i := range n.restarts {
		progress(i)
		d, err := restartOne(ctx, p, p.Members()[i%3])
		if err != nil {
			return e, err
		}
		took = append(took, d)
	}
	return restartsEvidence{distributionOf(took), n.loaded, sizesBody}, nil
}

// loadRoom sends as fast as a window allows, and ends when all is acknowledged.
func loadRoom(ctx context.Context, p *cluster.Processes, messages int) error {
	var urls []string
	for _, m := range p.Members() {
		urls = append(urls, "http://"+m.HTTP)
	}
	c := client.New(client.Config{Targets: client.Fixed(urls...)})
	const room = "room"
	stream := c.OpenStream(room, 1024)
	var mu sync.Mutex
	var failed error
	for i := range messages {
		m := sizesCommand(room, i%1000)
		stream.Post(ctx, api.Message{ID: m.ID, Sender: m.Sender, Body: m.Body}, func(_ api.Ack, err error) {
			mu.Lock()
			defer mu.Unlock()
			failed = cmp.Or(failed, err)
		})
	}
	// One more waits for those before it.
	_, err := stream.Send(ctx, api.Message{ID: client.NewID(), Sender: "user-last", Body: "x"})
	stream.Close()
	mu.Lock()
	defer mu.Unlock()
	if err := errors.Join(failed, err); err != nil {
		return fmt.Errorf("load the cluster: %w", err)
	}
	return nil
}

// restartOne kills a node and gives the time from its start until it is ready: it has
// applied what its leader had committed.
func restartOne(ctx context.Context, p *cluster.Processes, m cluster.Member) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, restartsPatience)
	defer cancel()
	if err := p.Kill(m.ID); err != nil {
		return 0, err
	}
	// The others have a leader by then, so the node is not measured waiting for one.
	if err := p.Ready(ctx); err != nil {
		return 0, err
	}
	began := time.Now()
	if err := p.Restart(m.ID); err != nil {
		return 0, err
	}
	if err := untilReady(ctx, m.HTTP); err != nil {
		return 0, fmt.Errorf("%s after its restart: %w", m.ID, err)
	}
	took := time.Since(began)
	return took, p.AwaitVote(ctx, m.ID)
}

func untilReady(ctx context.Context, address string) error {
	for tick := time.NewTicker(time.Millisecond); ; {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/readyz", nil)
		if err != nil {
			return err
		}
		response, err := http.DefaultClient.Do(request)
		if err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return nil
			}
			err = fmt.Errorf("it answers %s", response.Status)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		}
	}
}
