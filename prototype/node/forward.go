package node

import (
	"context"
	"encoding/json"
	"errors"

	"lockstep/prototype/api"
	"lockstep/prototype/link"
	"lockstep/prototype/mutant"
	"lockstep/prototype/node/outcome"
	"lockstep/prototype/node/roster"
	"lockstep/prototype/node/wire"
	"lockstep/prototype/order"
	"lockstep/prototype/tracing"
)

// A node that does not lead passes requests on to the one that does, over the
// same links, under the same faults, as everything else between nodes. Requests
// that are passed on are not passed on again, so stale beliefs about the leader
// cannot make a loop.

// followsSends is the feature of a node that understands wire.ChannelSubmitFollowed.
const followsSends uint64 = 1 << 1

func (n *Node) forwardSubmit(span *tracing.Span, leader roster.Peer, conversation string, commands []order.Command) func(context.Context) ([]order.Result, *outcome.Error) {
	size := ticketSize + tracing.Size + 64
	for i := range commands {
		size += commands[i].Size()
	}
	payload, channel := make([]byte, ticketSize, size), uint16(wire.ChannelSubmit)
	if span != nil {
		if features, ok := n.cfg.Features(leader.ID); ok && features&followsSends != 0 {
			payload, channel = span.Append(payload), wire.ChannelSubmitFollowed
		}
	}
	payload = order.Batch{Commands: commands}.Append(payload)
	type result struct {
		payload []byte
		err     error
	}
	results := make(chan result, 1)
	n.departures.send(n.shardOf(conversation).Term(), payload, func(payload []byte) {
		n.mesh.Go(leader.ID, channel, payload, link.Options{Long: true}, func(payload []byte, err error) { results <- result{payload, err} })
	})
	return func(ctx context.Context) ([]order.Result, *outcome.Error) {
		var r result
		select {
		case r = <-results:
		case <-ctx.Done():
			return nil, outcome.Uncertain("the leader did not answer in time")
		}
		if errors.Is(r.err, link.ErrUnreachable) {
			return nil, outcome.NoLeader("the leader cannot be reached from this node")
		}
		if r.err != nil && mutant.On(mutant.LostAnswerAsFail) {
			return nil, outcome.NoLeader("the leader did not answer")
		}
		if r.err != nil {
			return nil, outcome.LeaderLost("the leader took the message and did not answer")
		}
		answer, err := decodeAnswer(r.payload, len(commands))
		if err != nil {
			return nil, outcome.Uncertain("the leader's answer could not be read")
		}
		return answer.Results, answer.Error
	}
}

// receiveSubmit queues the commands before it returns, which keeps the order of
// one forwarding node's requests.
func (n *Node) receiveSubmit(from string, payload []byte, reply func([]byte, error)) {
	t, payload, ok := readTicket(payload)
	n.orderFor(from, t, ok, nil, payload, reply)
}

// receiveFollowed is receiveSubmit for what the forwarding node follows.
func (n *Node) receiveFollowed(from string, payload []byte, reply func([]byte, error)) {
	t, payload, ok := readTicket(payload)
	if !ok || len(payload) < tracing.Size {
		reply(nil, wire.ErrMalformed)
		return
	}
	n.orderFor(from, t, ok, payload[:tracing.Size], payload[tracing.Size:], reply)
}

// orderFor orders what another node passed on; followed is the span that it wrote, or nil.
func (n *Node) orderFor(from string, t ticket, ok bool, followed, payload []byte, reply func([]byte, error)) {
	batch, err := order.DecodeBatch(payload)
	if !ok || err != nil || len(batch.Commands) == 0 {
		reply(nil, errors.Join(wire.ErrMalformed, err))
		return
	}
	s := n.shardOf(batch.Commands[0].Conversation)
	switch a := n.arrivals.take(from, t); {
	case mutant.On(mutant.ArrivalsUnchecked):
	case a == stale:
		return // the first copy is answered, or none
	case a == overtaken:
		reply(submitAnswer{Error: outcome.NoLeader("a later message was faster than this one on its way to the leader")}.append(nil), nil)
		return
	case s.Term() > t.term:
		reply(submitAnswer{Error: outcome.NoLeader("the lead changed while the message was on its way")}.append(nil), nil)
		return
	}
	var span *tracing.Span
	if followed != nil {
		span = n.cfg.Tracer.Continue(followed, "order")
	}
	wait := n.within(span, s.Submit(span, batch.Commands), n.live.Majority(), s.Working())
	n.mesh.Answer(func() {
		var a submitAnswer
		a.Results, a.Error = wait(n.life)
		reply(a.append(nil), nil)
	})
}

// indexRequest asks the leader of a shard how far a replica must have come to
// answer a read.
type indexRequest struct {
	Shard int
	Level api.Level
}

type indexAnswer struct {
	Index       uint64
	Fingerprint order.Fingerprint `json:",omitzero"` // at the index
	Error       *outcome.Error
}

func (n *Node) forwardRead(ctx context.Context, leader roster.Peer, shard int, level api.Level) (order.State, *outcome.Error) {
	payload, err := json.Marshal(indexRequest{shard, level})
	if err != nil {
		return order.State{}, outcome.Invalid("%s", err)
	}
	payload, err = n.mesh.Call(ctx, leader.ID, wire.ChannelRead, payload)
	if err != nil {
		return order.State{}, outcome.NoLeader("the leader did not answer")
	}
	var answer indexAnswer
	if err := json.Unmarshal(payload, &answer); err != nil {
		return order.State{}, outcome.NoLeader("the leader's answer could not be read")
	}
	return order.State{Index: answer.Index, Fingerprint: answer.Fingerprint}, answer.Error
}

func (n *Node) receiveRead(_ string, payload []byte, reply func([]byte, error)) {
	var request indexRequest
	if err := json.Unmarshal(payload, &request); err != nil || request.Shard < 0 || request.Shard >= len(n.shards) {
		reply(nil, wire.ErrMalformed)
		return
	}
	n.mesh.Answer(func() {
		ctx, cancel := context.WithTimeout(n.life, n.cfg.ReadTimeout)
		defer cancel()
		s := n.shards[request.Shard]
		var a indexAnswer
		if request.Level == api.LevelLeader {
			a.Error = s.Lease(ctx)
		} else {
			a.Error = s.Linearize(ctx)
		}
		now := s.State()
		a.Index, a.Fingerprint = now.Index, now.Fingerprint
		reply(json.Marshal(a))
	})
}
