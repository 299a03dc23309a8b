package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"lockstep/prototype/check"
	"lockstep/prototype/client"
	"lockstep/prototype/cluster"
	"lockstep/prototype/history"
	"lockstep/prototype/node"
)

// TestKillLeader is the promise of the whole prototype, tried on real processes,
// real disks and real signals: the leader is killed with SIGKILL under load,
// again and again, and nothing that was acknowledged is lost, doubled or moved;
// and each killed node comes back by itself and holds what the others hold.
func TestKillLeader(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "lockstep")
	if out, err := exec.Command("go", "build", "-buildvcs=false", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	const conversation, shards, kills = "room", 2, 4
	p, err := cluster.Start(t.Context(), cluster.Config{Executable: binary, Nodes: 3, Shards: shards, Dir: t.TempDir(),
		RestartAfter: 300 * time.Millisecond, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}()
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	defer cancel()
	if err := p.Ready(ctx); err != nil {
		t.Fatal(err)
	}
	var targets []string
	for _, m := range p.Members() {
		targets = append(targets, "http://"+m.HTTP)
	}

	recorder := history.NewRecorder(nil)
	load, stop := context.WithCancel(ctx)
	var senders sync.WaitGroup
	acked := make(chan struct{}, 1<<16)
	for s := range 4 {
		senders.Go(func() {
			c := client.New(client.Config{Targets: client.Fixed(targets...), First: s})
			for i := 0; load.Err() == nil; i++ {
				m := client.Message{ID: fmt.Sprintf("%d-%d", s, i), Sender: fmt.Sprintf("s%d", s), Body: fmt.Sprintf("message %d of %d", i, s)}
				op := recorder.Invoke(history.Event{Kind: history.Send, Conversation: conversation, ID: m.ID, Sender: m.Sender, Body: m.Body})
				// A message is carried through to its acknowledgement even when the
				// load has been told to stop: its outcome is then known.
				ack, err := c.Send(ctx, conversation, m)
				switch {
				case err == nil:
					recorder.Complete(op, history.Event{Type: history.OK, Seq: ack.Seq, Epoch: ack.Epoch})
					acked <- struct{}{}
				case errors.Is(err, client.ErrUnknown):
					recorder.Complete(op, history.Event{Type: history.Info, Error: err.Error()})
				default:
					recorder.Complete(op, history.Event{Type: history.Fail, Error: err.Error()})
				}
			}
		})
	}
	progress := func(n int) {
		t.Helper()
		for range n {
			select {
			case <-acked:
			case <-ctx.Done():
				t.Fatal("no acknowledgement: the cluster did not recover")
			}
		}
	}
	progress(50)
	for range kills {
		id, pid := leaderOf(t, ctx, p, node.ShardOf(conversation, shards))
		if err := p.Kill(id); err != nil {
			t.Fatal(err)
		}
		for len(acked) > 0 {
			<-acked
		}
		progress(50)
		back(t, ctx, p, id, pid)
	}
	stop()
	senders.Wait()

	// Every replica must come to hold what a strong read shows, by itself.
	c := client.New(client.Config{Targets: client.Fixed(targets...)})
	strong, err := c.All(ctx, conversation, client.Linearizable)
	if err != nil {
		t.Fatal(err)
	}
	for i, m := range p.Members() {
		replica := client.New(client.Config{Targets: client.Fixed(targets[i])})
		var have []client.Placed
		for {
			if have, err = replica.All(ctx, conversation, client.Local); err == nil && len(have) >= len(strong) {
				break
			}
			select {
			case <-time.After(20 * time.Millisecond):
			case <-ctx.Done():
				t.Fatalf("%s holds %d of %d messages: %v", m.ID, len(have), len(strong), err)
			}
		}
		op := recorder.Invoke(history.Event{Kind: history.Read, Node: m.ID, Conversation: conversation, Level: client.Local, Limit: len(have), Final: true})
		var shown []history.Message
		for _, x := range have {
			shown = append(shown, history.Message{Seq: x.Seq, ID: x.ID, Sender: x.Sender, Body: x.Body, Epoch: x.Epoch})
		}
		recorder.Complete(op, history.Event{Type: history.OK, Last: uint64(len(have)), Messages: shown})
	}
	report := check.Check(recorder.Events())
	t.Log(report)
	if report.Verdict != check.OK || report.Counts.Acknowledged < 50*kills || report.Counts.Replicas != 3 {
		t.Errorf("verdict %s over %d acknowledged messages and %d replicas: %v %v", report.Verdict, report.Counts.Acknowledged, report.Counts.Replicas, report.Reasons, report.Witness)
	}
}

// leaderOf finds the process that leads a shard.
func leaderOf(t *testing.T, ctx context.Context, p *cluster.Processes, shard int) (id string, pid int) {
	t.Helper()
	for {
		for _, m := range p.Members() {
			s, err := client.New(client.Config{Targets: client.Fixed("http://" + m.HTTP)}).Status(ctx)
			if err == nil && s.Shards[shard].Role == "leader" {
				return m.ID, m.PID
			}
		}
		select {
		case <-time.After(10 * time.Millisecond):
		case <-ctx.Done():
			t.Fatal("no leader")
		}
	}
}

// back waits until a killed node runs again as another process.
func back(t *testing.T, ctx context.Context, p *cluster.Processes, id string, pid int) {
	t.Helper()
	for {
		for _, m := range p.Members() {
			if m.ID == id && m.State == cluster.Running && m.PID != pid && m.PID != 0 {
				return
			}
		}
		select {
		case <-time.After(10 * time.Millisecond):
		case <-ctx.Done():
			t.Fatalf("%s did not come back by itself", id)
		}
	}
}
