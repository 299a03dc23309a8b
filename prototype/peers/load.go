package main

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// load is what is done to every system.
type load struct {
	name string
	run  func(context.Context, cluster, task) error
}

// task is what a load needs besides a cluster.
type task struct {
	options
	texts  *texts
	report func(way string, s sample) // once for each way
}

// loads are in the order in which a round takes them. Failover is the last,
// because it leaves another leader than the one that clients have connected to.
var loads = []load{
	{"one", waiting(1, cluster.Sends)},
	{"wait64", waiting(64, cluster.Sends)},
	{"pipeline", pipeline},
	{"reads", waiting(64, cluster.Reads)},
	{failoverLoad, failover},
}

const failoverLoad = "failover"

func loadNames() (names []string) {
	for _, l := range loads {
		names = append(names, l.name)
	}
	return names
}

// warmUp is how long a load runs before it counts.
const warmUp = 500 * time.Millisecond

// recorder counts what was answered between two points in time.
type recorder struct {
	from, to time.Time

	mu        sync.Mutex
	latencies []time.Duration
	errors    int
	first     error
}

func newRecorder(duration time.Duration) *recorder {
	from := time.Now().Add(warmUp)
	return &recorder{from: from, to: from.Add(duration)}
}

func (r *recorder) over() bool { return !time.Now().Before(r.to) }

// add records the answer to what was sent at the time sent.
func (r *recorder) add(sent time.Time, err error) {
	now := time.Now()
	if now.Before(r.from) || now.After(r.to) {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil {
		if r.errors++; r.first == nil {
			r.first = err
		}
		return
	}
	r.latencies = append(r.latencies, now.Sub(sent))
}

// sample fails if the system refused anything: a rate that leaves out what was
// refused is not comparable.
func (r *recorder) sample() (sample, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.errors > 0:
		return sample{}, fmt.Errorf("%d of %d failed, the first with: %w", r.errors, r.errors+len(r.latencies), r.first)
	case len(r.latencies) == 0:
		return sample{}, fmt.Errorf("no answer within %s", r.to.Sub(r.from))
	}
	return throughput(r.latencies, r.to.Sub(r.from)), nil
}
