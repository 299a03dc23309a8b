//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"lockstep/prototype/client"
	"lockstep/prototype/hosts"
	"lockstep/prototype/node"
)

// TestHosts: three hosts talk to each other by TLS alone, and so do their clients, with
// tokens. Under load the leader's cable is pulled and put back, then each host is drained
// from another machine and restarted, and nothing that was acknowledged is lost. Who
// has no token, or one for less, is refused. A node with a certificate of another
// authority does not get in.
func TestHosts(t *testing.T) {
	h := hosts.New(t)
	binary := buildLockstep(t)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	certs := filepath.Join(t.TempDir(), "certs")
	var peers, targets []string
	for i := 1; i <= hosts.Count; i++ {
		if code := run(ctx, []string{"certs", "--out", certs, fmt.Sprintf("n%d=%s", i, h.Address(i))}, nil, io.Discard, io.Discard); code != 0 {
			t.Fatalf("certs: exit code %d", code)
		}
		peers = append(peers, fmt.Sprintf("n%d=%s:7001/%s:7101", i, h.Address(i), h.Address(i)))
		targets = append(targets, "https://"+h.Address(i)+":7001")
	}
	data := t.TempDir()
	access, ca := filepath.Join(data, "access"), filepath.Join(certs, "ca.pem")
	writer, secret := newToken(t, access, "write", "app")
	operator, _ := newToken(t, access, "operate", "ops")
	flags := func(id, certs string) []string {
		return []string{"--id", id, "--data", filepath.Join(data, id), "--balance-after", "0s", "--access", access, "--http-tls",
			"--tls-cert", filepath.Join(certs, id+".pem"), "--tls-key", filepath.Join(certs, id+".key"), "--tls-ca", filepath.Join(certs, "ca.pem")}
	}
	nodes := make(map[int]*exec.Cmd)
	start := func(i int) {
		t.Helper()
		id := fmt.Sprintf("n%d", i)
		log, err := os.OpenFile(filepath.Join(data, id+".log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
		if err != nil {
			t.Fatal(err)
		}
		defer log.Close()
		c := h.On(context.WithoutCancel(ctx), i, binary, append([]string{"node", "--peers", strings.Join(peers, ",")}, flags(id, certs)...)...)
		c.Stdout, c.Stderr = log, log
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		nodes[i] = c
	}
	end := func(i int) {
		if c := nodes[i]; c != nil {
			c.Process.Signal(syscall.SIGTERM) // ip netns exec has become the node
			if err := c.Wait(); err != nil {
				t.Errorf("n%d did not end in good order: %v", i, err)
			}
			nodes[i] = nil
		}
	}
	t.Cleanup(func() {
		for i := range hosts.Count {
			end(i + 1)
		}
		if t.Failed() {
			for i := range hosts.Count {
				said, _ := os.ReadFile(filepath.Join(data, fmt.Sprintf("n%d.log", i+1)))
				t.Logf("n%d:\n%s", i+1, said)
			}
		}
	})
	for i := range hosts.Count {
		start(i + 1)
	}
	secure, err := authorities(ca)
	if err != nil {
		t.Fatal(err)
	}
	plain := h.Transport(secure)
	t.Cleanup(plain.CloseIdleConnections)
	transport := client.WithToken(plain, secret)

	load := startJudged(ctx, "room", transport, targets...)
	load.progress(t, ctx, 50)

	leader := leadingHost(t, ctx, transport, targets, load.conversation)
	h.Pull(t, leader, true)
	window := load.progress(t, ctx, 500)
	h.Pull(t, leader, false)
	t.Logf("the leader's cable was pulled: the longest send took %s", window.Round(time.Millisecond))
	awaitReady(t, ctx, transport, targets)

	// elsewhere runs a verb at the switch, which is no node's machine.
	elsewhere := func(says string, args ...string) {
		t.Helper()
		said, err := h.On(ctx, 0, binary, append(args, "--tls-ca", ca)...).CombinedOutput()
		if !strings.Contains(string(said), says) {
			t.Fatalf("%q: %v: %s", args, err, said)
		}
	}
	elsewhere("this needs a token with the role operate", "drain", "--target", targets[0])
	elsewhere("this needs the role operate, and the token of app has the role write", "drain", "--target", targets[0], "--token-file", writer)
	elsewhere("this needs the role operate", "leave", "n3", "--target", targets[0], "--token-file", writer)
	elsewhere("this needs a token with the role read", "members", "--target", targets[0])
	for _, path := range []string{"/metrics", "/healthz", "/readyz"} {
		answer, err := (&http.Client{Transport: plain, Timeout: 5 * time.Second}).Get(targets[0] + path)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if open := path != "/metrics"; open != (answer.StatusCode == http.StatusOK) {
			t.Errorf("%s from elsewhere, without a token: %s", path, answer.Status)
		}
	}
	elsewhere("messages are new", "backup", filepath.Join(data, "backup"), "--target", strings.Join(targets, ","), "--token-file", operator)

	for i := 1; i <= hosts.Count; i++ {
		elsewhere("leads nothing any more", "drain", "--target", targets[i-1], "--token-file", operator)
		end(i)
		load.progress(t, ctx, 30)
		start(i)
		awaitReady(t, ctx, transport, targets)
	}

	// Its name and its address are right, and it shows a certificate; that it comes
	// from somebody else's authority is what keeps it out.
	foreign := filepath.Join(t.TempDir(), "foreign")
	if code := run(ctx, []string{"certs", "--out", foreign, "n4=" + h.Address(0)}, nil, io.Discard, io.Discard); code != 0 {
		t.Fatalf("certs: exit code %d", code)
	}
	// It believes the others' authority, and they do not believe its own.
	believed, err := os.ReadFile(ca)
	if err != nil {
		t.Fatal(err)
	}
	own, err := os.ReadFile(filepath.Join(foreign, "ca.pem"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(foreign, "ca.pem"), append(own, believed...), 0o600); err != nil {
		t.Fatal(err)
	}
	short, enough := context.WithTimeout(ctx, 3*time.Second)
	defer enough()
	address := h.Address(0)
	c := h.On(short, 0, binary, append([]string{"node", "--http", address + ":7001", "--raft", address + ":7101", "--join", targets[0], "--token-file", writer}, flags("n4", foreign)...)...)
	var log bytes.Buffer
	c.Stdout, c.Stderr = &log, &log
	if err := c.Run(); err == nil || !errors.Is(short.Err(), context.DeadlineExceeded) {
		t.Errorf("the foreign node ended by itself: %v\n%s", err, log.String())
	}
	said, err := h.On(ctx, 1, binary, "members", "--target", targets[0], "--tls-ca", ca).CombinedOutput() // by an operator at the machine
	if err != nil || strings.Contains(string(said), "n4") {
		t.Errorf("after a foreign node tried to join: %v\n%s", err, said)
	}
	load.judge(t, ctx, 640)
}

func leadingHost(t *testing.T, ctx context.Context, transport http.RoundTripper, targets []string, conversation string) int {
	t.Helper()
	for {
		for i, target := range targets {
			s, err := client.New(client.Config{Targets: client.Fixed(target), Transport: transport}).Status(ctx)
			if err == nil && s.Shards[node.ShardOf(conversation, len(s.Shards))].Role == "leader" {
				return i + 1
			}
		}
		if ctx.Err() != nil {
			t.Fatal("no leader")
		}
	}
}
