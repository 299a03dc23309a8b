package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"lockstep/site/verify"
)

// TestEdition: the site as one document, and what --pdf says where it cannot print.
func TestEdition(t *testing.T) {
	dir := repository(t, "docs/a.md", "# One\n\n## Same\n\nSee [two](b.md#same).\n", "docs/b.md", "# Two\n\n## Same\n\nText.\n")
	out := filepath.Join(t.TempDir(), "out")
	if code, _, stderr := lockstep(t, "build", "--dir", dir, "--out", out, "--edition"); code != 0 {
		t.Fatal(stderr)
	}
	document := get(t, out, "edition", "index.html")
	for _, want := range []string{`<h3 id="e1-same">Same`, `<h3 id="e2-same">Same`, `<a href="#e2-same">two</a>`, "Contents"} {
		if !strings.Contains(document, want) {
			t.Errorf("the edition has no %s:\n%s", want, document)
		}
	}
	if page := get(t, out, "a", "index.html"); !strings.Contains(page, `href="../edition/"`) {
		t.Error("no page leads to the edition")
	}
	findings, err := verify.Output(os.DirFS(out))
	if err != nil || len(findings) > 0 {
		t.Errorf("the tree with its edition is not sound: %v, %v", findings, err)
	}
	put(t, filepath.Join(dir, "docs", "edition.md"), "# Edition\n\nText.\n")
	if code, _, stderr := lockstep(t, "build", "--dir", dir, "--out", out, "--edition"); code != exitFailure || !strings.Contains(stderr, "docs/edition.md") {
		t.Errorf("a page at the address of the edition: exit %d, %q", code, stderr)
	}
	t.Setenv("LOCKSTEP_BROWSER", filepath.Join(dir, "none"))
	if code, _, stderr := lockstep(t, "build", "--dir", dir, "--out", out, "--pdf"); code != exitFailure || !strings.Contains(stderr, "LOCKSTEP_BROWSER") {
		t.Errorf("without the browser that is named: exit %d, %q", code, stderr)
	}
	t.Setenv("LOCKSTEP_BROWSER", "")
	t.Setenv("PATH", dir)
	if code, _, stderr := lockstep(t, "build", "--dir", dir, "--out", out, "--pdf"); code != exitFailure || !strings.Contains(stderr, "apt-get install chromium") {
		t.Errorf("without a browser: exit %d, %q", code, stderr)
	}
}

// TestEditionStopped: an interrupt while a browser prints ends the browser and what it
// has started, and leaves the tree that was there.
func TestEditionStopped(t *testing.T) {
	dir := repository(t, "docs/a.md", "# One\n\nText.\n")
	folder := t.TempDir()
	out := filepath.Join(folder, "out")
	if code, _, stderr := lockstep(t, "build", "--dir", dir, "--out", out); code != 0 {
		t.Fatal(stderr)
	}
	started := filepath.Join(dir, "pids")
	slow := filepath.Join(dir, "slow")
	if err := os.WriteFile(slow, []byte("#!/bin/sh\nsleep 1000 &\necho $$ $! > "+started+".new\nmv "+started+".new "+started+"\nwait\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("LOCKSTEP_BROWSER", slow)
	t.Setenv("TMPDIR", t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan int)
	var said bytes.Buffer
	go func() {
		ended <- run(ctx, []string{"build", "--dir", dir, "--out", out, "--pdf"}, strings.NewReader(""), &said, &said)
	}()
	var pids []string
	for tick := time.NewTicker(10 * time.Millisecond); pids == nil; {
		select {
		case code := <-ended:
			t.Fatalf("it ended with %d before the browser printed: %s", code, said.String())
		case <-tick.C:
			if data, err := os.ReadFile(started); err == nil {
				pids = strings.Fields(string(data))
			}
		}
	}
	cancel()
	if code := <-ended; code == 0 {
		t.Errorf("an interrupted build ends with 0: %s", said.String())
	}
	for _, text := range pids {
		pid, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		for tick := time.NewTicker(10 * time.Millisecond); running(pid); {
			select {
			case <-tick.C:
			case <-t.Context().Done():
				t.Fatalf("process %d is left", pid)
			}
		}
	}
	if left, _ := filepath.Glob(filepath.Join(folder, "*")); len(left) != 1 {
		t.Errorf("left beside the tree: %q", left)
	}
	if left, _ := filepath.Glob(filepath.Join(folder, ".*")); len(left) != 0 {
		t.Errorf("left beside the tree: %q", left)
	}
	if left, _ := filepath.Glob(filepath.Join(os.TempDir(), "*")); len(left) != 0 {
		t.Errorf("left in the folder for temporary files: %q", left)
	}
	if _, err := os.Stat(filepath.Join(out, "edition")); !os.IsNotExist(err) {
		t.Errorf("the tree that was there has changed: %v", err)
	}
}

// running says whether a process does anything: a zombie waits to be read by whoever
// started it.
func running(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return !os.IsNotExist(err)
	}
	_, after, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(after, "Z")
}
