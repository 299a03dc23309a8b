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
// the browser, and in tests in virtual time. Such nodes cannot be paused, as
// they have no process that could be stopped.
func InMemory(m *cluster.Memory) Cluster { return inMemory{m} }

type inMemory struct{ cluster *cluster.Memory }

var _ Cluster = inMemory{}

var errDown = errors.New("the node is down")

func (m inMemory) Members() []Member {
	var members []Member
	for _, id := range m.cluster.IDs() {
		state := Running
		if m.cluster.Node(id) == nil {
			state = Down
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

func (m inMemory) Status(_ context.Context, id string) (Status, error) {
	n := m.cluster.Node(id)
	if n == nil {
		return Status{}, errDown
	}
	var s Status
	status := n.Status()
	for _, shard := range status.Shards {
		s.Shards = append(s.Shards, shardStatus(shard))
	}
	if status.Lazy != nil {
		s.Lazy = shardStatus(*status.Lazy)
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
	n := m.cluster.Node(id)
	if n == nil {
		return Reading{}, errDown
	}
	var view order.View
	if r.Lane == Quorum {
		var err *node.Error
		view, err = n.Read(ctx, node.ReadRequest{Conversation: r.Conversation, Level: node.Level(r.Level), After: r.After, Limit: r.Limit, MinSeq: r.MinSeq})
		if err != nil {
			return Reading{}, fmt.Errorf("read %s: %w", r.Conversation, err)
		}
	} else {
		view = n.ReadIn(string(r.Lane), r.Conversation, r.After, r.Limit)
	}
	reading := Reading{Last: view.Last, Messages: make([]Message, 0, len(view.Messages))}
	for _, msg := range view.Messages {
		reading.Messages = append(reading.Messages, Message{Seq: msg.Seq, ID: msg.ID, Sender: msg.Sender, Body: msg.Body, Epoch: msg.Epoch})
	}
	return reading, nil
}

func (m inMemory) Digest(_ context.Context, id string, lane Lane, conversation string) (uint64, string, error) {
	n := m.cluster.Node(id)
	if n == nil {
		return 0, "", errDown
	}
	seq, digest := n.DigestIn(string(lane), conversation, 0)
	return seq, digest.String(), nil
}

func (m inMemory) Send(ctx context.Context, id string, lane Lane, conversation string, msg Message) Answer {
	n := m.cluster.Node(id)
	if n == nil {
		return Answer{Outcome: Refused, Err: errDown}
	}
	results, err := n.SubmitIn(ctx, string(lane), conversation, []order.Command{{Conversation: conversation, ID: msg.ID, Sender: msg.Sender, Body: msg.Body}})
	switch {
	case err == nil:
		r := results[0]
		return Answer{Outcome: Acknowledged, Seq: r.Seq, Epoch: r.Epoch, Duplicate: r.Duplicate}
	case err.Outcome == node.Fail:
		return Answer{Outcome: Refused, Err: err}
	}
	return Answer{Outcome: Unknown, Err: err}
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

func (m inMemory) Pause(string) error {
	return fmt.Errorf("nodes within this process cannot be paused: %w", errors.ErrUnsupported)
}

func (m inMemory) Resume(string) error { return errors.ErrUnsupported }

func (m inMemory) Cut(_ context.Context, id string) error {
	n := m.cluster.Node(id)
	if n == nil {
		return errDown
	}
	_, err := n.Fault(fault.Fault{Kind: fault.Isolate})
	return err
}

func (m inMemory) Break(_ context.Context, id string, f fault.Fault) error {
	n := m.cluster.Node(id)
	if n == nil {
		return errDown
	}
	_, err := n.Fault(f)
	return err
}

func (m inMemory) Reconnect(_ context.Context, id string) error {
	n := m.cluster.Node(id)
	if n == nil {
		return errDown
	}
	n.Heal()
	return nil
}

func (m inMemory) Restart(_ context.Context, id string) error {
	if m.cluster.Node(id) != nil {
		if err := m.cluster.Crash(id); err != nil {
			return err
		}
	}
	return m.cluster.Restart(id)
}
