package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lockstep/prototype/node"
	"lockstep/prototype/node/httpapi"
	"lockstep/prototype/node/httpapi/access"
	"lockstep/prototype/node/storage"
)

type nodeFlags struct {
	id, http, raft, data, peers string
	join                        string
	logStore                    string
	diskReserve                 uint64
	retain, idMemory            uint64
	admitRate                   float64
	shards                      int
	allowFaults, withParent     bool
	lazyLane                    bool
	tls                         node.TLSFiles
	httpTLS, openToNetwork      bool
	access                      string
	quotas                      httpapi.Quotas
	reach                       reachFlags // of those that --join names
	balanceAfter, upgradeAfter  time.Duration
	hosts, origins              []string
	maxInFlight                 int
	pprof                       string
	logs                        logFlags
	traces                      traceFlags
}

// addAllowed adds the flags for whom nodes answer beside themselves.
func addAllowed(cmd *cobra.Command, hosts, origins *[]string, who string) {
	cmd.Flags().StringSliceVar(hosts, "allow-host", nil, "HOST or HOST:PORT that "+who+" to beside loopback names and its own addresses; with commas, or again")
	cmd.PreRunE = func(cmd *cobra.Command, _ []string) error {
		web := httpapi.DefaultConfig()
		web.AllowHosts, web.AllowOrigins = *hosts, *origins
		if err := web.Validate(); err != nil {
			return usageError{err.Error(), cmd.CommandPath() + " --help"}
		}
		return nil
	}
	cmd.Flags().StringSliceVar(origins, "allow-origin", nil, "SCHEME://HOST[:PORT] whose pages "+who+" beside those of its own origin; with commas, or again")
}

func newNodeCommand() *cobra.Command {
	defaults := node.DefaultConfig()
	var f nodeFlags
	cmd := &cobra.Command{
		Use:   "node",
		Short: "Run one replica of a cluster",
		Long: `Runs one replica until it is interrupted. All nodes of a cluster are started with
the same --peers and --shards.

A further node is started with --join instead, and gets a vote in each shard when
it has caught up. A member that has lost its data folder, or the folder of a
shard, is started as before: it takes no part until the others have filled it
again. A folder of another node or another cluster is refused. lockstep leave
removes a member; lockstep recover is for the day on which a majority is gone.

Without --tls-cert, --tls-key and --tls-ca no node is asked who it is: keep --raft on
loopback then. With them nodes talk to each other by TLS 1.3 only, and each must
show a certificate with its id as a DNS name (see lockstep certs). New certificates
in the same files hold at the next connection; SIGHUP does not end a node, and has it
read --access again.

Clients are asked for a token if --access says whose there are (see lockstep token).
With --http-client-ca they may show a certificate instead, that --access has a line for.
Its authority should sign for clients alone: a certificate of --tls-ca that has the id
of a node speaks for that node.
At the machine of the node lockstep drain, leave, members and /metrics need none, and
/healthz and /readyz nowhere. Where other machines reach --http, a node does not start
without --access and --http-tls. --open-to-network lets it: use that where something
else keeps others out, such as a proxy that asks for names and ends TLS. A proxy at the
machine of the node must say for whom it asks, as by X-Forwarded-For: who comes without
that counts as being at the machine, and may be its operator. One that passes
connections on unopened cannot say it, and belongs on another machine.

Quotas keep a client from filling a disk or the others' time. They are this node's, for
what comes in here: give each node the same. A client is the name of a token or of a
certificate, or else an address, that of a proxy for all behind it. What is refused has
no effect, and the answer says by which quota; an earlier attempt with the same id may
have been ordered. What a node or a conversation has is counted when it is there, so
that a little more than the quota may come through; a node that lags asks the leader
first. A conversation that has begun is held for ever on disk, so a node that holds as
many as it may lets none begin. Bytes
of messages are those of their ids, senders and bodies; of a conversation, those that
--retain keeps, of which none leaves while it is full, since only new ones push old
ones out.

With --otlp-endpoint a node follows sends, and tells a collector where their time went:
on the way to the leader, in its queue, at its disk, until a majority had them, and until
they were applied. A client asks for that by the header traceparent; of other requests,
--trace-ratio decides. Spans name conversation and message, and nothing of the text. What
a collector asks for is in the variables of OpenTelemetry, as OTEL_EXPORTER_OTLP_HEADERS.
A collector that does not answer costs spans, and no send waits for it.

A node that joins shows the token of --token-file or of LOCKSTEP_TOKEN, or else
--tls-cert where that is asked for and has one DNS name or none; read is enough.

So that no page in a browser beside the node can use it, the HTTP API answers only
requests whose Host is a loopback name or one of the node's own addresses: that of
--http, that of --peers, and the one by which the request came. A name of another
kind, such as that of a proxy, is added by --allow-host. Pages are answered if they
are of the node's own origin or of one that --allow-origin adds; behind a proxy
that ends TLS, that is the proxy's, with https.

What requests hold in memory is bounded, together by --max-in-flight; beyond it they
get 503 and Retry-After. An
answer holds at most 8 MiB of messages, or one message: if it ends before the
last seq, ask on after its last message. A client that reads nothing of its answer
for 10 seconds gets an early end of it.`,
		Example: `  PEERS=n1=127.0.0.1:7001/127.0.0.1:7101,n2=127.0.0.1:7002/127.0.0.1:7102
  lockstep node --id n1 --data /tmp/n1 \
    --peers $PEERS,n3=127.0.0.1:7003/127.0.0.1:7103
  lockstep node --id n4 --http 127.0.0.1:7004 --raft 127.0.0.1:7104 \
    --data /tmp/n4 --join http://127.0.0.1:7001`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runNode(cmd, f) },
	}
	cmd.Flags().StringVar(&f.id, "id", "", "name of this node, one of --peers")
	cmd.Flags().StringVar(&f.http, "http", "", "HOST:PORT of the HTTP API (default: as in --peers)")
	cmd.Flags().StringVar(&f.raft, "raft", "", "HOST:PORT for the other nodes (default: as in --peers)")
	cmd.Flags().StringVar(&f.data, "data", "", "folder for log and snapshots")
	cmd.Flags().StringVar(&f.peers, "peers", "", "every node, this one included: ID=HTTP/RAFT,…")
	cmd.Flags().StringVar(&f.join, "join", "", "members of a cluster that runs, as URLs with commas, instead of --peers and --shards")
	cmd.Flags().IntVar(&f.shards, "shards", defaults.Shards, "number of shards; the same at every node, for ever")
	cmd.Flags().DurationVar(&f.balanceAfter, "balance-after", 2*time.Second, "spread the leads evenly when a shard has been quiet for so long; 0: never")
	cmd.Flags().StringVar(&f.logStore, "log-store", string(storage.WAL), "what keeps the log on disk: bolt or wal; the same as before on data that exists")
	cmd.Flags().Uint64Var(&f.diskReserve, "disk-reserve", defaults.DiskReserve, "bytes of the disk below which no new messages are ordered, at most a hundredth of the disk; 0: none")
	cmd.Flags().Uint64Var(&f.retain, "retain", defaults.Retain, "messages of a conversation that are kept at least; 0 keeps all")
	cmd.Flags().Uint64Var(&f.idMemory, "id-memory", defaults.IDMemory>>20, "MiB for the ids that a shard remembers to recognise retries, of memory at each replica")
	cmd.Flags().DurationVar(&f.upgradeAfter, "upgrade-after", defaults.UpgradeAfter, "how long all members must run this version before it changes what the log means; until then each can go back to the version before")
	cmd.Flags().Float64Var(&f.admitRate, "admit-rate", 0, "limit of a conversation's messages a second; 0 is none")
	cmd.Flags().BoolVar(&f.lazyLane, "lazy-lane", false, "have the lane that says ok when a majority has a message in memory, and flushes each second; the same at every node")
	cmd.Flags().BoolVar(&f.allowFaults, "allow-faults", false, "open /v1/faults to whoever reaches the HTTP API; with --access, to operators")
	addAllowed(cmd, &f.hosts, &f.origins, "the HTTP API answers")
	cmd.Flags().IntVar(&f.maxInFlight, "max-in-flight", httpapi.DefaultConfig().MaxInFlight, "bytes that the requests of clients may hold in memory together, beyond which they get 503")
	cmd.Flags().StringVar(&f.tls.Cert, "tls-cert", "", "this node's certificate for the other nodes (PEM); read again when it changes")
	cmd.Flags().StringVar(&f.tls.Key, "tls-key", "", "its private key (PEM)")
	cmd.Flags().StringVar(&f.tls.CA, "tls-ca", "", "the authorities of the other nodes' certificates (PEM)")
	cmd.Flags().BoolVar(&f.httpTLS, "http-tls", false, "serve the HTTP API by TLS, too, with the same certificate")
	cmd.Flags().StringVar(&f.tls.ClientCA, "http-client-ca", "", "the authorities of certificates that clients may show instead of a token (PEM); needs --http-tls and --access")
	cmd.Flags().Int64Var(&f.quotas.NodeBytes, "quota-node-bytes", 0, "bytes of the files in --data beyond which clients get 507 for what they send; 0: none")
	cmd.Flags().IntVar(&f.quotas.NodeConversations, "quota-node-conversations", 0, "conversations that this node may hold, beyond which they get 403 for what begins another; 0: none")
	cmd.Flags().Uint64Var(&f.quotas.ConversationMessages, "quota-conversation-messages", 0, "the number that a conversation may reach, beyond which they get 507; 0: none")
	cmd.Flags().Uint64Var(&f.quotas.ConversationBytes, "quota-conversation-bytes", 0, "bytes that a conversation's messages may have together, beyond which they get 507; 0: none")
	cmd.Flags().IntVar(&f.quotas.ClientConversations, "quota-client-conversations", 0, "conversations that a client may begin in an hour, beyond which it gets 429; 0: none")
	cmd.Flags().Float64Var(&f.quotas.ClientMessages, "quota-client-messages", 0, "messages that a client may send in a second, beyond which it gets 429; 0: none")
	cmd.Flags().Float64Var(&f.quotas.ClientBytes, "quota-client-bytes", 0, "bytes that a client may send in a second, beyond which it gets 429; 0: none")
	cmd.Flags().StringVar(&f.access, "access", "", "file that says which tokens and certificates may ask for what; read again when it changes, and by SIGHUP")
	cmd.Flags().BoolVar(&f.openToNetwork, "open-to-network", false, "start without --access or --http-tls although other machines reach --http: something else keeps them out")
	f.reach.addProof(cmd)
	addProfiles(cmd, &f.pprof)
	f.logs.add(cmd, "info")
	f.traces.add(cmd, 0.01, "the requests whose clients do not ask for it")
	cmd.Flags().BoolVar(&f.withParent, "with-parent", false, "end when standard input does")
	cmd.Flags().MarkHidden("with-parent")
	configurable(cmd)
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

// openTLS gives nil if no TLS is asked for.
func openTLS(f nodeFlags, logger *slog.Logger) (*node.TLS, error) {
	given := 0
	for _, name := range []string{f.tls.Cert, f.tls.Key, f.tls.CA} {
		if name != "" {
			given++
		}
	}
	switch {
	case f.tls.ClientCA != "" && (!f.httpTLS || f.access == ""):
		return nil, usageError{"--http-client-ca needs --http-tls, by which certificates are shown, and --access, which says what they allow", "lockstep token --help"}
	case given == 0 && f.httpTLS:
		return nil, usageError{"--http-tls needs --tls-cert, --tls-key and --tls-ca", "lockstep certs --help"}
	case given == 0:
		return nil, nil
	case given < 3:
		return nil, usageError{"--tls-cert, --tls-key and --tls-ca belong together", "lockstep certs --help"}
	}
	return node.OpenTLS(f.tls, logger)
}

// openAccess gives nil if nobody is asked for a token.
func openAccess(f nodeFlags, logger *slog.Logger) (*access.File, error) {
	if f.access == "" {
		return nil, nil
	}
	return access.Open(f.access, logger)
}

// checkOpen refuses to let other machines in who are not asked for a token, or whose token
// others can listen to.
func checkOpen(f nodeFlags, address string) error {
	var missing []string
	if f.access == "" {
		missing = append(missing, "--access, so that it asks them for a token")
	}
	if !f.httpTLS {
		missing = append(missing, "--http-tls, so that nobody on the way listens")
	}
	if len(missing) == 0 || f.openToNetwork {
		return nil
	}
	return usageError{fmt.Sprintf("--http: other machines can reach %s; add %s", address, strings.Join(missing, ", and ")),
		"lockstep token --help; or --open-to-network, if something else keeps out who may not ask"}
}

func loopback(l net.Listener) bool {
	tcp, ok := l.Addr().(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

func runNode(cmd *cobra.Command, f nodeFlags) error {
	required := map[string]string{"id": f.id, "data": f.data}
	if f.join == "" {
		required["peers"] = f.peers
	} else if f.peers != "" {
		return usageError{"--peers founds a cluster and --join joins one: use one of them", "lockstep node --help"}
	}
	for name, value := range required {
		if value == "" {
			return usageError{"--" + name + " is missing", "lockstep node --help"}
		}
	}
	if !slices.Contains(storage.LogStores, storage.LogStore(f.logStore)) {
		return usageError{fmt.Sprintf("--log-store: there is no %q; there are %v", f.logStore, storage.LogStores), "lockstep node --help"}
	}
	logger, err := f.logs.logger(cmd)
	if err != nil {
		return err
	}
	var peers []node.Peer
	if f.join != "" {
		peers, f.shards, err = joinCluster(cmd.Context(), f)
	} else {
		peers, err = parsePeers(f.peers)
	}
	if err != nil {
		return err
	}
	for i, p := range peers {
		if p.ID != f.id {
			continue
		}
		if f.http != "" {
			// The others, and clients that they direct here, know this node by its peer address.
			if host, _, err := net.SplitHostPort(p.HTTP); err == nil && host != "" {
				f.hosts = append(f.hosts, strings.TrimSuffix(net.JoinHostPort(host, ""), ":"))
			}
			peers[i].HTTP = f.http
		}
		if f.raft != "" {
			peers[i].Raft = f.raft
		}
	}
	// Most of a node's memory lives long, and collecting it often would cost a
	// third of the processor under load.
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(300)
	}
	logger = logger.With("node", f.id)
	cfg := node.DefaultConfig()
	cfg.Join = f.join != ""
	cfg.ID, cfg.Peers, cfg.Shards, cfg.Logger = f.id, peers, f.shards, logger
	cfg.Retain, cfg.IDMemory, cfg.AdmitRate = f.retain, f.idMemory<<20, f.admitRate
	cfg.BalanceAfter, cfg.DiskReserve, cfg.UpgradeAfter = f.balanceAfter, f.diskReserve, f.upgradeAfter
	web := httpapi.DefaultConfig()
	web.AllowFaults, web.AllowHosts, web.AllowOrigins, web.MaxInFlight = f.allowFaults, f.hosts, f.origins, f.maxInFlight
	if f.lazyLane {
		cfg.Lazy = node.LazyEvery
	}
	cfg.Network, cfg.Stores = node.TCP{}, storage.DiskStores(f.data, storage.LogStore(f.logStore), logger)
	secure, err := openTLS(f, logger)
	if err != nil {
		return err
	}
	if secure != nil {
		cfg.Network = secure
	}
	ctx, stop := context.WithCancel(cmd.Context())
	defer stop()
	if web.Quotas = f.quotas; f.quotas.NodeBytes > 0 {
		web.Quotas.Stored = folderSize(ctx, f.data)
	}
	if web.Access, err = openAccess(f, logger); err != nil {
		return err
	}
	if err := errors.Join(cfg.Validate(), web.Validate()); err != nil {
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
	if !loopback(listener) {
		if err := checkOpen(f, address); err != nil {
			listener.Close()
			return err
		}
		if web.Access == nil || !f.httpTLS {
			logger.Warn("the HTTP API is open to the network", "address", listener.Addr(), "asks_for_tokens", web.Access != nil, "encrypted", f.httpTLS)
		}
	}
	if f.httpTLS {
		listener = tls.NewListener(listener, secure.ServerConfig())
	}
	tracer, stopTraces, err := f.traces.open("lockstep-node", f.id, logger)
	if err != nil {
		listener.Close()
		return err
	}
	defer stopTraces()
	cfg.Tracer = tracer
	n, err := node.Open(cfg)
	if err != nil {
		listener.Close()
		return err
	}
	answers, err := httpapi.New(n, web)
	if err != nil {
		return errors.Join(err, listener.Close(), n.Close())
	}
	if f.withParent {
		go func() {
			io.Copy(io.Discard, cmd.InOrStdin())
			stop()
		}()
	}
	go func() {
		select {
		case <-n.Left():
			logger.Info("this node has left the cluster")
			stop()
		case <-ctx.Done():
		}
	}()
	stopProfiles, err := serveProfiles(f.pprof, logger)
	if err != nil {
		return errors.Join(err, listener.Close(), n.Close())
	}
	defer stopProfiles()
	heedHangups(ctx, web.Access, logger)
	logger.Info("listening for clients", "http", listener.Addr().String(), "shards", f.shards)
	go sayReady(ctx, n, logger)
	err = errors.Join(serveNode(ctx, n, answers.Server(), listener), n.Close())
	if n.Removed() {
		err = errors.Join(node.ErrRemoved, err)
	}
	return err
}
