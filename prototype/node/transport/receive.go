package transport

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/hashicorp/raft"

	"lockstep/prototype/mutant"
	"lockstep/prototype/node/wire"
)

// receive passes a request on to the library. It runs on the goroutine that
// reads the connection and does not block.
func (t *Transport) receive(from string, payload []byte, reply func([]byte, error)) {
	command, err := decodeRequest(payload)
	switch {
	case t.stopped.Load():
		err = raft.ErrTransportShutdown
	case err == nil:
		err = t.admit(rpcKind(payload[0]), payload)
	}
	if err != nil {
		reply(nil, err)
		return
	}
	if term, ok := termOf(command); ok && t.tooOld(term) {
		reply(nil, errOldTerm)
		return
	}
	if a, ok := command.(*raft.AppendEntriesRequest); ok {
		t.loyalty.note(from, a.Term)
	}
	u := unanswered{rpcKind(payload[0]), command, make(chan raft.RPCResponse, 1), reply}
	select {
	case t.unanswered <- u:
	default:
		reply(nil, errBusy)
		return
	}
	select {
	case t.requests <- raft.RPC{Command: command, RespChan: u.answer}:
	default:
		u.answer <- raft.RPCResponse{Error: errBusy}
	}
}

// unanswered is a request that the library has not answered yet.
type unanswered struct {
	kind    rpcKind
	command any
	answer  chan raft.RPCResponse
	reply   func([]byte, error)
}

// Answer passes the library's answers on until the transport is closed, and refuses
// what is left then. The library decides one request after the other, so one
// goroutine can wait for all of them; what the library was too busy to take is
// refused in its turn, too.
func (t *Transport) Answer() {
	defer func() {
		for len(t.unanswered) > 0 {
			u := <-t.unanswered
			u.reply(nil, raft.ErrTransportShutdown)
		}
	}()
	for {
		select {
		case u := <-t.unanswered:
			select {
			case answer := <-u.answer:
				t.respond(u, answer)
			case <-t.stop:
				u.reply(nil, raft.ErrTransportShutdown)
			}
		case <-t.stop:
			return
		}
	}
}

// admit keeps those from voting who must not.
func (t *Transport) admit(k rpcKind, payload []byte) error {
	if !t.Admitted.Load() {
		return errStranger
	}
	if k != rpcAppend && t.Unfilled() != nil {
		return errFilling
	}
	switch k {
	case rpcVote, rpcPreVote, rpcVoteOnSuspicion:
		if time.Now().Before(t.quiet) && !mutant.On(mutant.NoQuietTime) {
			return errJustStarted
		}
		if k == rpcVoteOnSuspicion && t.Following() && !mutant.On(mutant.SuspicionOfOne) {
			return errLeaderIsHeard
		}
		return t.Fence.MayStand()
	case rpcTimeoutNow:
		if err := t.takeOver(payload); err != nil {
			return err
		}
		return t.Fence.MayStand()
	}
	return nil
}

// MayVote gives an error to one that would refuse its vote to who suspects the leader. A
// request of the leader that waited here for a slow disk binds, too, though nothing has
// come from the leader since.
func (t *Transport) MayVote() error {
	if t.loyalty.binds(t.denied) {
		return errLeaderIsHeard
	}
	return t.admit(rpcVoteOnSuspicion, nil)
}

// respond answers for the library, as soon as what it says is true of the disk.
func (t *Transport) respond(u unanswered, answer raft.RPCResponse) {
	reply := u.reply
	if u.kind == rpcVoteOnSuspicion && answer.Error == nil && t.loyalty.binds(t.denied) {
		answer.Error = errLeaderIsHeard // the vote is spent, and nobody may count it
	}
	if answer.Error != nil {
		reply(nil, answer.Error)
		return
	}
	payload, err := encodeResponse(answer.Response)
	if err != nil {
		reply(nil, err)
		return
	}
	args, isAppend := u.command.(*raft.AppendEntriesRequest)
	resp, _ := answer.Response.(*raft.AppendEntriesResponse)
	if !isAppend || resp == nil || !resp.Success || len(args.Entries) == 0 {
		reply(payload, nil)
		return
	}
	if mutant.On(mutant.AnswerBeforeDurable) {
		reply(payload, nil)
		return
	}
	t.Log.WhenDurable(args.Entries[len(args.Entries)-1].Index, func(err error) { reply(payload, err) })
}

// A snapshot is sent as the length of its head, the head, and the state; the
// answer is JSON.
const snapshotAnswer = 4 << 10

func (t *Transport) InstallSnapshot(id raft.ServerID, _ raft.ServerAddress, args *raft.InstallSnapshotRequest, resp *raft.InstallSnapshotResponse, data io.Reader) (err error) {
	if err := t.Fence.MayLead(); err != nil {
		return err
	}
	conn, err := t.Mesh.Stream(string(id), t.channel)
	if err != nil {
		return err
	}
	defer conn.Close()
	head, err := json.Marshal(args)
	if err != nil {
		return fmt.Errorf("install snapshot: %w", err)
	}
	if _, err := conn.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(head))), head...)); err != nil {
		return fmt.Errorf("install snapshot: %w", err)
	}
	if _, err := io.CopyN(conn, data, args.Size); err != nil {
		return fmt.Errorf("install snapshot: %w", err)
	}
	// The follower takes the state in before it answers.
	if err := conn.SetReadDeadline(time.Now().Add(snapshotTimeout + time.Duration(args.Size/restoreRate)*time.Second)); err != nil {
		return fmt.Errorf("install snapshot: %w", err)
	}
	if err := json.NewDecoder(io.LimitReader(conn, snapshotAnswer)).Decode(resp); err != nil {
		return fmt.Errorf("install snapshot: %w", err)
	}
	return nil
}

const maxSnapshotHead = 1 << 20

func (t *Transport) receiveSnapshot(_ string, conn net.Conn) {
	defer conn.Close()
	if !t.Admitted.Load() {
		return
	}
	resp, err := t.takeSnapshot(conn)
	if err != nil {
		return // the sender sees the connection end
	}
	json.NewEncoder(conn).Encode(resp)
}

// steady reads from a connection as long as it goes on: there is no limit for the whole,
// which may be large and the line slow.
type steady struct{ net.Conn }

func (s steady) Read(p []byte) (int, error) {
	if err := s.SetReadDeadline(time.Now().Add(snapshotStall)); err != nil {
		return 0, err
	}
	return s.Conn.Read(p)
}

func (t *Transport) takeSnapshot(raw net.Conn) (any, error) {
	conn := steady{raw}
	var length [4]byte
	if _, err := io.ReadFull(conn, length[:]); err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint32(length[:])
	if n > maxSnapshotHead {
		return nil, wire.ErrMalformed
	}
	head := make([]byte, n)
	if _, err := io.ReadFull(conn, head); err != nil {
		return nil, err
	}
	var args raft.InstallSnapshotRequest
	if err := json.Unmarshal(head, &args); err != nil {
		return nil, err
	}
	if t.tooOld(args.Term) {
		return nil, errOldTerm
	}
	answers := make(chan raft.RPCResponse, 1)
	select {
	case t.requests <- raft.RPC{Command: &args, Reader: io.LimitReader(conn, args.Size), RespChan: answers}:
	case <-t.stop:
		return nil, raft.ErrTransportShutdown
	}
	select {
	case answer := <-answers:
		return answer.Response, answer.Error
	case <-t.stop:
		return nil, errors.Join(raft.ErrTransportShutdown, conn.Close())
	}
}
