package torture

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/prototype/cluster"
	"lockstep/prototype/fault"
	"lockstep/prototype/node"
)

// flushTime is how long a flush of a simulated disk takes: that of a good
// solid-state disk, so that there is a moment at which power can be lost.
const flushTime = time.Millisecond

var initTesting = sync.OnceFunc(testing.Init)

// Virtual carries out a schedule on nodes in memory, in virtual time: an hour
// takes as long as its events take to compute. Several may run at once.
//
// Virtual time is that of testing/synctest, which wants a *testing.T. Within a
// test binary and without, a T of its own does: it is used to end the bubble and
// for nothing else.
func Virtual(s fault.Schedule) (result Result, err error) {
	initTesting()
	synctest.Test(new(testing.T), func(*testing.T) { result, err = Simulate(s) })
	return result, err
}

// Simulate is Virtual for a caller who is in a bubble already. Outside of one it
// runs in real time.
func Simulate(s fault.Schedule) (result Result, err error) {
	if err := s.Validate(); err != nil {
		return Result{Schedule: s}, err
	}
	m, err := cluster.NewMemoryOn(s.Topology.Nodes, flushTime, func(c *node.Config) {
		c.Shards = s.Topology.Shards
	})
	if err != nil {
		return Result{Schedule: s}, err
	}
	result, err = Run(context.Background(), s, InMemory(m), Options{})
	return result, errors.Join(err, m.Close())
}
