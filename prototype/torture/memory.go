package torture

import (
	"context"
	"errors"
	"net/http"
	"time"

	"lockstep/prototype/cluster"
	"lockstep/prototype/fault"
	"lockstep/prototype/workload"
)

// InMemory lets nodes of this process be broken.
func InMemory(m *cluster.Memory) Target {
	return &memory{cluster: m, transport: m.Transport()}
}

type memory struct {
	cluster   *cluster.Memory
	transport http.RoundTripper
}

// flushPatience is how long a power loss waits for a flush that it can strike.
const flushPatience = 2 * time.Second

func (t *memory) Transport() http.RoundTripper { return t.transport }

func (t *memory) Members() (members []workload.Node) {
	for _, id := range t.cluster.IDs() {
		members = append(members, workload.Node{Name: id, URL: "http://" + id})
	}
	return members
}

// Break has no effect at a node that another fault has down, as happens when a step
// came late since a leader did: its run does not count, and a campaign goes on.
func (t *memory) Break(ctx context.Context, id string, f fault.Fault) (Mend, error) {
	mend, err := t.strike(ctx, id, f)
	if mend == nil && errors.Is(err, cluster.ErrNotRunning) {
		return nothing, nil
	}
	return mend, err
}

func (t *memory) strike(ctx context.Context, id string, f fault.Fault) (Mend, error) {
	if mend, ok, err := breakAlike(ctx, t.cluster, t.cluster.Crash, id, f); ok {
		return mend, err
	}
	switch f.Kind {
	case fault.PowerLoss, fault.TornTail:
		hit, err := t.cluster.PowerLoss(id, f.Kind == fault.TornTail, f.Seed, flushPatience)
		if err != nil {
			return nil, err
		}
		if !hit {
			return nothing, nil
		}
		return restart(t.cluster, id), nil
	case fault.Restart:
		if err := t.cluster.Crash(id); err != nil {
			return nil, err
		}
		done, err := restart(t.cluster, id)(context.Background())
		return already(done), err
	}
	n := t.cluster.Node(id)
	if n == nil {
		return nil, cluster.ErrNotRunning
	}
	status, err := n.Fault(f)
	if err != nil && (f.Kind != fault.Transfer || status.Hits == 0) { // a transfer may fail: it was tried
		return nil, err
	}
	if status.ID == 0 {
		return already(Done{Hits: status.Hits}), nil
	}
	return func(context.Context) (Done, error) {
		status, err := n.Mend(status.ID)
		if err == nil && f.Kind == fault.FailingDisk {
			// A replica trusts a disk that has failed only after a new start.
			if err = t.cluster.Crash(id); err == nil {
				err = t.cluster.Restart(id)
			}
		}
		return Done{Hits: status.Hits}, err
	}, nil
}
