package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"syscall"

	"github.com/spf13/cobra"

	"lockstep/prototype/node/httpapi"
	"lockstep/site"
	"lockstep/site/build"
	"lockstep/site/review/access"
	"lockstep/site/review/webhook"
	"lockstep/site/serve"
	"lockstep/site/stream"
)

type serveFlags struct {
	addr, dir, data string
	noCluster       bool
	allowFaults     bool
	allowHosts      []string
	allowOrigins    []string
	verbose         bool
	pprof           string
	log             logFlags
	reviews         string
	webhook         string
	webhookPrivate  bool
	access          accessFlags
	hosts           hostFlags
}

func newServeCommand() *cobra.Command {
	var f serveFlags
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the site, its live cluster beside it, while you write",
		Long: `Serves the site and shows a changed source in the browser as soon as it is saved.
Where the site has a laboratory, three real processes of the cluster run behind
it; they end with this command. All pages as one document, edition/, are joined when
somebody asks for it.

What people say about pages is kept by this server alone, or by several together,
each with its own folder and the same --review-peers: an acknowledged comment is
then on most of them.

What watches the server asks /healthz, which answers 200 while it runs; /readyz, which
answers 503 while the sources cannot be read; and /version, which has the JSON of
lockstep version --json. They tell nothing of pages or people, and answer whoever
reaches the address. /metrics, for Prometheus, answers programs at this machine alone.`,
		Example: `  lockstep serve
  lockstep serve --addr 127.0.0.1:0          # any free port
  lockstep serve --dir ../other-repo         # another team's repository
  lockstep serve --config serve.yaml --print-config
  lockstep serve --review-id a \
    --review-peers a=10.0.0.1:7201,b=10.0.0.2:7201,c=10.0.0.3:7201 \
    --tls-cert a.pem --tls-key a.key --tls-ca ca.pem`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runServe(cmd, &f) },
	}
	cmd.Flags().StringVar(&f.addr, "addr", "127.0.0.1:8080", "address to listen on; port 0 takes any free one")
	cmd.Flags().StringVar(&f.dir, "dir", ".", "the repository")
	cmd.Flags().StringVar(&f.data, "data", "var", "folder for the cluster's data (default: var, in the repository)")
	cmd.Flags().BoolVar(&f.noCluster, "no-cluster", false, "serve the site alone")
	cmd.Flags().BoolVar(&f.allowFaults, "allow-faults", false, "let readers on other machines break the cluster too")
	addAllowed(cmd, &f.allowHosts, &f.allowOrigins, "each node of the cluster answers")
	cmd.Flags().StringVar(&f.reviews, "reviews", "on", "let people comment on pages: on or off")
	cmd.Flags().StringVar(&f.webhook, "review-webhook", "", "tell this address of every comment and verdict; signed with LOCKSTEP_WEBHOOK_SECRET")
	cmd.Flags().BoolVar(&f.webhookPrivate, "review-webhook-private", false, "let the webhook be on a private network")
	f.access.add(cmd)
	f.hosts.add(cmd)
	cmd.Flags().BoolVar(&f.verbose, "verbose", false, "log what happens: the same as --log-level debug")
	addProfiles(cmd, &f.pprof)
	f.log.add(cmd, "warn")
	configurable(cmd)
	return cmd
}

func runServe(cmd *cobra.Command, f *serveFlags) error {
	if f.verbose {
		f.log.level = "debug"
	}
	logger, err := f.log.logger(cmd)
	if err != nil {
		return err
	}
	b, err := build.Open(f.dir, build.Options{Lab: playable(), Cache: cacheDir(f.dir)})
	if err != nil {
		return err
	}
	tree, err := b.Load()
	if err != nil {
		return err
	}
	// A large site is a large heap that hardly changes: collecting it at every doubling
	// would be felt at each save. Of a small one the laboratory's run is the larger part.
	if len(tree.Pages) > largeSite {
		collect(400)
	}
	// The port comes before the cluster: a taken one is the commonest mistake.
	listener, err := listen(f.addr)
	if err != nil {
		return err
	}
	defer listener.Close()
	stopProfiles, err := serveProfiles(f.pprof, logger)
	if err != nil {
		return err
	}
	defer stopProfiles()
	options := serve.Options{Builder: b, Logger: logger, Version: builtFrom(), AtThisMachine: httpapi.AtThisMachine, Hosts: hostsOf(f.addr), Topics: make(map[string]stream.Source), Gate: &stream.Gate{Who: access.Counted(access.FirstOf{})}}
	if u, err := url.Parse(f.access.url); err == nil && u.Hostname() != "" {
		options.Hosts = append(options.Hosts, u.Hostname())
		options.Secure = u.Scheme == "https"
	}
	if !cmd.Flags().Changed("data") {
		f.data = filepath.Join(f.dir, f.data)
	}
	if err := claimData(cmd.Context(), f.data); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(cmd.Context())
	defer stop()
	pages := &latePages{}
	path := "/"
	var running *reviewParts
	switch f.reviews {
	case "off":
	case "on":
		door, err := f.access.open(ctx, f.dir, filepath.Join(f.data, "review"), listener.Addr(), func() []string {
			return []string{tree.Site.Asset("css/site.css"), tree.Site.Asset("css/review.css")}
		})
		if err != nil {
			return err
		}
		if door.Start != "" {
			path = door.Start
		}
		options.Gate.Who = access.Counted(door.Who)
		hosts, err := f.hosts.open(logger)
		if err != nil {
			return err
		}
		if hosts != nil {
			fmt.Fprintf(cmd.OutOrStdout(), "The reviews are kept by %d servers; waiting until most of them are there.\n", len(hosts.Peers))
		}
		reviews, err := startReviews(ctx, reviewOptions{Dir: f.dir, Data: filepath.Join(f.data, "review"), Hosts: hosts, Pages: pages, Door: door, Logger: logger,
			Gate: options.Gate, URL: "http://" + shown(listener.Addr()), Public: f.access.public(listener.Addr())})
		if err != nil {
			return err
		}
		defer reviews.Close()
		running = reviews
		reviews.serve(&options)
		if f.webhook != "" {
			hook := &webhook.Hook{URL: f.webhook, Secret: os.Getenv("LOCKSTEP_WEBHOOK_SECRET"), File: filepath.Join(f.data, "review", "webhook.json"), Private: f.webhookPrivate}
			if err := hook.Validate(); err != nil {
				return usageError{"--review-webhook: " + err.Error(), "LOCKSTEP_WEBHOOK_SECRET=… lockstep serve --review-webhook https://…"}
			}
			reviews.hook = hook
		}
	default:
		return usageError{fmt.Sprintf("--reviews is on or off, not %q", f.reviews), "lockstep serve --reviews off"}
	}
	if lab := tree.ByPath("/lab/"); lab != nil && lab.Kind == site.KindLab && !f.noCluster && realProcesses {
		lab, err := startLab(cmd.Context(), labOptions{Data: filepath.Join(f.data, "lab"), Logger: logger, AllowFaults: f.allowFaults, AllowHosts: f.allowHosts, AllowOrigins: f.allowOrigins})
		if err != nil {
			return err
		}
		defer lab.Close()
		options.Lab, options.Live = lab.Handler, lab.Live
		options.Topics["lab"] = lab.Frames
		options.Metrics = askCounts(lab.Members)
	}
	server, err := serve.New(options)
	if err != nil {
		return err
	}
	pages.pages = server
	if running != nil {
		running.tell(ctx)
	}
	out := cmd.OutOrStdout()
	at := shown(listener.Addr())
	fmt.Fprintf(out, "%s is at http://%s%s\n", tree.Site.Title, at, path)
	if path != "/" {
		fmt.Fprintf(out, "Open it in your browser once, so that you can comment; who has not opened it can read.\n")
	}
	if options.Lab != nil {
		fmt.Fprintf(out, "The laboratory is at http://%s/lab/\n", at)
	} else if !realProcesses {
		fmt.Fprintln(out, "No processes of the cluster run behind this site: they need a unix system.")
	}
	if n := len(site.Errors(tree.Findings)); n > 0 {
		fmt.Fprintf(out, "%d problems in the sources; lockstep check lists them\n", n)
	}
	if host, _, _ := net.SplitHostPort(listener.Addr().String()); !net.ParseIP(host).IsLoopback() {
		fmt.Fprintf(out, "Other machines can reach this address: everybody there can read the site.\n")
	}
	fmt.Fprintln(out, "Ctrl-C ends it.")
	return server.Serve(ctx, listener)
}

// listen opens the address, or says how to get another one.
func listen(addr string) (net.Listener, error) {
	if _, _, err := net.SplitHostPort(addr); err != nil {
		return nil, usageError{fmt.Sprintf("%q is not an address", addr), "--addr 127.0.0.1:8080"}
	}
	listener, err := net.Listen("tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		_, port, _ := net.SplitHostPort(addr)
		return nil, usageError{fmt.Sprintf("port %s is taken by another program", port), "lockstep serve --addr 127.0.0.1:0 (any free port), or make run ADDR=127.0.0.1:0"}
	}
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", addr, err)
	}
	return listener, nil
}

// shown is the address that works in a browser on this machine: "0.0.0.0" and
// "[::]" say where a server listens, not where it is.
func shown(addr net.Addr) string {
	host, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return addr.String()
	}
	if net.ParseIP(host).IsUnspecified() {
		host = "localhost"
	}
	return net.JoinHostPort(host, port)
}

// hostsOf are the names under which a server that listens beyond loopback may be
// called: the address itself, and this machine's name and addresses if it
// listens everywhere.
func hostsOf(addr string) []string {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil
	}
	hosts := []string{host}
	if ip := net.ParseIP(host); host == "" || (ip != nil && ip.IsUnspecified()) {
		if name, err := os.Hostname(); err == nil {
			hosts = append(hosts, name)
		}
		addresses, _ := net.InterfaceAddrs()
		for _, a := range addresses {
			if network, ok := a.(*net.IPNet); ok {
				hosts = append(hosts, network.IP.String())
			}
		}
	}
	return hosts
}
