//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lockstep/prototype/api"
	"lockstep/prototype/client"
	"lockstep/prototype/cluster"
	"lockstep/prototype/node/storage"
)

// smallDisk mounts a disk in memory at path.
func smallDisk(t *testing.T, path string, megabytes int) {
	t.Helper()
	if err := os.MkdirAll(path, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mount("none", path, "tmpfs", 0, fmt.Sprintf("size=%dm", megabytes)); err != nil {
		if os.Getenv("CI") == "true" && os.Getuid() == 0 {
			t.Fatalf("mount a small disk: %v", err)
		}
		t.Skipf("a disk of a few megabytes cannot be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(path, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
}

// fillDisk takes all the room that is left.
func fillDisk(t *testing.T, path string) {
	t.Helper()
	file, err := os.Create(filepath.Join(path, "ballast"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for size := 64 << 10; size >= 512; size /= 2 {
		for err = nil; err == nil; {
			_, err = file.Write(make([]byte, size))
		}
		if !errors.Is(err, unix.ENOSPC) {
			t.Fatal(err)
		}
	}
}

func freeDisk(t *testing.T, path string) {
	t.Helper()
	if err := os.Remove(filepath.Join(path, "ballast")); err != nil {
		t.Fatal(err)
	}
}

// ready gives the status and the body of a node's /readyz.
func ready(ctx context.Context, address string) (int, string) {
	request, err := http.NewRequestWithContext(ctx, "GET", "http://"+address+"/readyz", nil)
	if err != nil {
		return 0, err.Error()
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err.Error()
	}
	defer answer.Body.Close()
	body, _ := io.ReadAll(answer.Body)
	return answer.StatusCode, string(body)
}

// awaitReadyz waits until what /readyz says is wanted.
func awaitReadyz(t *testing.T, ctx context.Context, address string, status int, word string) (took time.Duration) {
	t.Helper()
	for began := time.Now(); ; {
		got, body := ready(ctx, address)
		if got == status && strings.Contains(body, word) {
			return time.Since(began)
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			t.Fatalf("/readyz of %s says %d %s, want %d and %q", address, got, body, status, word)
		}
	}
}

// stuff sends large messages until the context ends or enough of them went through.
func stuff(ctx context.Context, conversation string, enough int, targets []string) {
	c := client.New(client.Config{Targets: client.Fixed(targets...)})
	text := strings.Repeat("x", 60<<10)
	for i := 0; i < enough && ctx.Err() == nil; i++ {
		attempt, cancel := context.WithTimeout(ctx, time.Second)
		c.Send(attempt, conversation, api.Message{ID: fmt.Sprint("large-", time.Now().UnixNano()), Sender: "filler", Body: text})
		cancel()
	}
}

// TestFullDisk is about real processes on real, small disks. One full disk costs
// nobody an acknowledgement and is named everywhere; when all are full nothing is
// ordered and nothing is lost; and when there is room each replica goes on by
// itself, in the process that it was.
func TestFullDisk(t *testing.T) {
	for _, kind := range storage.LogStores {
		t.Run(string(kind), func(t *testing.T) { fullDisk(t, kind) })
	}
}

func fullDisk(t *testing.T, kind storage.LogStore) {
	binary := buildLockstep(t)
	dir := t.TempDir()
	for i := range 3 {
		smallDisk(t, filepath.Join(dir, fmt.Sprintf("n%d", i+1)), 96)
	}
	p, err := cluster.Start(t.Context(), cluster.Config{Executable: binary, Nodes: 3, Shards: 1, Dir: dir,
		LogStore: string(kind), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	if err := p.Ready(ctx); err != nil {
		t.Fatal(err)
	}
	var targets []string
	processes := map[string]int{}
	address := map[string]string{}
	for _, m := range p.Members() {
		targets = append(targets, "http://"+m.HTTP)
		processes[m.ID], address[m.ID] = m.PID, m.HTTP
	}
	status := func() (string, error) {
		out, err := exec.CommandContext(ctx, binary, "status", "--target", strings.Join(targets, ",")).CombinedOutput()
		return string(out), err
	}
	if out, err := status(); err != nil {
		t.Fatalf("status of a sound cluster: %v\n%s", err, out)
	}
	load := startJudged(ctx, "room", nil, targets...)
	load.progress(t, ctx, 50)

	victim, _ := leaderOf(t, ctx, p, 0)
	fillDisk(t, filepath.Join(dir, victim))
	filling, filled := context.WithCancel(ctx)
	go stuff(filling, "large", 600, targets)
	awaitReadyz(t, ctx, address[victim], http.StatusServiceUnavailable, "no space left on")
	filled()
	load.progress(t, ctx, 50) // the others go on
	if out, err := status(); err == nil || !strings.Contains(out, "no space left on") || !strings.Contains(out, victim) {
		t.Errorf("status with one full disk: %v\n%s", err, out)
	}
	freeDisk(t, filepath.Join(dir, victim))
	t.Logf("ready again after %s", awaitReadyz(t, ctx, address[victim], http.StatusOK, ""))
	// The log is on the disk that was full. What could not be written there is told
	// when it can.
	log, err := os.ReadFile(filepath.Join(dir, victim, "log"))
	if err != nil {
		t.Error(err)
	}
	if !bytes.Contains(log, []byte("no space left on")) {
		t.Errorf("the log of %s does not name it:\n%s", victim, log)
	}

	for id := range address {
		fillDisk(t, filepath.Join(dir, id))
	}
	filling, filled = context.WithCancel(ctx)
	go stuff(filling, "large", 1200, targets)
	for _, a := range address {
		awaitReadyz(t, ctx, a, http.StatusServiceUnavailable, "no space left")
	}
	filled()
	for id := range address {
		freeDisk(t, filepath.Join(dir, id))
	}
	began := time.Now()
	load.progress(t, ctx, 1)
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("after there was room on every disk it took %s until a message was acknowledged", took)
	} else {
		t.Logf("acknowledged again after %s", took)
	}
	for _, a := range address {
		awaitReadyz(t, ctx, a, http.StatusOK, "")
	}
	if out, err := status(); err != nil {
		t.Errorf("status after all: %v\n%s", err, out)
	}
	load.judge(t, ctx, 100)
	for _, m := range p.Members() {
		if m.PID != processes[m.ID] {
			t.Errorf("%s was started again", m.ID)
		}
	}
}
