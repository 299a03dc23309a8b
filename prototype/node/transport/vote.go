package transport

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/raft"

	"lockstep/prototype/link"
	"lockstep/prototype/node/liveness"
)

func (t *Transport) RequestVote(id raft.ServerID, _ raft.ServerAddress, args *raft.RequestVoteRequest, resp *raft.RequestVoteResponse) error {
	if err := t.MayStand(); err != nil {
		return err
	}
	k := rpcVote
	if args.LeadershipTransfer && !t.privileged(args.Term) {
		k = rpcVoteOnSuspicion
		if t.loyalty.binds(t.denied) {
			return errLeaderIsHeard
		}
	}
	// A vote may be asked for again: a voter gives the same answer.
	return t.ask(id, k, args, resp, voteTries)
}

// Campaign has the library stand for election. One that is busy does not; there will be
// another turn.
func (t *Transport) Campaign(self string) {
	header := raft.RPCHeader{ProtocolVersion: raft.ProtocolVersionMax, ID: []byte(self), Addr: []byte(t.Self)}
	select {
	case t.requests <- raft.RPC{Command: &raft.TimeoutNowRequest{RPCHeader: header}, RespChan: make(chan raft.RPCResponse, 1)}:
	default:
	}
}

// MayStand gives an error to one that must not be elected: the library of a
// replica that takes no part does not know, and asks for votes.
func (t *Transport) MayStand() error {
	switch {
	case !t.Admitted.Load():
		return errStranger
	case t.Unfilled() != nil:
		return errFilling
	}
	return t.Fence.MayStand()
}

func (t *Transport) RequestPreVote(id raft.ServerID, _ raft.ServerAddress, args *raft.RequestPreVoteRequest, resp *raft.RequestPreVoteResponse) error {
	if err := t.MayStand(); err != nil {
		return err
	}
	return t.ask(id, rpcPreVote, args, resp, voteTries)
}

// ask makes one of the rare requests, and makes it again when no answer has come for a
// while: the message may be lost, or the line long. The first answer counts, whichever
// request it is for.
func (t *Transport) ask(id raft.ServerID, k rpcKind, args, resp any, tries int) error {
	payload, err := encodeJSON(k, args)
	if err != nil {
		return err
	}
	type result struct {
		answer []byte
		err    error
	}
	results := make(chan result, tries)
	asked, lost := 0, 0
	ask := func() {
		asked++
		t.Mesh.Go(string(id), t.channel, payload, link.Options{}, func(answer []byte, err error) { results <- result{answer, err} })
	}
	ask()
	over := time.NewTimer(time.Duration(tries)*voteTimeout + liveness.LongestTrip)
	defer over.Stop()
	again := time.NewTicker(voteTimeout)
	defer again.Stop()
	for {
		select {
		case r := <-results:
			if lost++; errors.Is(r.err, link.ErrLost) && (lost < asked || asked < tries) {
				continue
			}
			if r.err != nil {
				return r.err
			}
			if err := json.Unmarshal(r.answer, resp); err != nil {
				return fmt.Errorf("decode answer: %w", err)
			}
			return nil
		case <-again.C:
			if asked < tries {
				ask()
			}
		case <-over.C:
			return errTimeout
		case <-t.stop:
			return raft.ErrTransportShutdown
		}
	}
}
