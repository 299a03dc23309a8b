//go:build js

package main

import (
	"context"
	"slices"
	"time"

	"lockstep/prototype/lab"
)

// restartAfter is how long a killed node stays away: long enough to be seen,
// short enough to be waited for.
const restartAfter = 4 * time.Second

// revive starts a killed node again, as the supervisor of real processes does.
type revive struct{ lab.Cluster }

// Kill ends a node, which is back after a while.
func (r revive) Kill(id string) error {
	if err := r.Cluster.Kill(id); err != nil {
		return err
	}
	time.AfterFunc(restartAfter, func() {
		down := func(m lab.Member) bool { return m.ID == id && m.State == lab.Down }
		if slices.ContainsFunc(r.Members(), down) {
			// A node that cannot start stays down, and the page shows that it is.
			_ = r.Restart(context.Background(), id)
		}
	})
	return nil
}
