//go:build unix

package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lockstep/prototype/client"
)

// TestRollingUpgrade: three nodes of the oldest program are replaced under load, one
// at a time, and each goes up, down again and up: at every step both programs serve
// together, each replaced node becomes ready, and nothing that was acknowledged is
// lost, doubled or moved.
func TestRollingUpgrade(t *testing.T) {
	old := buildOldest(t)
	binary := buildLockstep(t)
	data := t.TempDir()
	ids := []string{"n1", "n2", "n3"}
	p, err := startRolling(t.Context(), t.TempDir(), data, old, len(ids), 2)
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
			if err := errors.Join(p.install(id, program), p.Restart(id)); err != nil {
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
	var said bytes.Buffer
	binary, _, err := buildRevision(t.Context(), "../..", oldestCommit, t.TempDir(), &said)
	if err != nil && said.Len() == 0 && os.Getenv("CI") != "true" {
		t.Skipf("the oldest program is not in this clone: %v", err)
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, &said)
	}
	return binary
}
