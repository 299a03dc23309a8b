package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	conversationPath = "/v1/conversations/bench/messages"
	// restartAfter is how long the binary leaves a killed node dead: longer than a
	// failover takes, so that the node has no part in it.
	restartAfter = 5 * time.Second
)

// lockstep appends a message by posting it to a conversation: by a request of
// its own (the rows "-http") or as a line of a stream (the rows "-stream").
// Goroutines that share one stream are what shares a connection in nats.go, and
// the fair row to compare with it.
type lockstep struct {
	*process
	dir         string
	connections int
	http        *http.Client
	leader      string        // base URL
	first       atomic.Uint32 // index of the node that Offer asks
	all         []lockstepNode
	shared      *lockstepStream // of the waiting clients; nil until they begin
}

// lockstepNode is a line of the file in which the binary lists its nodes.
type lockstepNode struct {
	ID   string `json:"id"`
	PID  int    `json:"pid"` // 0 while it is down
	HTTP string `json:"http"`
}

func (n lockstepNode) url() string { return "http://" + n.HTTP }

func startLockstep(store string) func(context.Context, environment) (cluster, error) {
	return func(ctx context.Context, env environment) (cluster, error) {
		data := filepath.Join(env.dir, "data")
		p, err := startProcess(filepath.Join(env.dir, "cluster.log"), env.lockstep, "cluster", "--nodes", fmt.Sprint(nodes), "--shards", "1",
			"--port", "0", "--data", data, "--log-store", store, "--restart-after", restartAfter.String())
		if err != nil {
			return nil, err
		}
		l := &lockstep{process: p, dir: data, connections: env.connections, http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 128}}}
		if err := l.connect(ctx); err != nil {
			l.Stop()
			return nil, err
		}
		return l, nil
	}
}

func (l *lockstep) connect(ctx context.Context) error {
	return until(ctx, []*process{l.process}, func() (err error) {
		if l.all, err = l.nodes(); err != nil {
			return err
		}
		for _, n := range l.all {
			if err := l.get(ctx, n.url()+"/readyz", nil); err != nil {
				return err
			}
		}
		leader, err := l.leaderNode(ctx)
		l.leader = leader.url()
		return err
	})
}

func (l *lockstep) nodes() (all []lockstepNode, err error) {
	data, err := os.ReadFile(filepath.Join(l.dir, "cluster.json"))
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(data, &all); err != nil {
		return nil, err
	}
	if len(all) != nodes {
		return nil, fmt.Errorf("%d nodes, want %d", len(all), nodes)
	}
	return all, nil
}

// leaderNode asks every node whether it leads the one shard: the others may not
// have heard of a new leader yet.
func (l *lockstep) leaderNode(ctx context.Context) (lockstepNode, error) {
	all, err := l.nodes()
	if err != nil {
		return lockstepNode{}, err
	}
	for _, n := range all {
		var status struct {
			Shards []struct{ Role string }
		}
		if err := l.get(ctx, n.url()+"/v1/status", &status); err == nil && len(status.Shards) == 1 && status.Shards[0].Role == "leader" {
			return n, nil
		}
	}
	return lockstepNode{}, errors.New("no node of lockstep says that it leads")
}

func (l *lockstep) Sends(context.Context) ([]way, error) {
	if l.shared == nil {
		var err error
		if l.shared, err = openStream(l.leader); err != nil {
			return nil, err
		}
	}
	return []way{
		{"http", func(ctx context.Context, m message) error { return l.post(ctx, l.leader, m) }},
		{"stream", l.shared.wait},
	}, nil
}

func (l *lockstep) Reads(ctx context.Context) ([]way, error) {
	if err := l.post(ctx, l.leader, message{id: "read", body: "r"}); err != nil {
		return nil, err
	}
	// The newest message: by now the first ones are no longer retained.
	var end struct {
		Last uint64 `json:"last_seq"`
	}
	if err := l.get(ctx, l.leader+conversationPath+"?limit=1&after=9000000000", &end); err != nil {
		return nil, err
	}
	url := fmt.Sprintf("%s%s?limit=1&read=linearizable&after=%d", l.leader, conversationPath, end.Last-1)
	return []way{{"", func(ctx context.Context, _ message) error {
		var answer struct{ Messages []struct{ Seq uint64 } }
		err := l.get(ctx, url, &answer)
		if err == nil && len(answer.Messages) != 1 {
			err = fmt.Errorf("%d messages, want 1", len(answer.Messages))
		}
		return err
	}}}, nil
}

func (l *lockstep) Pipes(context.Context) (pipes []pipe, window int, err error) {
	for range l.connections {
		s, err := openStream(l.leader)
		if err != nil {
			return pipes, 0, err
		}
		pipes = append(pipes, s)
	}
	return pipes, lockstepPending / l.connections, nil
}

// Offer asks the node that answered last, and after a failure the next one.
func (l *lockstep) Offer(ctx context.Context, m message) error {
	i := l.first.Load()
	err := l.post(ctx, l.all[i].url(), m)
	if err != nil {
		l.first.CompareAndSwap(i, (i+1)%uint32(len(l.all)))
	}
	return err
}

func (l *lockstep) KillLeader(ctx context.Context) (revive func(context.Context) error, err error) {
	victim, err := l.leaderNode(ctx)
	if err != nil {
		return nil, err
	}
	if err := syscall.Kill(victim.PID, syscall.SIGKILL); err != nil {
		return nil, err
	}
	return func(ctx context.Context) error {
		return until(ctx, []*process{l.process}, func() error {
			all, err := l.nodes()
			if err != nil {
				return err
			}
			for _, n := range all {
				if n.ID == victim.ID && (n.PID == 0 || n.PID == victim.PID) {
					return fmt.Errorf("%s has not been started again", n.ID)
				}
			}
			return l.get(ctx, victim.url()+"/readyz", nil)
		})
	}, nil
}

func (l *lockstep) Stop() {
	if l.shared != nil {
		l.shared.close()
	}
	l.http.CloseIdleConnections()
	l.end(syscall.SIGTERM)
}

// encode writes a message by hand, as a client that is meant to be fast does: its
// parts are plain ASCII, see texts.
func encode(m message) []byte {
	line := make([]byte, 0, len(m.id)+len(m.body)+48)
	line = append(append(line, `{"id":"`...), m.id...)
	line = append(append(line, `","sender":"peers","body":"`...), m.body...)
	return append(line, `"}`...)
}

// post sends a message by a request of its own.
func (l *lockstep) post(ctx context.Context, url string, m message) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url+conversationPath, bytes.NewReader(encode(m)))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	return l.do(request, nil)
}

func (l *lockstep) get(ctx context.Context, url string, into any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	return l.do(request, into)
}

func (l *lockstep) do(request *http.Request, into any) error {
	response, err := l.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body) // all of it, or the connection is not used again
	switch {
	case err != nil:
		return err
	case response.StatusCode != http.StatusOK:
		return fmt.Errorf("%s: %s", response.Status, bytes.TrimSpace(body))
	case into == nil:
		return nil
	}
	return json.Unmarshal(body, into)
}
