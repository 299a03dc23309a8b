package main

import (
	"bytes"
	"log/slog"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"lockstep/prototype/cluster"
	"lockstep/prototype/node"
	"lockstep/prototype/node/storage"
)

// TestRecover_advice: what the command says is to be added is enough, and what it says
// afterwards starts a node that is ready.
func TestRecover_advice(t *testing.T) {
	dir, fabric := t.TempDir(), cluster.NewFabric()
	var peers []node.Peer
	for _, id := range []string{"n1", "n2", "n3"} {
		peers = append(peers, node.Peer{ID: id, HTTP: id + ":80", Raft: id + ":81"})
	}
	open := func(id string, peers []node.Peer) *node.Node {
		cfg := node.DefaultConfig()
		cfg.ID, cfg.Peers, cfg.Shards, cfg.Network = id, peers, 2, fabric
		cfg.Stores = storage.DiskStores(filepath.Join(dir, id), storage.WAL, slog.New(slog.DiscardHandler))
		n, err := node.Open(cfg)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	ready := func(nodes ...*node.Node) {
		ticker, late := time.NewTicker(5*time.Millisecond), time.After(20*time.Second)
		defer ticker.Stop()
		for _, n := range nodes {
			for !n.Ready() {
				select {
				case <-ticker.C:
				case <-late:
					t.Fatal(n.Unready())
				}
			}
		}
	}
	var nodes []*node.Node
	for _, p := range peers {
		nodes = append(nodes, open(p.ID, peers))
	}
	ready(nodes...)
	for _, n := range nodes {
		if err := n.Close(); err != nil {
			t.Fatal(err)
		}
	}
	recover := func(more ...string) string {
		var out bytes.Buffer
		cmd := newRecoverCommand()
		cmd.SetOut(&out)
		cmd.SetArgs(append([]string{"--data", filepath.Join(dir, "n1")}, more...))
		if err := cmd.Execute(); err != nil {
			t.Fatalf("recover %q: %v", more, err)
		}
		return out.String()
	}
	advice := regexp.MustCompile(`add (--lost \S+)\n`).FindStringSubmatch(recover())
	if advice == nil {
		t.Fatalf("it does not say what to add: %s", recover())
	}
	if text := recover(strings.Fields(advice[1])...); !strings.Contains(text, "Start n1 with itself as its only peer") {
		t.Errorf("it says %s", text)
	}
	if text := recover(); !strings.Contains(text, "it is a cluster of its own") {
		t.Errorf("asked again, it says %s", text)
	}
	n := open("n1", peers[:1])
	defer n.Close()
	ready(n)
}
