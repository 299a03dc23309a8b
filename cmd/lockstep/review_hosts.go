package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"lockstep/durable"
	"lockstep/prototype/node"
	"lockstep/prototype/node/storage"
	"lockstep/site/review/store"
)

// hostFlags make this server one of several that keep the same reviews.
type hostFlags struct {
	id, peers string
	tls       node.TLSFiles
}

func (f *hostFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.peers, "review-peers", "", "the servers that keep the reviews together, this one included: ID=HOST:PORT,…")
	flags.StringVar(&f.id, "review-id", "", "which of them this one is")
	flags.StringVar(&f.tls.Cert, "tls-cert", "", "this server's certificate for the other ones (PEM); see lockstep certs")
	flags.StringVar(&f.tls.Key, "tls-key", "", "its private key (PEM)")
	flags.StringVar(&f.tls.CA, "tls-ca", "", "the authorities of the other servers' certificates (PEM)")
}

// reviewHosts are the servers that keep reviews together.
type reviewHosts struct {
	ID      string      `json:"id"`
	Peers   []node.Peer `json:"peers"`
	network node.Network
}

const peersHelp = "--review-id a --review-peers a=10.0.0.1:7201,b=10.0.0.2:7201,c=10.0.0.3:7201 --tls-cert a.pem --tls-key a.key --tls-ca ca.pem"

// open checks the flags; nil stands for a server that keeps its reviews alone.
func (f hostFlags) open(logger *slog.Logger) (*reviewHosts, error) {
	secure, err := openTLS(nodeFlags{tls: f.tls}, logger)
	switch {
	case err != nil:
		return nil, err
	case f.peers == "" && (f.id != "" || secure != nil):
		return nil, usageError{"--review-id and certificates are for several servers: --review-peers is missing", peersHelp}
	case f.peers == "":
		return nil, nil
	case f.id == "":
		return nil, usageError{"--review-id is missing", peersHelp}
	}
	h := &reviewHosts{ID: f.id, network: node.TCP{}}
	if secure != nil {
		h.network = secure
	}
	for _, part := range strings.Split(f.peers, ",") {
		id, address, ok := strings.Cut(strings.TrimSpace(part), "=")
		host, _, err := net.SplitHostPort(address)
		if !ok || id == "" || err != nil {
			return nil, usageError{fmt.Sprintf("--review-peers: %q is not ID=HOST:PORT", part), peersHelp}
		}
		if ip := net.ParseIP(host); secure == nil && (ip == nil || !ip.IsLoopback()) {
			return nil, usageError{fmt.Sprintf("--review-peers: %s can be reached from elsewhere, and nobody would know who it is", address), "lockstep certs makes certificates: " + peersHelp}
		}
		h.Peers = append(h.Peers, node.Peer{ID: id, Raft: address})
	}
	cfg := node.DefaultConfig()
	cfg.ID, cfg.Peers, cfg.Network, cfg.Stores = h.ID, h.Peers, h.network, storage.DiskStores("", storage.WAL, logger)
	if err := cfg.Validate(); err != nil {
		return nil, usageError{"--review-peers: " + err.Error(), peersHelp}
	}
	return h, nil
}

// hostsFile says in a store whose it is.
const hostsFile = "hosts.json"

// sameHosts refuses to open a store of one server as one of several, and the
// other way round: its log has other voters.
func sameHosts(dir string, h *reviewHosts) error {
	path := filepath.Join(dir, hostsFile)
	data, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("open reviews: %w", err)
	}
	if err == nil {
		var was reviewHosts
		if err := json.Unmarshal(data, &was); err != nil {
			return damagedReviews(dir, fmt.Errorf("%s: %w", path, err))
		}
		switch {
		case h == nil:
			return fmt.Errorf("open reviews: those in %s are kept by %d servers together\n\tmend: start this one as it was started before, with --review-id %s; commands work while it runs", dir, len(was.Peers), was.ID)
		case h.ID != was.ID || !slices.Equal(h.Peers, was.Peers):
			return fmt.Errorf("open reviews: those in %s were begun by the server %s with other --review-peers\n\tmend: start it with those, or restore a backup into servers with new folders", dir, was.ID)
		}
		return nil
	}
	if h == nil {
		return nil
	}
	if _, err := os.Stat(filepath.Join(dir, "log")); err == nil {
		return fmt.Errorf("open reviews: those in %s are kept by this server alone\n\tmend: lockstep review backup FILE, move the folder away, start all servers with --review-peers, then lockstep review restore FILE at one of them", dir)
	}
	if data, err = json.Marshal(h); err != nil {
		return err
	}
	return durable.WriteFile(path, data, 0o600)
}

var _ store.Hosts = (*reviewLog)(nil)

// Others implements [store.Hosts].
func (l *reviewLog) Others() []string { return l.node.Others() }

// Ask implements [store.Hosts].
func (l *reviewLog) Ask(ctx context.Context, host string, question []byte) ([]byte, error) {
	return l.node.Ask(ctx, host, question)
}
