package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
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
	// What a follower's process read for each message, beside its text; 0 where the
	// system does not tell. Wire is with as many under way as there can be, Alone with
	// one at a time.
	Wire  quantity `json:"follower"`
	Alone quantity `json:"follower_alone"`
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
	load := newRoomLoad(p)
	if err := load.lead(ctx); err != nil {
		return e, err
	}
	if e.Alone, err = load.wire(ctx, n.alone, 1); err != nil {
		return e, err
	}
	if e.Wire, err = load.wire(ctx, n.loaded, 1024); err != nil {
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
	e.distribution, e.Messages, e.Body = distributionOf(took), n.loaded, sizesBody
	return e, nil
}

// roomLoad sends messages to one conversation.
type roomLoad struct {
	processes *cluster.Processes
	client    *client.Client
}

const loadedRoom = "room-000000"

func newRoomLoad(p *cluster.Processes) roomLoad {
	var urls []string
	for _, m := range p.Members() {
		urls = append(urls, "http://"+m.HTTP)
	}
	return roomLoad{p, client.New(client.Config{Targets: client.Fixed(urls...)})}
}

// lead makes the client talk to the leader, so that followers read what the leader
// sends and nothing else.
func (l roomLoad) lead(ctx context.Context) error {
	if _, err := l.client.Send(ctx, loadedRoom, api.Message{ID: client.NewID(), Sender: "user-first", Body: "x"}); err != nil {
		return err
	}
	return l.client.Lead(ctx, loadedRoom)
}

// wire sends messages, so many of them under way at a time, and gives what a follower
// read for each beside its text.
func (l roomLoad) wire(ctx context.Context, messages, window int) (quantity, error) {
	before := l.read()
	if err := l.send(ctx, messages, window); err != nil {
		return quantity{}, fmt.Errorf("load the cluster: %w", err)
	}
	least := int64(math.MaxInt64)
	for id, n := range l.read() {
		least = min(least, n-before[id]) // the leader reads from clients as well
	}
	if len(before) == 0 {
		return quantity{}, nil
	}
	return perMessage(float64(least)/float64(messages) - sizesBody), nil
}

// read is what each process has read so far, from files and connections, by id. It is
// empty where the system does not tell.
func (l roomLoad) read() map[string]int64 {
	all := make(map[string]int64)
	for _, m := range l.processes.Members() {
		data, err := os.ReadFile(fmt.Sprintf("/proc/%d/io", m.PID)) // Linux alone
		if err != nil {
			return nil
		}
		var n int64
		if _, err := fmt.Sscanf(string(data), "rchar: %d", &n); err != nil {
			return nil
		}
		all[m.ID] = n
	}
	return all
}

func (l roomLoad) send(ctx context.Context, messages, window int) error {
	stream := l.client.OpenStream(loadedRoom, window)
	var mu sync.Mutex
	var failed error
	for i := range messages {
		m := sizesCommand(loadedRoom, i%1000)
		stream.Post(ctx, api.Message{ID: m.ID, Sender: m.Sender, Body: m.Body}, func(_ api.Ack, err error) {
			mu.Lock()
			defer mu.Unlock()
			failed = cmp.Or(failed, err)
		})
	}
	// One more is answered after those before it.
	_, err := stream.Send(ctx, api.Message{ID: client.NewID(), Sender: "user-last", Body: "x"})
	stream.Close()
	mu.Lock()
	defer mu.Unlock()
	return cmp.Or(failed, err)
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
