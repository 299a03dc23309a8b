//go:build unix

package torture

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"lockstep/prototype/client"
	"lockstep/prototype/cluster"
	"lockstep/prototype/fault"
	"lockstep/prototype/workload"
)

// OnProcesses lets child processes be broken, by real signals and on real files.
// The cluster must not restart its nodes by itself, and must allow faults.
func OnProcesses(p *cluster.Processes) Target {
	return &processes{cluster: p, transport: client.NewTransport()}
}

type processes struct {
	cluster   *cluster.Processes
	transport http.RoundTripper
}

func (t *processes) Transport() http.RoundTripper { return t.transport }

func (t *processes) Members() (members []workload.Node) {
	for _, m := range t.cluster.Members() {
		members = append(members, workload.Node{Name: m.ID, URL: "http://" + m.HTTP})
	}
	return members
}

// Break has no effect at a node that another fault has down, as in memory.
func (t *processes) Break(ctx context.Context, id string, f fault.Fault) (Mend, error) {
	down := func(m cluster.Member) bool { return m.ID == id && m.State == cluster.Down }
	mend, err := t.strike(ctx, id, f)
	if mend == nil && err != nil && slices.ContainsFunc(t.cluster.Members(), down) {
		return nothing, nil
	}
	return mend, err
}

func (t *processes) strike(ctx context.Context, id string, f fault.Fault) (Mend, error) {
	if mend, ok, err := breakAlike(ctx, t.cluster, t.cluster.Kill, id, f); ok {
		return mend, err
	}
	switch f.Kind {
	case fault.TornTail:
		if err := t.cluster.Kill(id); err != nil {
			return nil, err
		}
		return restart(t.cluster, id), t.cluster.Tear(id, f.Seed)
	case fault.Restart:
		if err := t.cluster.Restart(id); err != nil {
			return nil, err
		}
		return already(Done{Hits: 1}), nil
	case fault.PowerLoss:
		return nil, fmt.Errorf("power-loss %s: %w: the system keeps what a process has written; use kill, or nodes in memory", id, ErrUnsupported)
	}
	status, err := t.cluster.Break(ctx, id, f)
	if err != nil {
		return nil, err
	}
	if status.ID == 0 {
		return already(Done{Hits: status.Hits}), nil
	}
	return func(ctx context.Context) (Done, error) {
		status, err := t.cluster.Mend(ctx, id, status.ID)
		if err == nil && f.Kind == fault.FailingDisk {
			err = t.cluster.Restart(id) // as in memory
		}
		return Done{Hits: status.Hits}, err
	}, nil
}
