package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

type fate int

const (
	killed fate = iota
	timedOut
	survived
	notViable
	fates
)

// nursery runs the tests against one bug after the other. It belongs to one
// goroutine.
type nursery struct {
	ctx   context.Context
	dir   string                   // of the changed files
	usual map[string]time.Duration // how long a package's tests take without a bug
}

func newNursery(ctx context.Context) (*nursery, error) {
	dir, err := os.MkdirTemp("", "plant")
	return &nursery{ctx: ctx, dir: dir, usual: make(map[string]time.Duration)}, err
}

func (n *nursery) close() { os.RemoveAll(n.dir) }

// plant runs the tests of a bug's package against it. Without a bug they have to
// pass.
func (n *nursery) plant(b bug) (fate, error) {
	usual, known := n.usual[b.dir]
	if !known {
		began := time.Now()
		if out, err := n.test(b.dir, "", time.Hour); err != nil {
			return 0, fmt.Errorf("the tests of %s fail without a bug: %w\n%s", b.dir, err, out)
		}
		usual = time.Since(began)
		n.usual[b.dir] = usual
	}
	overlay, err := n.overlay(b)
	if err != nil {
		return 0, err
	}
	out, err := n.test(b.dir, overlay, 10*time.Second+4*usual)
	switch {
	case n.ctx.Err() != nil:
		return 0, n.ctx.Err()
	case err == nil:
		return survived, nil
	case bytes.Contains(out, []byte("[build failed]")):
		return notViable, nil
	case bytes.Contains(out, []byte("panic: test timed out")):
		return timedOut, nil
	case bytes.Contains(out, []byte("FAIL")):
		return killed, nil
	}
	return 0, fmt.Errorf("go test in %s: %w\n%s", b.dir, err, out)
}

// overlay writes the changed file, and what tells go to take it for the other.
func (n *nursery) overlay(b bug) (string, error) {
	source, err := os.ReadFile(b.file)
	if err != nil {
		return "", err
	}
	original, err := filepath.Abs(b.file)
	if err != nil {
		return "", err
	}
	changed, overlay := filepath.Join(n.dir, "changed.go"), filepath.Join(n.dir, "overlay.json")
	if err := os.WriteFile(changed, []byte(string(source[:b.from])+b.with+string(source[b.to:])), 0o600); err != nil {
		return "", err
	}
	data, err := json.Marshal(map[string]map[string]string{"Replace": {original: changed}})
	if err != nil {
		return "", err
	}
	return overlay, os.WriteFile(overlay, data, 0o600)
}

// bounded runs a test with 4 GiB of memory, since a loop that a bug keeps from
// ending may allocate.
const bounded = `sh -c 'ulimit -v 4194304; exec "$@"' sh`

func (n *nursery) test(dir, overlay string, within time.Duration) ([]byte, error) {
	cmd := exec.CommandContext(n.ctx, "go", "test", "-short", "-count=1", "-failfast", "-vet=off",
		"-timeout", within.String(), "-exec", bounded, "-overlay", overlay, "./"+dir)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	return cmd.CombinedOutput()
}
