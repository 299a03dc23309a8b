package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lockstep/prototype/client"
	"lockstep/prototype/cluster"
)

// benchModes are the ways in which clients can load a cluster.
var benchModes = map[string]string{
	"wait":     "each client sends over plain HTTP and waits for the answer",
	"stream":   "the same, with all clients of a conversation sharing one stream",
	"pipeline": "each client keeps --window messages under way on a stream of its own",
	"read":     "each client makes linearizable reads, one by one, over plain HTTP",
	"reads":    "each client makes linearizable reads in batches of 256",
}

type benchFlags struct {
	reach         reachFlags
	mode          string
	clients       int
	conversations int
	window        int
	body          int
	duration      time.Duration
	logStore      string
	asJSON        bool
}

func newBenchCommand() *cobra.Command {
	var f benchFlags
	var modes strings.Builder
	for _, name := range benchModeNames() {
		fmt.Fprintf(&modes, "  %-9s %s\n", name, benchModes[name])
	}
	cmd := &cobra.Command{
		Use:         "bench",
		Short:       "Measure throughput and latency of a cluster",
		Annotations: map[string]string{whenInterrupted: "nothing is printed of a load that did not end"},
		Long: `Loads a cluster for a while and prints what it acknowledged a second, and how long
that took. Without --target it starts three processes on a temporary folder, one
shard, and ends them afterwards. The modes are

` + modes.String() + `
Every acknowledgement is a message on the disks of a majority. Latency counts from
the call to its answer; in pipeline mode that includes the wait behind the window.
To compare systems, see prototype/peers and make bench.`,
		Example: `  lockstep bench
  lockstep bench --mode pipeline --clients 4 --log-store wal
  lockstep bench --target http://127.0.0.1:7001 --mode stream --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runBench(cmd, f) },
	}
	f.reach.add(cmd, "nodes of a running cluster, as URLs with commas")
	cmd.Flags().StringVar(&f.mode, "mode", "wait", "what the clients do")
	cmd.Flags().IntVar(&f.clients, "clients", 16, "clients")
	cmd.Flags().IntVar(&f.conversations, "conversations", 4, "conversations that they share")
	cmd.Flags().IntVar(&f.window, "window", 4096, "messages under way for each client in pipeline mode")
	cmd.Flags().IntVar(&f.body, "body", 128, "bytes of a message")
	cmd.Flags().DurationVar(&f.duration, "duration", 5*time.Second, "how long to measure")
	cmd.Flags().StringVar(&f.logStore, "log-store", "", "of the cluster that is started: bolt or wal (default: the node's)")
	cmd.Flags().BoolVar(&f.asJSON, "json", false, "print JSON")
	return cmd
}

func benchModeNames() []string {
	var names []string
	for name := range benchModes {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func (f benchFlags) validate() error {
	const hint = "lockstep bench --help"
	switch {
	case benchModes[f.mode] == "":
		return usageError{fmt.Sprintf("there is no mode %q; there are %s", f.mode, strings.Join(benchModeNames(), ", ")), hint}
	case f.clients < 1 || f.conversations < 1 || f.window < 1:
		return usageError{"clients, conversations and window must be at least 1", hint}
	case f.body < 0 || f.body > 64<<10:
		return usageError{fmt.Sprintf("a body of %d bytes: 0 to %d are possible", f.body, 64<<10), hint}
	case f.duration <= 0:
		return usageError{"a measurement takes some time", hint}
	case f.reach.target != "" && f.logStore != "":
		return usageError{"--log-store is for a cluster that is started here; without --target", hint}
	}
	return nil
}

func runBench(cmd *cobra.Command, f benchFlags) error {
	if err := f.validate(); err != nil {
		return err
	}
	to, err := f.reach.open()
	if err != nil {
		return err
	}
	if f.reach.target == "" {
		members, stop, err := benchCluster(cmd, f)
		if err != nil {
			return err
		}
		defer stop()
		to.targets = client.Fixed(members...)
	}
	b := newBench(f, to)
	bar := newProgress(cmd.ErrOrStderr())
	result, err := b.run(cmd.Context(), func(share float64) { bar.show("bench", int(share*100), 100) })
	bar.clear()
	if err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	if f.asJSON {
		encoder := json.NewEncoder(cmd.OutOrStdout())
		encoder.SetIndent("", "  ")
		return encoder.Encode(result)
	}
	_, err = fmt.Fprint(cmd.OutOrStdout(), result)
	return err
}

// benchCluster starts a cluster for the time of the measurement.
func benchCluster(cmd *cobra.Command, f benchFlags) (urls []string, stop func(), err error) {
	dir, err := os.MkdirTemp("", "lockstep-bench-")
	if err != nil {
		return nil, nil, err
	}
	p, err := cluster.Start(cmd.Context(), cluster.Config{Dir: filepath.Join(dir, "cluster"), Nodes: 3, Shards: 1, LogStore: f.logStore})
	if err != nil {
		os.RemoveAll(dir)
		return nil, nil, err
	}
	stop = func() {
		p.Close()
		os.RemoveAll(dir)
	}
	if err := p.Ready(cmd.Context()); err != nil {
		stop()
		return nil, nil, err
	}
	for _, m := range p.Members() {
		urls = append(urls, "http://"+m.HTTP)
	}
	return urls, stop, nil
}
