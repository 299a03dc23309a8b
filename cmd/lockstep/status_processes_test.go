//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"lockstep/prototype/cluster"
	"lockstep/prototype/fault"
)

// TestStatus_processes goes through what the help of status promises, at real
// processes: what it prints, and the exit code, which --json does not change.
func TestStatus_processes(t *testing.T) {
	binary := buildLockstep(t)
	t.Run("disks", func(t *testing.T) { statusOfDisks(t, binary) })
	t.Run("silent", func(t *testing.T) { statusOfSilent(t, binary) })
	t.Run("hangup", func(t *testing.T) { nodesThatAreHungUp(t, binary) })
	t.Run("refusals", func(t *testing.T) { statusOfRefusals(t, binary) })
}

func statusOfDisks(t *testing.T, binary string) {
	p := &statusOf{Processes: startNodes(t, cluster.Config{Executable: binary, AllowFaults: true}), t: t}
	leader, _ := leaderOf(t, t.Context(), p.Processes, 0)
	victim := slices.DeleteFunc(p.ids(), func(id string) bool { return id == leader })[0]
	p.await(0, "sound", leader)
	for _, disk := range []struct {
		kind fault.Kind
		says string
	}{
		{fault.HungDisk, " hangs: "}, {fault.FullDisk, "no space left"}, {fault.FailingDisk, "has failed"},
	} {
		if _, err := p.Break(t.Context(), victim, fault.Fault{Kind: disk.kind}); err != nil {
			t.Fatal(err)
		}
		p.send() // a disk shows what it is when something is written
		p.await(1, string(disk.kind), victim+", shard 0: ", disk.says)
		if err := p.Heal(t.Context(), victim); err != nil {
			t.Fatal(err)
		}
		if disk.kind != fault.FailingDisk { // what has failed stays so until a person has looked
			p.await(0, "after "+string(disk.kind))
		}
	}
}

// statusOf asks a cluster by the verb status.
type statusOf struct {
	*cluster.Processes
	t *testing.T
}

func (p *statusOf) ids() (ids []string) {
	for _, m := range p.Members() {
		ids = append(ids, m.ID)
	}
	return ids
}

func (p *statusOf) targets() string {
	var list []string
	for _, m := range p.Members() {
		list = append(list, m.HTTP)
	}
	return strings.Join(list, ",")
}

func (p *statusOf) send() {
	p.t.Helper()
	var out bytes.Buffer
	if code := run(p.t.Context(), []string{"send", "--target", p.targets(), "room", "hello"}, nil, &out, &out); code != 0 {
		p.t.Fatalf("send: exit code %d\n%s", code, out.String())
	}
}

// await asks until status ends with the code and says all that it should, in both forms.
func (p *statusOf) await(code int, when string, says ...string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), 30*time.Second)
	defer cancel()
	for {
		var text, asJSON, errs bytes.Buffer
		got := run(ctx, []string{"status", "--target", p.targets()}, nil, &text, &errs)
		gotJSON := run(ctx, []string{"status", "--json", "--target", p.targets()}, nil, &asJSON, &errs)
		whole := !slices.ContainsFunc(says, func(s string) bool { return !strings.Contains(text.String(), s) })
		if got == code && gotJSON == code && whole && json.Valid(asJSON.Bytes()) {
			return
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			p.t.Fatalf("%s: status ends with %d, and with --json with %d, want %d and %q\n%s%s%s", when, got, gotJSON, code, says, text.String(), asJSON.String(), errs.String())
		}
	}
}

// startNodes starts three nodes of one shard that stay down when they end.
func startNodes(t *testing.T, cfg cluster.Config) *cluster.Processes {
	t.Helper()
	cfg.Nodes, cfg.Shards, cfg.Logger = 3, 1, slog.New(slog.DiscardHandler)
	if cfg.Dir == "" {
		cfg.Dir = t.TempDir()
	}
	p, err := cluster.Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := p.Ready(ctx); err != nil {
		t.Fatal(err)
	}
	return p
}

// nodesThatAreHungUp: a node that is told to read its files again goes on.
func nodesThatAreHungUp(t *testing.T, binary string) {
	p := &statusOf{Processes: startNodes(t, cluster.Config{Executable: binary}), t: t}
	p.await(0, "sound")
	for _, m := range p.Members() {
		if err := syscall.Kill(m.PID, syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
	}
	p.send()
	p.await(0, "still sound")
	for _, m := range p.Members() {
		if m.State != cluster.Running {
			t.Errorf("%s is %s", m.ID, m.State)
		}
	}
}

// statusOfSilent: nodes that are stopped are shown; that costs nothing while the
// others have a leader, and nobody who names a leader of the past hides that it is gone.
func statusOfSilent(t *testing.T, binary string) {
	p := &statusOf{Processes: startNodes(t, cluster.Config{Executable: binary}), t: t}
	leader, _ := leaderOf(t, t.Context(), p.Processes, 0)
	followers := slices.DeleteFunc(p.ids(), func(id string) bool { return id == leader })
	each := func(do func(id string) error, ids ...string) {
		t.Helper()
		for _, id := range ids {
			if err := do(id); err != nil {
				t.Fatal(err)
			}
		}
	}
	each(p.Pause, followers[0])
	p.await(0, "a follower is stopped", "does not answer")
	each(p.Pause, leader)
	// Whatever the one that is left says of leaders, from the first moment on.
	var out bytes.Buffer
	if code := run(t.Context(), []string{"status", "--json", "--target", p.targets()}, nil, &out, &out); code != 1 {
		t.Errorf("two of three are stopped: exit code %d\n%s", code, out.String())
	}
	p.await(1, "two are stopped", "does not answer", "shard 0 has no leader")
	each(p.Pause, followers[1])
	p.await(1, "all are stopped", "no node answers")
	each(p.Resume, p.ids()...)
	p.await(0, "all go on")

	// A replica that has lost what it had waits for the others, which are stopped.
	each(p.Kill, followers[0])
	each(func(id string) error { return p.LoseShard(id, 0) }, followers[0])
	each(p.Pause, leader, followers[1])
	each(p.Restart, followers[0])
	p.await(1, "a replica waits to be filled", followers[0]+", shard 0: this replica ")
	each(p.Resume, leader, followers[1])
	p.await(0, "it is filled")
}

// statusOfRefusals: a member comes back with another number of shards. The others refuse
// it, and the exit code says so although each shard has a leader.
func statusOfRefusals(t *testing.T, binary string) {
	p := &statusOf{Processes: startNodes(t, cluster.Config{Executable: binary}), t: t}
	leader, _ := leaderOf(t, t.Context(), p.Processes, 0)
	id := slices.DeleteFunc(p.ids(), func(id string) bool { return id == leader })[0]
	if err := p.Kill(id); err != nil {
		t.Fatal(err)
	}
	var peers []string
	for _, m := range p.Members() {
		peers = append(peers, m.ID+"="+m.HTTP+"/"+m.Raft)
	}
	var log bytes.Buffer
	node := exec.Command(binary, "node", "--id", id, "--data", t.TempDir(), "--shards", "2", "--peers", strings.Join(peers, ","))
	node.Stdout, node.Stderr = &log, &log
	if err := node.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := node.Process.Kill(); err != nil {
			t.Error(err)
		}
		if node.Wait(); t.Failed() {
			t.Log(log.String())
		}
	}()
	p.await(1, "a node of another shape", "refuses the connection", "start every node with the same --shards")
}
