//go:build js && wasm

package main

import (
	"context"
	"slices"
	"sync"
	"time"

	"lockstep/prototype/cluster"
	"lockstep/prototype/lab"
)

// reviveAfter is how long a killed node stays away: long enough to be seen, short
// enough to be waited for.
const reviveAfter = 4 * time.Second

// revived starts a killed node again after a while, as the supervisor of real
// processes does.
type revived struct {
	lab.Cluster
	mu sync.Mutex // held while a node is started, so that it is not started twice
}

// Kill ends a node, which comes back.
func (r *revived) Kill(id string) error { return r.later(id, r.Cluster.Kill(id)) }

// PowerOff takes the power of a node, which comes back.
func (r *revived) PowerOff(id string) error { return r.later(id, r.Cluster.PowerOff(id)) }

// Blackout ends all nodes, which come back.
func (r *revived) Blackout() error {
	err := r.Cluster.Blackout()
	for _, m := range r.Members() {
		r.later(m.ID, err)
	}
	return err
}

func (r *revived) later(id string, err error) error {
	if err != nil {
		return err
	}
	time.AfterFunc(reviveAfter, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		down := func(m cluster.Member) bool { return m.ID == id && m.State == cluster.Down }
		if slices.ContainsFunc(r.Members(), down) {
			// A node that cannot start stays down, and the page shows that it is.
			_ = r.Cluster.Restart(context.Background(), id)
		}
	})
	return nil
}

// Restart is that of the cluster, one at a time.
func (r *revived) Restart(ctx context.Context, id string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.Cluster.Restart(ctx, id)
}
