package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lockstep/prototype/node"
)

type nodeFlags struct {
	id, http, raft, data, peers string
	logStore                    string
	shards                      int
	allowFaults, withParent     bool
}

func newNodeCommand() *cobra.Command {
	defaults := node.DefaultConfig()
	var f nodeFlags
	cmd := &cobra.Command{
		Use:   "node",
		Short: "Run one replica of a cluster",
		Long: `Runs one replica until it is interrupted. All nodes of a cluster are started with
the same --peers and --shards. There is no authentication: keep the addresses on
loopback or on a network that you trust.`,
		Example: `  lockstep node --id n1 --http 127.0.0.1:7001 --raft 127.0.0.1:7101 --data /tmp/n1 \
    --peers n1=127.0.0.1:7001/127.0.0.1:7101,n2=127.0.0.1:7002/127.0.0.1:7102,n3=127.0.0.1:7003/127.0.0.1:7103`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runNode(cmd, f) },
	}
	cmd.Flags().StringVar(&f.id, "id", "", "name of this node, one of --peers")
	cmd.Flags().StringVar(&f.http, "http", "", "HOST:PORT of the HTTP API (default: as in --peers)")
	cmd.Flags().StringVar(&f.raft, "raft", "", "HOST:PORT for the other nodes (default: as in --peers)")
	cmd.Flags().StringVar(&f.data, "data", "", "folder for log and snapshots")
	cmd.Flags().StringVar(&f.peers, "peers", "", "every node, this one included: ID=HTTP/RAFT,…")
	cmd.Flags().IntVar(&f.shards, "shards", defaults.Shards, "number of shards; the same at every node, for ever")
	cmd.Flags().StringVar(&f.logStore, "log-store", string(node.Bolt), "what keeps the log on disk: bolt or wal; the same as before on data that exists")
	cmd.Flags().BoolVar(&f.allowFaults, "allow-faults", false, "open /v1/faults to whoever reaches the HTTP API")
	cmd.Flags().BoolVar(&f.withParent, "with-parent", false, "end when standard input does")
	cmd.Flags().MarkHidden("with-parent")
	return cmd
}

// parsePeers reads "n1=HTTP/RAFT,n2=…".
func parsePeers(list string) (peers []node.Peer, err error) {
	for _, part := range strings.Split(list, ",") {
		id, addresses, ok := strings.Cut(strings.TrimSpace(part), "=")
		web, raft, both := strings.Cut(addresses, "/")
		if !ok || !both || id == "" {
			return nil, usageError{fmt.Sprintf("--peers: %q is not ID=HTTP/RAFT", part), "--peers n1=127.0.0.1:7001/127.0.0.1:7101,n2=…"}
		}
		for _, address := range []string{web, raft} {
			if _, _, err := net.SplitHostPort(address); err != nil {
				return nil, usageError{fmt.Sprintf("--peers: %q of %s is not HOST:PORT", address, id), "--peers n1=127.0.0.1:7001/127.0.0.1:7101,n2=…"}
			}
		}
		peers = append(peers, node.Peer{ID: id, HTTP: web, Raft: raft})
	}
	return peers, nil
}

func runNode(cmd *cobra.Command, f nodeFlags) error {
	for name, value := range map[string]string{"id": f.id, "data": f.data, "peers": f.peers} {
		if value == "" {
			return usageError{"--" + name + " is missing", "lockstep node --help"}
		}
	}
	if !slices.Contains(node.LogStores, node.LogStore(f.logStore)) {
		return usageError{fmt.Sprintf("--log-store: there is no %q; there are %v", f.logStore, node.LogStores), "lockstep node --help"}
	}
	peers, err := parsePeers(f.peers)
	if err != nil {
		return err
	}
	for i, p := range peers {
		if p.ID != f.id {
			continue
		}
		if f.http != "" {
			peers[i].HTTP = f.http
		}
		if f.raft != "" {
			peers[i].Raft = f.raft
		}
	}
	logger := slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil)).With("node", f.id)
	cfg := node.DefaultConfig()
	cfg.ID, cfg.Peers, cfg.Shards, cfg.AllowFaults, cfg.Logger = f.id, peers, f.shards, f.allowFaults, logger
	cfg.Network, cfg.Stores = node.TCP{}, node.DiskStores(f.data, node.LogStore(f.logStore), logger)
	if err := cfg.Validate(); err != nil {
		return usageError{err.Error(), "lockstep node --help"}
	}
	var address string
	for _, p := range peers {
		if p.ID == f.id {
			address = p.HTTP
		}
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("listen for clients: %w", err)
	}
	n, err := node.Open(cfg)
	if err != nil {
		listener.Close()
		return err
	}
	ctx, stop := context.WithCancel(cmd.Context())
	defer stop()
	if f.withParent {
		go func() {
			io.Copy(io.Discard, cmd.InOrStdin())
			stop()
		}()
	}
	logger.Info("ready for clients", "http", listener.Addr().String(), "shards", f.shards)
	return errors.Join(serveNode(ctx, n, listener), n.Close())
}

// serveNode answers until the context ends, and lets requests finish for a
// moment then.
func serveNode(ctx context.Context, n *node.Node, listener net.Listener) error {
	server := n.Server()
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 300*time.Millisecond)
	defer cancel()
	if server.Shutdown(grace) != nil {
		server.Close()
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
