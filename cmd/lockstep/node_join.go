package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"lockstep/durable"
	"lockstep/prototype/node"
)

// joinedName is the file in a node's data folder that holds the members which it
// joined, for a later start at which none of them answers.
const joinedName = "joined.json"

// joinCluster asks the members that are named for all of them. A node that has
// joined before starts with what it was told then, if nobody answers.
func joinCluster(ctx context.Context, f nodeFlags) (peers []node.Peer, shards int, err error) {
	self := node.Peer{ID: f.id, HTTP: f.http, Raft: f.raft}
	for name, address := range map[string]string{"http": self.HTTP, "raft": self.Raft} {
		if _, port, err := net.SplitHostPort(address); err != nil || port == "0" {
			return nil, 0, usageError{fmt.Sprintf("--%s %q: a node that joins says at which HOST:PORT the others reach it", name, address), "lockstep node --help"}
		}
	}
	path := filepath.Join(f.data, joinedName)
	f.reach.target, f.reach.ca, f.reach.cert, f.reach.key = f.join, f.tls.CA, f.tls.Cert, f.tls.Key
	to, err := f.reach.open()
	if err != nil {
		return nil, 0, err
	}
	m, err := firstMembership(ctx, to)
	if err != nil {
		data, missing := os.ReadFile(path)
		if errors.Is(missing, fs.ErrNotExist) {
			return nil, 0, fmt.Errorf("join: no member of --join answers: %w", err)
		}
		if err := errors.Join(missing, json.Unmarshal(data, &m)); err != nil {
			return nil, 0, fmt.Errorf("join: read %s: %w", path, err)
		}
	}
	for _, x := range m.Members {
		if x.ID != f.id {
			peers = append(peers, x.Peer)
		}
	}
	if clash := slices.IndexFunc(peers, func(p node.Peer) bool { return p.Raft == self.Raft || p.HTTP == self.HTTP }); clash >= 0 {
		return nil, 0, usageError{fmt.Sprintf("%s has one of these addresses already", peers[clash].ID), "lockstep members --target " + strings.Split(f.join, ",")[0]}
	}
	data, err := json.MarshalIndent(m, "", "  ")
	if err == nil {
		err = errors.Join(os.MkdirAll(f.data, 0o755), durable.WriteFile(path, append(data, '\n'), 0o644))
	}
	if err != nil {
		return nil, 0, fmt.Errorf("join: keep the members: %w", err)
	}
	return append(peers, self), m.Shards, nil
}
