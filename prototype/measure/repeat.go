package measure

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
)

var initTesting = sync.OnceFunc(testing.Init)

// repeat runs something count times in virtual time: up to per times in a bubble of
// its own, and as many bubbles at once as there are processors. add takes what a
// bubble came to, one at a time. After an error or the end of the context none is
// begun.
func repeat[T any](ctx context.Context, count, per int, run func(n int) (T, error), add func(T)) error {
	initTesting()
	var mu sync.Mutex
	var failed error
	begun := 0
	take := func() int {
		mu.Lock()
		defer mu.Unlock()
		if failed != nil || ctx.Err() != nil {
			return 0
		}
		n := min(per, count-begun)
		begun += n
		return n
	}
	var running sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		running.Go(func() {
			for n := take(); n > 0; n = take() {
				var result T
				var err error
				synctest.Test(new(testing.T), func(*testing.T) { result, err = run(n) })
				mu.Lock()
				if failed = errors.Join(failed, err); err == nil {
					add(result)
				}
				mu.Unlock()
			}
		})
	}
	running.Wait()
	return errors.Join(failed, ctx.Err())
}
