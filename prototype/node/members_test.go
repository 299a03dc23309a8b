//go:build !js

package node

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/raft"

	"lockstep/prototype/api"
	"lockstep/prototype/node/folder"
	"lockstep/prototype/node/member"
	"lockstep/prototype/node/replica"
	"lockstep/prototype/node/roster"
	"lockstep/prototype/node/storage"
)

// TestNode_step: what the leader answers to each step of a membership, from a
// stranger's first question to its removal.
func TestNode_step(t *testing.T) {
	n := alone(t, func(cfg *Config) {
		cfg.Features = func(string) (uint64, bool) { return replica.OncePerSender, true }
	})
	s := n.shards[0]
	n2 := roster.Peer{ID: "n2", HTTP: "n2.example:7001", Raft: "n2:raft"}
	n.promises.Acknowledged(0, "n2", folder.Mark{Term: 1, Index: 1})
	for i, tt := range []struct {
		step    member.Step
		peer    roster.Peer
		want    member.Answer
		reason  string // a part of it
		servers int
	}{
		{member.StepBelong, n2, member.Answer{Removed: true}, "", 1},
		{member.StepPromote, n2, member.Answer{}, "not been admitted", 1},
		{member.StepAdmit, roster.Peer{ID: "n2"}, member.Answer{}, "needs an address", 1},
		{member.StepAdmit, n2, member.Answer{Done: true, Admitted: folder.Mark{Term: 2, Index: 4}}, "", 2},
		{member.StepBelong, n2, member.Answer{Done: true}, "", 2},
		{member.StepReturn, n2, member.Answer{Done: true}, "", 2},
		{member.StepAdmit, n2, member.Answer{Done: true, Admitted: folder.Mark{Term: 2, Index: 6}}, "", 2}, // 5 removes it
		{"dance", n2, member.Answer{}, `no step "dance"`, 2},
		{member.StepRemove, n.roster.Self, member.Answer{}, "nobody can take it over", 2},
		{member.StepRemove, n2, member.Answer{Done: true}, "", 1},
		{member.StepBelong, n2, member.Answer{Removed: true}, "", 1},
		{member.StepRemove, n2, member.Answer{Done: true}, "", 1},
	} {
		got := n.members.Step(t.Context(), member.Request{Step: tt.step, Peer: tt.peer})
		if (got.Reason == "") != (tt.reason == "") || !strings.Contains(got.Reason, tt.reason) {
			t.Errorf("step %d, %s: the reason is %q, want %q", i, tt.step, got.Reason, tt.reason)
		}
		if got.Reason = ""; got != tt.want {
			t.Errorf("step %d, %s: %+v, want %+v", i, tt.step, got, tt.want)
		}
		servers := s.Configuration().Servers
		if len(servers) != tt.servers || tt.servers == 2 && servers[1].Suffrage != raft.Nonvoter {
			t.Errorf("after step %d, %s: %v", i, tt.step, servers)
		}
		if kept := n.promises.Remembers(0, "n2") != (folder.Mark{}); kept != (i < 6) {
			t.Errorf("after step %d, %s: what it has acknowledged is remembered: %v", i, tt.step, kept)
		}
	}
	if voters := s.Voters(); !slices.Equal(voters, []string{"n1"}) {
		t.Errorf("in the end %q vote", voters)
	}
}

// TestNode_Remove: nobody removes one that is no member, or the last one.
func TestNode_Remove(t *testing.T) {
	n := alone(t, nil)
	if err := n.Remove(t.Context(), "n9"); !errors.Is(err, member.ErrNoMember) {
		t.Errorf("no member: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := n.Remove(ctx, "n1"); err == nil || !strings.Contains(err.Error(), "remove n1: shard 0") {
		t.Errorf("the last one: %v", err)
	}
	select {
	case <-n.Left():
		t.Error("it was told that it is no member")
	default:
	}
	if got := n.members.Step(t.Context(), member.Request{Step: member.StepLeft, Peer: n.roster.Self}); !got.Done {
		t.Errorf("the farewell: %+v", got)
	}
	select {
	case <-n.Left():
	default:
		t.Error("it does not know that it is no member")
	}
}

// deaf is a network on which nobody ever calls.
type deaf struct {
	TCP
	closed chan struct{}
	once   sync.Once
}

func (d *deaf) Listen(string) (net.Listener, error) { return d, nil }
func (d *deaf) Addr() net.Addr                      { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

func (d *deaf) Accept() (net.Conn, error) {
	<-d.closed
	return nil, net.ErrClosed
}

func (d *deaf) Close() error {
	d.once.Do(func() { close(d.closed) })
	return nil
}

// alone opens a node that is a cluster by itself, and waits until it leads.
func alone(t *testing.T, tune func(*Config)) *Node {
	t.Helper()
	cfg := DefaultConfig()
	cfg.ID, cfg.Peers, cfg.Shards = "n1", []roster.Peer{{ID: "n1", HTTP: "n1.example:7001", Raft: "n1:raft"}}, 1
	cfg.Network, cfg.Stores = &deaf{closed: make(chan struct{})}, storage.MemoryStores()
	if tune != nil {
		tune(&cfg)
	}
	n, err := Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	// A read waits for the leader and its barrier.
	if err := n.Await(ctx, api.ReadRequest{Conversation: "c", Level: api.LevelLinearizable}); err != nil {
		t.Fatal(err)
	}
	return n
}
