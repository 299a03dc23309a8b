//go:build unix

package lab

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/client"
	"lockstep/prototype/cluster"
	"lockstep/prototype/fault"
	"lockstep/prototype/lab/frame"
	"lockstep/prototype/lab/judging"
	"lockstep/prototype/node"
)

// Processes lets a lab watch and break a cluster of child processes, which must
// have been started with faults allowed.
func Processes(p *cluster.Processes) Cluster { return processes{p, client.NewTransport()} }

type processes struct {
	cluster   *cluster.Processes
	transport http.RoundTripper
}

var _ Cluster = processes{}

func (p processes) Members() []cluster.Member { return p.cluster.Members() }

func (p processes) Shard(conversation string) int {
	return node.ShardOf(conversation, p.cluster.Shards())
}

// longestAsk bounds what the lab itself does not bound, as the reads of the exact
// judge.
const longestAsk = 10 * time.Second

// at talks to one node and to no other, in one lane.
func (p processes) at(id string, lane frame.Lane) *client.Client {
	for _, m := range p.cluster.Members() {
		if m.ID == id {
			return client.New(client.Config{Targets: client.Fixed("http://" + m.HTTP), Lane: string(lane), Transport: p.transport, AttemptTimeout: longestAsk})
		}
	}
	return client.New(client.Config{Targets: client.Fixed()})
}

func (p processes) Status(ctx context.Context, id string) (api.Status, error) {
	return p.at(id, frame.LaneQuorum).Status(ctx)
}

func (p processes) Read(ctx context.Context, id string, lane frame.Lane, r api.ReadRequest) (api.View, error) {
	return p.at(id, lane).Read(ctx, r)
}

func (p processes) Digest(ctx context.Context, id string, lane frame.Lane, conversation string, upto uint64) (api.Digest, error) {
	return p.at(id, lane).Digest(ctx, conversation, upto)
}

func (p processes) Send(ctx context.Context, id string, lane frame.Lane, conversation string, m api.Message) judging.Answer {
	ack, err := p.at(id, lane).Attempt(ctx, conversation, m)
	return judging.Answer{Ack: ack, Outcome: client.OutcomeOf(err), Err: err}
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
