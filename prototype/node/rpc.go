package node

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"

	"github.com/hashicorp/raft"
)

// A request of the consensus library on the wire is one byte that says which,
// and its encoding. Appends are frequent and large and have an encoding of their
// own; the rest is JSON.
type rpcKind byte

const (
	rpcAppend rpcKind = iota + 1
	rpcVote
	rpcPreVote
	rpcTimeoutNow
	// rpcVoteOnSuspicion is a vote in an election that the detector has called.
	rpcVoteOnSuspicion
)

func encodeJSON(k rpcKind, v any) ([]byte, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode request: %w", err)
	}
	return append([]byte{byte(k)}, data...), nil
}

// decodeRequest reads any request but a snapshot, which is a stream.
func decodeRequest(payload []byte) (any, error) {
	if len(payload) == 0 {
		return nil, errRPC
	}
	var into any
	switch rpcKind(payload[0]) {
	case rpcAppend:
		return decodeAppend(payload[1:])
	case rpcVote, rpcVoteOnSuspicion:
		into = &raft.RequestVoteRequest{}
	case rpcPreVote:
		into = &raft.RequestPreVoteRequest{}
	case rpcTimeoutNow:
		r, err := decodeTimeoutNow(payload)
		return &r.TimeoutNowRequest, err
	default:
		return nil, errRPC
	}
	if err := json.Unmarshal(payload[1:], into); err != nil {
		return nil, fmt.Errorf("decode request: %w", err)
	}
	return into, nil
}

func decodeTimeoutNow(payload []byte) (timeoutNow, error) {
	var r timeoutNow
	if err := json.Unmarshal(payload[1:], &r); err != nil {
		return timeoutNow{}, fmt.Errorf("decode request: %w", err)
	}
	return r, nil
}

func encodeResponse(v any) ([]byte, error) {
	if r, ok := v.(*raft.AppendEntriesResponse); ok {
		return appendResponse(r), nil
	}
	return json.Marshal(v)
}

// encodeAppend leaves out the field Leader, which the header's Addr replaces,
// and states the commit index that it is given.
func encodeAppend(r *raft.AppendEntriesRequest, commit uint64) []byte {
	size := 96 + len(r.ID) + len(r.Addr)
	for _, e := range r.Entries {
		size += 48 + len(e.Data) + len(e.Extensions)
	}
	b := make([]byte, 0, size)
	b = append(b, byte(rpcAppend))
	b = appendRPCHeader(b, r.RPCHeader)
	for _, v := range []uint64{r.Term, r.PrevLogEntry, r.PrevLogTerm, commit, uint64(len(r.Entries))} {
		b = binary.AppendUvarint(b, v)
	}
	for _, e := range r.Entries {
		b = binary.AppendUvarint(b, e.Index)
		b = binary.AppendUvarint(b, e.Term)
		b = append(b, byte(e.Type))
		at := int64(0)
		if !e.AppendedAt.IsZero() {
			at = e.AppendedAt.UnixNano()
		}
		b = binary.AppendVarint(b, at)
		b = appendBytes(b, e.Data)
		b = appendBytes(b, e.Extensions)
	}
	return b
}

// decodeAppend lets the entries point into data, which the caller gives away.
func decodeAppend(data []byte) (*raft.AppendEntriesRequest, error) {
	d := reader{data: data}
	r := &raft.AppendEntriesRequest{RPCHeader: readHeader(&d)}
	r.Term, r.PrevLogEntry, r.PrevLogTerm, r.LeaderCommitIndex = d.uvarint(), d.uvarint(), d.uvarint(), d.uvarint()
	count := d.uvarint()
	if d.failed || count > uint64(len(d.data)) {
		return nil, errRPC
	}
	entries := make([]raft.Log, count)
	r.Entries = make([]*raft.Log, count)
	for i := range entries {
		e := &entries[i]
		e.Index, e.Term, e.Type = d.uvarint(), d.uvarint(), raft.LogType(d.byte())
		if at := d.varint(); at != 0 {
			e.AppendedAt = time.Unix(0, at)
		}
		e.Data, e.Extensions = d.bytes(), d.bytes()
		r.Entries[i] = e
	}
	if d.failed || len(d.data) > 0 {
		return nil, errRPC
	}
	return r, nil
}

func appendResponse(r *raft.AppendEntriesResponse) []byte {
	b := appendRPCHeader(nil, r.RPCHeader)
	b = binary.AppendUvarint(b, r.Term)
	b = binary.AppendUvarint(b, r.LastLog)
	flags := byte(0)
	if r.Success {
		flags |= 1
	}
	if r.NoRetryBackoff {
		flags |= 2
	}
	return append(b, flags)
}

func decodeResponse(data []byte, into *raft.AppendEntriesResponse) error {
	d := reader{data: data}
	r := raft.AppendEntriesResponse{RPCHeader: readHeader(&d), Term: d.uvarint(), LastLog: d.uvarint()}
	flags := d.byte()
	if d.failed || len(d.data) > 0 {
		return errRPC
	}
	r.Success, r.NoRetryBackoff = flags&1 != 0, flags&2 != 0
	*into = r
	return nil
}

func appendRPCHeader(b []byte, h raft.RPCHeader) []byte {
	b = binary.AppendVarint(b, int64(h.ProtocolVersion))
	b = appendBytes(b, h.ID)
	return appendBytes(b, h.Addr)
}

func readHeader(d *reader) raft.RPCHeader {
	return raft.RPCHeader{ProtocolVersion: raft.ProtocolVersion(d.varint()), ID: d.bytes(), Addr: d.bytes()}
}
