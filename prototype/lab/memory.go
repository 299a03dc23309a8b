package lab

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/cluster"
	"lockstep/prototype/fault"
	"lockstep/prototype/lab/action"
	"lockstep/prototype/lab/frame"
	"lockstep/prototype/lab/judging"
	"lockstep/prototype/node"
	"lockstep/prototype/order"
)

// InMemory lets a lab watch and break nodes that run within this process: in
// the browser, and in tests in virtual time.
func InMemory(m *cluster.Memory) Cluster { return inMemory{m} }

type inMemory struct{ cluster *cluster.Memory }

var _ Cluster = inMemory{}

var errDown = errors.New("the node is down")

func (m inMemory) Members() []cluster.Member {
	var members []cluster.Member
	for _, id := range m.cluster.IDs() {
		state := cluster.Running
		switch {
		case m.cluster.Node(id) == nil:
			state = cluster.Down
		case m.cluster.Paused(id):
			state = cluster.Paused
		}
		members = append(members, cluster.Member{ID: id, State: state})
	}
	return members
}

func (m inMemory) Shard(conversation string) int {
	for _, id := range m.cluster.IDs() {
		if n := m.cluster.Node(id); n != nil {
			return node.ShardOf(conversation, len(n.Status().Shards))
		}
	}
	return 0
}

// ask puts a question to a node as its clients do: a paused one is silent.
func (m inMemory) ask(ctx context.Context, id string, question func(*node.Node)) error {
	err := m.cluster.Ask(ctx, id, question)
	if errors.Is(err, cluster.ErrNotRunning) {
		return errDown
	}
	return err
}

func (m inMemory) Status(ctx context.Context, id string) (api.Status, error) {
	var status api.Status
	if err := m.ask(ctx, id, func(n *node.Node) { status = n.Status() }); err != nil {
		return api.Status{}, err
	}
	return status, nil
}

func (m inMemory) Read(ctx context.Context, id string, lane frame.Lane, r api.ReadRequest) (api.View, error) {
	var view order.View
	var refusal *node.Error
	err := m.ask(ctx, id, func(n *node.Node) {
		if lane == frame.LaneQuorum {
			view, refusal = n.Read(ctx, r)
		} else {
			view = n.ReadIn(string(lane), r.Conversation, r.After, r.Limit)
		}
	})
	if err != nil { // the question may still run
		return api.View{}, err
	}
	if refusal != nil {
		return api.View{}, fmt.Errorf("read %s: %w", r.Conversation, refusal)
	}
	shown := api.View{Last: view.Last, Messages: make([]api.Placed, 0, len(view.Messages))}
	for _, x := range view.Messages {
		shown.Messages = append(shown.Messages, api.Placed{Seq: x.Seq, ID: x.ID, Sender: x.Sender, Body: x.Body, Epoch: x.Epoch, Time: time.UnixMilli(x.Time)})
	}
	return shown, nil
}

func (m inMemory) Digest(ctx context.Context, id string, lane frame.Lane, conversation string, upto uint64) (api.Digest, error) {
	var seq uint64
	var digest order.Digest
	if err := m.ask(ctx, id, func(n *node.Node) { seq, digest = n.DigestIn(string(lane), conversation, upto) }); err != nil {
		return api.Digest{}, err
	}
	return api.Digest{Seq: seq, Digest: digest.String()}, nil
}

// Send to a paused node is delivered when it is resumed, even if the sender has
// given up by then: the request is in the node's socket, and nobody takes it out. So
// its outcome is unknown.
func (m inMemory) Send(ctx context.Context, id string, lane frame.Lane, conversation string, msg api.Message) judging.Answer {
	var results []order.Result
	var refusal *node.Error
	err := m.ask(ctx, id, func(n *node.Node) {
		results, refusal = n.SubmitIn(ctx, string(lane), conversation, []order.Command{{Conversation: conversation, ID: msg.ID, Sender: msg.Sender, Body: msg.Body}})
	})
	switch {
	case errors.Is(err, errDown):
		return judging.Answer{Outcome: api.Fail, Err: err}
	case err != nil:
		return judging.Answer{Outcome: api.Unknown, Err: err}
	case refusal != nil:
		return judging.Answer{Outcome: refusal.Outcome, Err: refusal}
	case results[0].Rejected != 0:
		return judging.Answer{Outcome: api.Fail, Err: errors.New(results[0].Rejected.String())}
	}
	r := results[0]
	return judging.Answer{Outcome: api.OK, Ack: api.Ack{Conversation: conversation, Seq: r.Seq, ID: msg.ID, Epoch: r.Epoch, Duplicate: r.Duplicate}}
}

func (m inMemory) Kill(id string) error { return m.cluster.Crash(id) }

func (m inMemory) Blackout() error { return m.cluster.Blackout() }

// flushWithin is how long a power cut waits for a flush in the middle of which it
// can come.
const flushWithin = time.Second

func (m inMemory) PowerOff(id string) error {
	struck, err := m.cluster.PowerLoss(id, true, rand.Uint64(), flushWithin)
	if err == nil && !struck {
		return action.Refuse("%s has nothing to flush: start the load first", id)
	}
	return err
}

func (m inMemory) Pause(id string) error { return m.cluster.Pause(id) }

func (m inMemory) Resume(id string) error { return m.cluster.Resume(id) }

func (m inMemory) Cut(ctx context.Context, id string) error {
	return m.Break(ctx, id, fault.Fault{Kind: fault.Isolate})
}

func (m inMemory) Break(ctx context.Context, id string, f fault.Fault) error {
	var refusal error
	if err := m.ask(ctx, id, func(n *node.Node) { _, refusal = n.Fault(f) }); err != nil {
		return err
	}
	return refusal
}

func (m inMemory) Reconnect(ctx context.Context, id string) error {
	return m.ask(ctx, id, func(n *node.Node) { n.Heal() })
}

func (m inMemory) Restart(_ context.Context, id string) error {
	if m.cluster.Node(id) != nil {
		if err := m.cluster.Crash(id); err != nil {
			return err
		}
	}
	return m.cluster.Restart(id)
}
