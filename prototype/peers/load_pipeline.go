package main

import (
	"context"
	"sync"
	"time"
)

// pipeline has few connections, and on each as many messages in flight as the
// system's clients usually have.
func pipeline(ctx context.Context, c cluster, t task) error {
	pipes, window, err := c.Pipes(ctx)
	for _, p := range pipes {
		defer p.close()
	}
	if err != nil {
		return err
	}
	r := newRecorder(t.duration)
	var done sync.WaitGroup
	for _, p := range pipes {
		done.Go(func() {
			slots := make(chan struct{}, window)
			take := func() bool {
				select {
				case slots <- struct{}{}:
					return true
				case <-ctx.Done():
					return false
				}
			}
			for !r.over() && take() {
				sent := time.Now()
				p.send(t.texts.message(), func(err error) {
					r.add(sent, err)
					<-slots
				})
			}
			for range window { // wait for what is in flight
				take()
			}
		})
	}
	done.Wait()
	s, err := r.sample()
	if err != nil {
		return err
	}
	t.report("", s)
	return nil
}
