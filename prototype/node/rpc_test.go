package node

import (
	"testing"

	"github.com/hashicorp/raft"
)

func FuzzDecodeAppend(f *testing.F) {
	f.Add(encodeAppend(&raft.AppendEntriesRequest{RPCHeader: raft.RPCHeader{ProtocolVersion: 3, ID: []byte("n1"), Addr: []byte("a")},
		Term: 3, PrevLogEntry: 4, PrevLogTerm: 2, Entries: []*raft.Log{{Index: 5, Term: 3, Data: []byte("3/5")}, {Index: 6, Term: 3, Data: []byte("3/6")}}}, 4)[1:])
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := decodeAppend(data)
		if err != nil {
			return
		}
		again, err := decodeAppend(encodeAppend(r, r.LeaderCommitIndex)[1:])
		if err != nil || len(again.Entries) != len(r.Entries) || again.Term != r.Term {
			t.Errorf("%+v became %+v, %v", r, again, err)
		}
	})
}
