package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/client"
	"lockstep/prototype/workload"
)

// bench is one measurement.
type bench struct {
	flags benchFlags
	to    way
	body  string

	done, failed atomic.Int64
	mu           sync.Mutex
	first        error // why the first one failed
	latency      workload.Histogram
}

// benchResult is what came out. The names say the units.
type benchResult struct {
	Mode    string  `json:"mode"`
	Clients int     `json:"clients"`
	Seconds float64 `json:"seconds"`
	Done    int64   `json:"done"`
	Failed  int64   `json:"failed"`
	Rate    float64 `json:"per_second"`
	P50     float64 `json:"p50_ms"`
	P99     float64 `json:"p99_ms"`
	Max     float64 `json:"max_ms"`
}

func (r benchResult) String() string {
	what := "acknowledged"
	if strings.HasPrefix(r.Mode, "read") {
		what = "reads"
	}
	return fmt.Sprintf("%s, %d clients, %.1f s: %.0f %s a second; p50 %.2f ms, p99 %.2f ms, max %.2f ms; %d failed\n",
		r.Mode, r.Clients, r.Seconds, r.Rate, what, r.P50, r.P99, r.Max, r.Failed)
}

func newBench(f benchFlags, to way) *bench {
	return &bench{flags: f, to: to, body: strings.Repeat("x", f.body)}
}

const benchReads = 256 // in a batch

// run loads the cluster. What is under way when the time is over is waited for
// and not counted.
func (b *bench) run(ctx context.Context, progress func(share float64)) (benchResult, error) {
	prepared := make([]*client.Client, b.flags.conversations)
	for i := range prepared {
		prepared[i] = client.New(client.Config{Targets: b.to.targets, Transport: b.to.connect()})
		// One message makes the conversation, and the client talks to its leader.
		if _, err := prepared[i].Send(ctx, b.room(i), api.Message{ID: client.NewID(), Sender: "bench", Body: b.body}); err != nil {
			return benchResult{}, err
		}
		if err := prepared[i].Lead(ctx, b.room(i)); err != nil {
			return benchResult{}, err
		}
	}
	began := time.Now()
	loading, stop := context.WithTimeout(ctx, b.flags.duration)
	defer stop()
	var running sync.WaitGroup
	streams := make([]*client.Stream, b.flags.conversations)
	for i := range b.flags.clients {
		place := i % b.flags.conversations
		c := prepared[place]
		switch b.flags.mode {
		case "wait":
			running.Go(func() {
				b.each(loading, func() (int, error) {
					_, err := c.Send(loading, b.room(place), b.message(i))
					return 1, err
				})
			})
		case "stream":
			if streams[place] == nil {
				streams[place] = c.OpenStream(b.room(place), b.flags.clients)
			}
			running.Go(func() {
				b.each(loading, func() (int, error) {
					_, err := streams[place].Send(loading, b.message(i))
					return 1, err
				})
			})
		case "pipeline":
			running.Go(func() { b.pipeline(loading, c, place, i) })
		case "read":
			running.Go(func() {
				b.each(loading, func() (int, error) {
					_, err := c.Read(loading, api.ReadRequest{Conversation: b.room(place), Limit: 1})
					return 1, err
				})
			})
		case "reads":
			requests := make([]api.ReadRequest, benchReads)
			for j := range requests {
				requests[j] = api.ReadRequest{Conversation: b.room(j % b.flags.conversations), Limit: 1}
			}
			running.Go(func() {
				b.each(loading, func() (int, error) {
					answers, err := c.ReadBatch(loading, requests)
					for _, a := range answers {
						if a.Err != nil {
							err = a.Err
						}
					}
					return len(requests), err
				})
			})
		}
	}
	for tick := time.NewTicker(100 * time.Millisecond); loading.Err() == nil; {
		progress(time.Since(began).Seconds() / b.flags.duration.Seconds())
		select {
		case <-tick.C:
		case <-loading.Done():
			tick.Stop()
		}
	}
	done, failed, took := b.done.Load(), b.failed.Load(), time.Since(began)
	for _, s := range streams {
		if s != nil {
			s.Close()
		}
	}
	running.Wait()
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case done > 0 || ctx.Err() != nil:
	case b.first == nil:
		return benchResult{}, fmt.Errorf("no message was answered within %s; give it longer by --duration", took.Round(time.Millisecond))
	default:
		return benchResult{}, fmt.Errorf("nothing succeeded, %d failed: %w", failed, b.first)
	}
	at := func(q float64) float64 { return float64(b.latency.Quantile(q).Microseconds()) / 1000 }
	return benchResult{Mode: b.flags.mode, Clients: b.flags.clients, Seconds: took.Seconds(), Done: done, Failed: failed,
		Rate: float64(done) / took.Seconds(), P50: at(0.5), P99: at(0.99), Max: at(1)}, ctx.Err()
}

func (b *bench) room(i int) string { return fmt.Sprintf("bench-%d", i) }

func (b *bench) message(c int) api.Message {
	return api.Message{ID: client.NewID(), Sender: fmt.Sprintf("c%d", c), Body: b.body}
}

func (b *bench) fail(count int, err error) {
	b.failed.Add(int64(count))
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.first == nil {
		b.first = err
	}
}

// each does one thing after the other until the time is over.
func (b *bench) each(ctx context.Context, do func() (count int, err error)) {
	var own workload.Histogram
	for ctx.Err() == nil {
		began := time.Now()
		count, err := do()
		switch {
		case ctx.Err() != nil:
		case err != nil:
			b.fail(count, err)
		default:
			b.done.Add(int64(count))
			own.Record(time.Since(began))
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.latency.Add(&own)
}

// pipeline sends as fast as the window allows.
func (b *bench) pipeline(ctx context.Context, c *client.Client, place, number int) {
	stream := c.OpenStream(b.room(place), b.flags.window)
	var mu sync.Mutex
	var own workload.Histogram
	for ctx.Err() == nil {
		began := time.Now()
		stream.Post(ctx, b.message(number), func(_ api.Ack, err error) {
			if err != nil {
				if ctx.Err() == nil {
					b.fail(1, err)
				}
				return
			}
			b.done.Add(1)
			mu.Lock()
			own.Record(time.Since(began))
			mu.Unlock()
		})
	}
	stream.Close()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.latency.Add(&own)
}
