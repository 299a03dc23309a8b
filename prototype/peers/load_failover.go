package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

const (
	// tick is the time between two sends.
	tick = 5 * time.Millisecond
	// attempt is how long a client waits for one node before it tries again, and
	// attempts is how many it has under way. Together they have some attempt begin
	// every few milliseconds, however long nobody answers.
	attempt  = 500 * time.Millisecond
	attempts = 64
	// pause keeps refused attempts from becoming a load of their own.
	pause = 50 * time.Millisecond
	// steady is how long a system must have answered without a gap of longestGap
	// until a failover counts as over.
	steady     = 2 * time.Second
	longestGap = 250 * time.Millisecond
	// giveUp bounds the wait for that.
	giveUp = time.Minute
)

// failover kills the leader while a client sends. A window is the longest time
// between two acknowledgements of which the later came after the kill.
func failover(ctx context.Context, c cluster, t task) error {
	var windows []time.Duration
	for range t.kills {
		window, err := killOnce(ctx, c, t.texts)
		if err != nil {
			return err
		}
		windows = append(windows, window)
	}
	t.report("", sample{Windows: windows})
	return nil
}

func killOnce(ctx context.Context, c cluster, texts *texts) (time.Duration, error) {
	sending, stop := context.WithCancel(ctx)
	client := &persistent{}
	var done sync.WaitGroup
	done.Go(func() { client.run(sending, c, texts) })
	defer done.Wait()
	defer stop()
	if err := client.settled(ctx, time.Now()); err != nil {
		return 0, fmt.Errorf("before the kill: %w", err)
	}
	killed := time.Now()
	revive, err := c.KillLeader(ctx)
	if err != nil {
		return 0, fmt.Errorf("kill the leader: %w", err)
	}
	if err := client.settled(ctx, killed); err != nil {
		return 0, fmt.Errorf("after the kill: %w", err)
	}
	window := longest(client.acknowledged(), killed)
	reviving, cancel := context.WithTimeout(ctx, giveUp)
	defer cancel()
	if err := revive(reviving); err != nil {
		return 0, fmt.Errorf("start the killed node again: %w", err)
	}
	return window, nil
}

// persistent is a client that repeats each message until it is acknowledged.
type persistent struct {
	mu   sync.Mutex
	acks []time.Time
	last error
}

func (p *persistent) run(ctx context.Context, c cluster, texts *texts) {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	slots := make(chan struct{}, attempts)
	var done sync.WaitGroup
	defer done.Wait()
	for {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
		select {
		case slots <- struct{}{}:
			done.Go(func() {
				p.insist(ctx, c, texts.message())
				<-slots
			})
		default: // the system is behind
		}
	}
}

func (p *persistent) insist(ctx context.Context, c cluster, m message) {
	for {
		trying, cancel := context.WithTimeout(ctx, attempt)
		err := c.Offer(trying, m)
		cancel()
		p.mu.Lock()
		if p.last = err; err == nil {
			p.acks = append(p.acks, time.Now())
		}
		p.mu.Unlock()
		if err == nil {
			return
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return
		}
	}
}

func (p *persistent) acknowledged() []time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.acks)
}

// settled waits until the system has been steady since the given time or later.
func (p *persistent) settled(ctx context.Context, since time.Time) error {
	deadline := time.Now().Add(giveUp)
	for time.Now().Before(deadline) {
		select {
		case <-time.After(tick):
		case <-ctx.Done():
			return ctx.Err()
		}
		now := time.Now()
		from := now.Add(-steady)
		if from.After(since) && longest(append(p.acknowledged(), now), from) < longestGap {
			return nil
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return fmt.Errorf("not steady within %s, the last error was: %w", giveUp, p.last)
}

// longest gives the longest time between two successive acknowledgements, in
// the order of time, of which the later came after from. The first of all counts
// from there.
func longest(acks []time.Time, from time.Time) (gap time.Duration) {
	last := from
	for _, ack := range acks {
		if ack.After(from) {
			gap = max(gap, ack.Sub(last))
		}
		last = ack
	}
	return gap
}
