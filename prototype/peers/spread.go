package main

import (
	"context"
	"sync/atomic"
)

// spread makes the calls over a number of connections in turn.
func spread(over int, call func(ctx context.Context, i int, m message) error) func(context.Context, message) error {
	var next atomic.Uint64
	return func(ctx context.Context, m message) error {
		return call(ctx, int(next.Add(1)%uint64(over)), m)
	}
}
