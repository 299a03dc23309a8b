package main

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// waiting has a number of clients, each of which waits for the answer before it
// calls again.
func waiting(clients int, ways func(cluster, context.Context) ([]way, error)) func(context.Context, cluster, task) error {
	return func(ctx context.Context, c cluster, t task) error {
		all, err := ways(c, ctx)
		if err != nil {
			return err
		}
		for _, w := range all {
			r := newRecorder(t.duration)
			var done sync.WaitGroup
			for range clients {
				done.Go(func() {
					for !r.over() && ctx.Err() == nil {
						sent := time.Now()
						r.add(sent, w.call(ctx, t.texts.message()))
					}
				})
			}
			done.Wait()
			s, err := r.sample()
			if err != nil {
				return fmt.Errorf("%s: %w", w.name, err)
			}
			t.report(w.name, s)
		}
		return nil
	}
}
