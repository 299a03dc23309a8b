package torture

import (
	"context"
	"errors"
	"net/http"
	"slices"
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

var errIsDown = errors.New("it is down")

// flushPatience is how long a power loss waits for a flush that it can strike.
const flushPatience = 2 * time.Second

func (t *memory) Transport() http.RoundTripper { return t.transport }

func (t *memory) Members() (members []workload.Node) {
	for _, id := range t.cluster.IDs() {
		members = append(members, workload.Node{Name: id, URL: "http://" + id})
	}
	return members
}

func (t *memory) Break(ctx context.Context, id string, f fault.Fault) (Mend, error) {
	if slices.Contains(fault.LosingKinds, f.Kind) {
		return lose(t.cluster, t.cluster.Crash, id, f)
	}
	switch f.Kind {
	case fault.Kill:
		return t.restart(id), t.cluster.Crash(id)
	case fault.PowerLoss, fault.TornTail:
		hit, err := t.cluster.PowerLoss(id, f.Kind == fault.TornTail, f.Seed, flushPatience)
		if err != nil || !hit {
			return nothing, err
		}
		return t.restart(id), nil
	case fault.Restart:
		if err := t.cluster.Crash(id); err != nil {
			return nil, err
		}
		done, err := t.restart(id)(context.Background())
		return already(done), err
	case fault.Pause:
		if err := t.cluster.Pause(id); err != nil {
			return nil, err
		}
		return func(context.Context) (Done, error) { return Done{Hits: 1}, t.cluster.Resume(id) }, nil
	case fault.Join:
		return already(Done{Hits: 1}), t.member(ctx, id, t.cluster.Join)
	case fault.Leave:
		return already(Done{Hits: 1}), t.member(ctx, id, t.cluster.Leave)
	}
	n := t.cluster.Node(id)
	if n == nil {
		return nil, errIsDown
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

// memberPatience is how long a change of the members may take, and the filling of
// one that lost its data. Other faults may be in force.
const memberPatience = time.Minute

func (t *memory) member(ctx context.Context, id string, change func(context.Context, string) error) error {
	ctx, cancel := context.WithTimeout(ctx, memberPatience)
	defer cancel()
	return change(ctx, id)
}

// restart gives the end of a fault that took a node down.
func (t *memory) restart(id string) Mend {
	return func(context.Context) (Done, error) { return Done{Hits: 1}, t.cluster.Restart(id) }
}

// nothing mends what was not broken.
func nothing(context.Context) (Done, error) { return Done{}, nil }

// already is the end of what is over.
func already(d Done) Mend { return func(context.Context) (Done, error) { return d, nil } }
