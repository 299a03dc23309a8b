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

func (t *processes) Break(ctx context.Context, id string, f fault.Fault) (Mend, error) {
	if slices.Contains(fault.LosingKinds, f.Kind) {
		return lose(t.cluster, t.cluster.Kill, id, f)
	}
	switch f.Kind {
	case fault.Kill:
		return t.restart(id), t.cluster.Kill(id)
	case fault.TornTail:
		if err := t.cluster.Kill(id); err != nil {
			return nil, err
		}
		return t.restart(id), t.cluster.Tear(id, f.Seed)
	case fault.Pause:
		if err := t.cluster.Pause(id); err != nil {
			return nil, err
		}
		return func(context.Context) (Done, error) { return Done{Hits: 1}, t.cluster.Resume(id) }, nil
	case fault.Restart:
		if err := t.cluster.Restart(id); err != nil {
			return nil, err
		}
		return already(Done{Hits: 1}), nil
	case fault.PowerLoss:
		return nil, fmt.Errorf("power-loss %s: %w: the system keeps what a process has written; use kill, or nodes in memory", id, ErrUnsupported)
	case fault.Join, fault.Leave:
		ctx, cancel := context.WithTimeout(ctx, memberPatience)
		defer cancel()
		change := t.cluster.Join
		if f.Kind == fault.Leave {
			change = t.cluster.Leave
		}
		return already(Done{Hits: 1}), change(ctx, id)
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

// restart gives the end of a fault that took a node down.
func (t *processes) restart(id string) Mend {
	return func(context.Context) (Done, error) { return Done{Hits: 1}, t.cluster.Restart(id) }
}
