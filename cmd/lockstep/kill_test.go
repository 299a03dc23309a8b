package main

import (
	"context"
	"log/slog"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"lockstep/prototype/client"
	"lockstep/prototype/cluster"
	"lockstep/prototype/node"
)

// TestKillLeader is the promise of the whole prototype, tried on real processes,
// real disks and real signals: the leader is killed with SIGKILL under load,
// again and again, and nothing that was acknowledged is lost, doubled or moved;
// and each killed node comes back by itself and holds what the others hold.
func TestKillLeader(t *testing.T) {
	binary := buildLockstep(t)
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

	load := startJudged(ctx, conversation, nil, targets...)
	load.progress(t, ctx, 50)
	for range kills {
		id, pid := leaderOf(t, ctx, p, node.ShardOf(conversation, shards))
		if err := p.Kill(id); err != nil {
			t.Fatal(err)
		}
		load.progress(t, ctx, 50)
		back(t, ctx, p, id, pid)
	}
	load.judge(t, ctx, 50*kills)
}

func buildLockstep(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "lockstep")
	if out, err := exec.Command("go", "build", "-buildvcs=false", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return binary
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
