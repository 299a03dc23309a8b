//go:build unix

package lab

import (
	"context"
	"errors"
	"fmt"

	"lockstep/prototype/cluster"
	"lockstep/prototype/fault"
	"lockstep/prototype/node"
)

// Processes lets a lab watch and break a cluster of child processes, which must
// have been started with faults allowed.
func Processes(p *cluster.Processes) Cluster { return processes{p, newRemote()} }

type processes struct {
	cluster *cluster.Processes
	remote  remote
}

var _ Cluster = processes{}

var states = map[cluster.State]State{
	cluster.Starting: Starting, cluster.Running: Running, cluster.Paused: Paused, cluster.Down: Down,
}

func (p processes) Members() []Member {
	var members []Member
	for _, m := range p.cluster.Members() {
		members = append(members, Member{ID: m.ID, PID: m.PID, Address: m.HTTP, State: states[m.State]})
	}
	return members
}

func (p processes) Shard(conversation string) int {
	return node.ShardOf(conversation, p.cluster.Shards())
}

// address is where a node's HTTP API is.
func (p processes) address(id string) (string, error) {
	for _, m := range p.cluster.Members() {
		if m.ID == id {
			return m.HTTP, nil
		}
	}
	return "", fmt.Errorf("there is no node %q", id)
}

func (p processes) Status(ctx context.Context, id string) (Status, error) {
	address, err := p.address(id)
	if err != nil {
		return Status{}, err
	}
	return p.remote.status(ctx, address)
}

func (p processes) Read(ctx context.Context, id string, r ReadRequest) (Reading, error) {
	address, err := p.address(id)
	if err != nil {
		return Reading{}, err
	}
	return p.remote.read(ctx, address, r)
}

func (p processes) Digest(ctx context.Context, id string, lane Lane, conversation string) (uint64, string, error) {
	address, err := p.address(id)
	if err != nil {
		return 0, "", err
	}
	return p.remote.digest(ctx, address, lane, conversation)
}

func (p processes) Send(ctx context.Context, id string, lane Lane, conversation string, m Message) Answer {
	address, err := p.address(id)
	if err != nil {
		return Answer{Outcome: Refused, Err: err}
	}
	return p.remote.send(ctx, address, lane, conversation, m)
}

func (p processes) Kill(id string) error   { return p.cluster.Kill(id) }
func (p processes) Pause(id string) error  { return p.cluster.Pause(id) }
func (p processes) Resume(id string) error { return p.cluster.Resume(id) }

// Blackout kills all processes at once. What they have written survives that; what
// the lazy lane has not written does not.
func (p processes) Blackout() error { return p.cluster.Blackout() }

// PowerOff is not supported: the kernel keeps what a killed process has written.
func (p processes) PowerOff(string) error {
	return fmt.Errorf("what a process has written outlives it; power is lost in your browser only: %w", errors.ErrUnsupported)
}

func (p processes) Cut(ctx context.Context, id string) error { return p.cluster.Isolate(ctx, id) }

func (p processes) Break(ctx context.Context, id string, f fault.Fault) error {
	_, err := p.cluster.Break(ctx, id, f)
	return err
}

func (p processes) Reconnect(ctx context.Context, id string) error { return p.cluster.Heal(ctx, id) }

// Restart waits for the process with a limit of its own.
func (p processes) Restart(_ context.Context, id string) error { return p.cluster.Restart(id) }
