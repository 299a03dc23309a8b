package lab

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"lockstep/prototype/cluster"
	"lockstep/prototype/fault"
	"lockstep/prototype/node"
	"lockstep/prototype/order"
)

// InMemory lets a lab watch and break nodes that run within this process: in
// the browser, and in tests in virtual time.
func InMemory(m *cluster.Memory) Cluster { return inMemory{m} }

type inMemory struct{ cluster *cluster.Memory }

var _ Cluster = inMemory{}

var errDown = errors.New("the node is down")

func (m inMemory) Members() []Member {
	var members []Member
	for _, id := range m.cluster.IDs() {
		state := Running
		switch {
		case m.cluster.Node(id) == nil:
			state = Down
		case m.cluster.Paused(id):
			state = Paused
		}
		members = append(members, Member{ID: id, State: state})
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

func (m inMemory) Status(ctx context.Context, id string) (Status, error) {
	var s Status
	err := m.ask(ctx, id, func(n *node.Node) {
		status := n.Status()
		for _, shard := range status.Shards {
			s.Shards = append(s.Shards, shardStatus(shard))
		}
		if status.Lazy != nil {
			s.Lazy = shardStatus(*status.Lazy)
		}
	})
	if err != nil {
		return Status{}, err
	}
	return s, nil
}

func shardStatus(s node.ShardStatus) ShardStatus {
	status := ShardStatus{Role: s.Role, Term: s.Term, Leader: s.Leader, Commit: s.CommitIndex, Applied: s.AppliedIndex}
	if s.Lead != nil {
		status.led(s.Lead.ForMicros, s.Lead.ElectionMicros, s.Lead.BarrierMicros)
	}
	return status
}

func (m inMemory) Read(ctx context.Context, id string, r ReadRequest) (Reading, error) {
	var view order.View
	var refusal *node.Error
	err := m.ask(ctx, id, func(n *node.Node) {
		if r.Lane == Quorum {
			view, refusal = n.Read(ctx, node.ReadRequest{Conversation: r.Conversation, Level: node.Level(r.Level), After: r.After, Limit: r.Limit, MinSeq: r.MinSeq})
		} else {
			view = n.ReadIn(string(r.Lane), r.Conversation, r.After, r.Limit)
		}
	})
	if err != nil {
		return Reading{}, err
	}
	if refusal != nil {
		return Reading{}, fmt.Errorf("read %s: %w", r.Conversation, refusal)
	}
	reading := Reading{Last: view.Last, Messages: make([]Message, 0, len(view.Messages))}
	for _, msg := range view.Messages {
		reading.Messages = append(reading.Messages, Message{Seq: msg.Seq, ID: msg.ID, Sender: msg.Sender, Body: msg.Body, Epoch: msg.Epoch})
	}
	return reading, nil
}

func (m inMemory) Digest(ctx context.Context, id string, lane Lane, conversation string) (uint64, string, error) {
	var seq uint64
	var digest order.Digest
	err := m.ask(ctx, id, func(n *node.Node) { seq, digest = n.DigestIn(string(lane), conversation, 0) })
	if err != nil {
		return 0, "", err
	}
	return seq, digest.String(), nil
}

// Send to a paused node is delivered when it is resumed, even if the sender has
// given up by then: the request is in the node's socket, and nobody takes it out. So
// its outcome is unknown.
func (m inMemory) Send(ctx context.Context, id string, lane Lane, conversation string, msg Message) Answer {
	var results []order.Result
	var refusal *node.Error
	err := m.ask(ctx, id, func(n *node.Node) {
		results, refusal = n.SubmitIn(ctx, string(lane), conversation, []order.Command{{Conversation: conversation, ID: msg.ID, Sender: msg.Sender, Body: msg.Body}})
	})
	switch {
	case errors.Is(err, errDown):
		return Answer{Outcome: Refused, Err: err}
	case err != nil:
		return Answer{Outcome: Unknown, Err: err}
	case refusal == nil && results[0].Rejected != 0:
		return Answer{Outcome: Refused, Err: errors.New(results[0].Rejected.String())}
	case refusal == nil:
		r := results[0]
		return Answer{Outcome: Acknowledged, Seq: r.Seq, Epoch: r.Epoch, Duplicate: r.Duplicate}
	case refusal.Outcome == node.Fail:
		return Answer{Outcome: Refused, Err: refusal}
	}
	return Answer{Outcome: Unknown, Err: refusal}
}

func (m inMemory) Kill(id string) error { return m.cluster.Crash(id) }

func (m inMemory) Blackout() error { return m.cluster.Blackout() }

// flushWithin is how long a power cut waits for a flush in the middle of which it
// can come.
const flushWithin = time.Second

func (m inMemory) PowerOff(id string) error {
	struck, err := m.cluster.PowerLoss(id, true, rand.Uint64(), flushWithin)
	if err == nil && !struck {
		return refuse("%s has nothing to flush: start the load first", id)
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
