//go:build unix

package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/backup"
	"lockstep/prototype/client"
	"lockstep/prototype/cluster"
)

// backupCluster starts real processes.
func backupCluster(t *testing.T, binary string, nodes, shards int) (p *cluster.Processes, targets []string) {
	t.Helper()
	p, err := cluster.Start(t.Context(), cluster.Config{Executable: binary, Nodes: nodes, Shards: shards, Dir: t.TempDir(), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := p.Ready(ctx); err != nil {
		t.Fatal(err)
	}
	for _, m := range p.Members() {
		targets = append(targets, "http://"+m.HTTP)
	}
	return p, targets
}

// TestBackup_restore: three processes are backed up under load, while one that leads is
// killed; what comes later is added; the files alone give the digests that the nodes
// have; and one process with another number of shards gets every message at its
// number, though the restore is interrupted.
func TestBackup_restore(t *testing.T) {
	binary, dir := buildLockstep(t), filepath.Join(t.TempDir(), "backup")
	source, from := backupCluster(t, binary, 3, 3)
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	must := func(want string, line ...string) string {
		t.Helper()
		code, out := ran(ctx, line...)
		if code != 0 || !strings.Contains(out, want) {
			t.Fatalf("lockstep %s: exit code %d\n%s", strings.Join(line, " "), code, out)
		}
		return out
	}
	c := client.New(client.Config{Targets: client.Fixed(from...)})
	const rooms = 12 // in each of three shards, and of five
	for i := range rooms * 5 {
		m := api.Message{ID: client.NewID(), Sender: fmt.Sprintf("s%d", i%2), Body: fmt.Sprintf("text %d", i)}
		if _, err := c.Send(ctx, fmt.Sprintf("quiet %d", i%rooms), m); err != nil {
			t.Fatal(err)
		}
	}
	load := startJudged(ctx, "room", nil, from...)
	load.progress(t, ctx, 50)

	// The last shard to be copied has no leader when the run begins.
	victim, pid := leaderOf(t, ctx, source, 2)
	if err := source.Kill(victim); err != nil {
		t.Fatal(err)
	}
	must(fmt.Sprintf("in %d conversations", rooms+1), "backup", dir, "--target", strings.Join(from, ","))
	must("sound", "backup", "verify", dir)
	first, err := backup.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := source.Restart(victim); err != nil {
		t.Fatal(err)
	}
	back(t, ctx, source, victim, pid)
	load.progress(t, ctx, 50)
	must("are new", "backup", dir, "--target", strings.Join(from, ","))
	load.judge(t, ctx, 100)
	must("are new", "backup", dir, "--target", strings.Join(from, ","))
	must("sound", "backup", "verify", dir)
	last, err := backup.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(last.Runs) != 3 || last.Runs[1].Messages < 50 || last.Runs[1].Messages+last.Runs[2].Messages+first.Messages() != last.Messages() {
		t.Errorf("the runs: %+v", last.Runs)
	}
	for _, held := range last.Conversations {
		for _, target := range from {
			d, err := client.New(client.Config{Targets: client.Fixed(target)}).Digest(ctx, held.Name, 0)
			if err != nil || d.Seq != held.Last || d.Digest != held.Digest {
				t.Errorf("%s has %+v (%v) of %q, and the backup %+v", target, d, err, held.Name, held)
			}
		}
	}

	files, err := filepath.Glob(filepath.Join(dir, "run-000002-*.jsonl"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	sound, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	at := strings.Index(string(sound), `"body"`)
	damaged := append([]byte(nil), sound...)
	damaged[at+10] ^= 4
	if err := os.WriteFile(files[0], damaged, 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out := ran(ctx, "backup", "verify", dir); code != 1 || !strings.Contains(out, files[0]+":2:") {
		t.Errorf("a flipped bit: exit code %d\n%s", code, out)
	}
	if err := os.WriteFile(files[0], sound, 0o600); err != nil {
		t.Fatal(err)
	}

	_, to := backupCluster(t, binary, 1, 5)
	restored := client.New(client.Config{Targets: client.Fixed(to...)})
	half, stop := context.WithCancel(ctx)
	ended := make(chan int, 1)
	go func() {
		code, _ := ran(half, "restore", dir, "--target", to[0])
		ended <- code
	}()
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	for view := (api.View{}); view.Last < 10; <-ticker.C {
		if view, err = restored.Read(ctx, api.ReadRequest{Conversation: "room", Level: api.LevelLocal, Limit: 1}); err != nil && ctx.Err() != nil {
			t.Fatal(err)
		}
	}
	stop()
	if code := <-ended; code == 0 {
		t.Error("the restore had come to its end, so its interrupt shows nothing")
	}
	out := must(fmt.Sprintf("%d conversations are the same at 1 nodes", rooms+1), "restore", dir, "--target", to[0])
	var sent, there uint64
	if _, err := fmt.Sscanf(out, "%d messages were sent, %d were there", &sent, &there); err != nil || there < 10 || sent+there != last.Messages() {
		t.Errorf("of %d messages: %s", last.Messages(), out)
	}
	for _, held := range last.Conversations {
		old, err := readAll(ctx, c, held.Name, api.LevelLinearizable)
		if err != nil {
			t.Fatal(err)
		}
		now, err := readAll(ctx, restored, held.Name, api.LevelLinearizable)
		if err != nil || len(now) != len(old) {
			t.Fatalf("%q has %d messages, %v, and had %d", held.Name, len(now), err, len(old))
		}
		for i := range old {
			if a, b := old[i], now[i]; a.Seq != b.Seq || a.ID != b.ID || a.Sender != b.Sender || a.Body != b.Body {
				t.Fatalf("%q: %+v is %+v now", held.Name, a, b)
			}
		}
	}
	// The room goes on there, behind what it has.
	if _, err := restored.Send(ctx, "room", api.Message{ID: client.NewID(), Sender: "s0", Body: "text"}); err != nil {
		t.Error(err)
	}
}

// TestBackup_usage: a line that names too little, or too much, is refused before anything
// is written.
func TestBackup_usage(t *testing.T) {
	for _, line := range [][]string{{"backup"}, {"backup", "verify"}, {"restore"}, {"restore", t.TempDir()}, {"backup", "a", "b"}} {
		if code, out := ran(t.Context(), line...); code != 2 {
			t.Errorf("%q: exit code %d\n%s", line, code, out)
		}
	}
}
