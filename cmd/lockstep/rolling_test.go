//go:build unix

package main

import (
	"context"
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

	"lockstep/prototype/client"
	"lockstep/prototype/cluster"
)

// oldestCommit is the oldest program that may stand beside this one: the last that
// speaks version 3 between nodes and no other.
const oldestCommit = "ce0e543"

// TestRollingUpgrade: three nodes of the oldest program are replaced under load, one
// at a time, and each goes up, down again and up: at every step both programs serve
// together, each replaced node becomes ready, and nothing that was acknowledged is
// lost, doubled or moved.
func TestRollingUpgrade(t *testing.T) {
	old := buildOldest(t)
	binary := buildLockstep(t)
	data := t.TempDir()
	programs := t.TempDir()
	install := func(id, program string) {
		t.Helper()
		// In one step, and beside the file: a node may be running it.
		fresh := filepath.Join(programs, id+".new")
		if err := os.Symlink(program, fresh); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(fresh, filepath.Join(programs, id)); err != nil {
			t.Fatal(err)
		}
	}
	// The cluster starts all nodes with one program: node --id ID …
	chooser := filepath.Join(programs, "choose")
	if err := os.WriteFile(chooser, []byte(fmt.Sprintf("#!/bin/sh\nexec '%s'/\"$3\" \"$@\"\n", programs)), 0o755); err != nil {
		t.Fatal(err)
	}
	ids := []string{"n1", "n2", "n3"}
	for _, id := range ids {
		install(id, old)
	}
	p, err := cluster.Start(t.Context(), cluster.Config{Executable: chooser, Nodes: len(ids), Shards: 2, Dir: data, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			for _, id := range ids {
				said, _ := os.ReadFile(filepath.Join(data, id, "log"))
				t.Logf("%s:\n%s", id, said)
			}
		}
	}()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	if err := p.Ready(ctx); err != nil {
		t.Fatal(err)
	}
	web := make(map[string]string)
	var targets []string
	for _, m := range p.Members() {
		web[m.ID] = "http://" + m.HTTP
		targets = append(targets, web[m.ID])
	}

	load := startJudged(ctx, "room", nil, targets...)
	load.progress(t, ctx, 50)
	steps := 0
	for _, id := range ids {
		for _, program := range []string{binary, old, binary} {
			install(id, program)
			if err := p.Restart(id); err != nil {
				t.Fatal(err)
			}
			awaitReady(t, ctx, nil, []string{web[id]})
			load.progress(t, ctx, 30)
			steps++
		}
	}
	load.judge(t, ctx, 30*steps)
	for _, id := range ids {
		s, err := client.New(client.Config{Targets: client.Fixed(web[id])}).Status(ctx)
		if err != nil || s.Node != id {
			t.Errorf("%s: %v, %v", id, s, err)
		}
		if said := metricLines(t, ctx, web[id], "lockstep_link_refusals_total{"); said != "" {
			t.Errorf("%s has refused, or was refused:\n%s", id, said)
		}
	}
}

// metricLines are the metrics of a node whose line begins so.
func metricLines(t *testing.T, ctx context.Context, target, prefix string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	said, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %v", response.Status, err)
	}
	var lines []string
	for line := range strings.Lines(string(said)) {
		if strings.HasPrefix(line, prefix) {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}

// buildOldest builds the program as of oldestCommit.
func buildOldest(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("git", "-C", root, "cat-file", "-e", oldestCommit+"^{commit}").CombinedOutput(); err != nil {
		said := fmt.Sprintf("the commit %s is not in this clone, so the oldest program cannot be built; git fetch --unshallow gets it: %v %s", oldestCommit, err, out)
		if os.Getenv("CI") == "true" {
			t.Fatal(said)
		}
		t.Skip(said)
	}
	dir := t.TempDir()
	archive, source := filepath.Join(dir, "source.tar"), filepath.Join(dir, "source")
	binary := filepath.Join(dir, "lockstep")
	if err := os.Mkdir(source, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, c := range []*exec.Cmd{
		exec.Command("git", "-C", root, "archive", "--output", archive, oldestCommit),
		exec.Command("tar", "-xf", archive, "-C", source),
		exec.Command("go", "build", "-C", source, "-buildvcs=false", "-o", binary, "./cmd/lockstep"),
	} {
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", c, err, out)
		}
	}
	return binary
}
