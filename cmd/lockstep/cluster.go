package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"lockstep/prototype/cluster"
	"lockstep/prototype/node/storage"
)

// defaultClusterDir is where `cluster` keeps its data, and where `send`, `tail`
// and `status` look for a running one.
var defaultClusterDir = filepath.Join("var", "cluster")

func newClusterCommand() *cobra.Command {
	cfg := cluster.Config{}
	var log logFlags
	cmd := &cobra.Command{
		Use:   "cluster",
		Short: "Run a cluster of real processes on this machine",
		Long: `Starts the nodes as child processes and starts a node that dies again. The data
stays: the same command on the same folder goes on where it ended. DIR/cluster.json
says where the nodes are.`,
		Example: `  lockstep cluster
  lockstep cluster --nodes 5 --port 0 --data /tmp/five
  kill -9 $(jq -r '.[0].pid' var/cluster/cluster.json)   # it comes back`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if cfg.Logger, err = log.logger(cmd); err != nil {
				return err
			}
			return runCluster(cmd, cfg)
		},
	}
	cmd.Flags().IntVar(&cfg.Nodes, "nodes", 3, "number of nodes, odd")
	cmd.Flags().IntVar(&cfg.Shards, "shards", 4, "number of shards")
	cmd.Flags().IntVar(&cfg.Port, "port", 7001, "HTTP port of the first node, the others follow; 0 takes free ones")
	cmd.Flags().StringVar(&cfg.Dir, "data", defaultClusterDir, "folder for the data")
	cmd.Flags().DurationVar(&cfg.RestartAfter, "restart-after", time.Second, "how long a node stays dead; 0 for ever")
	cmd.Flags().StringVar(&cfg.LogStore, "log-store", string(storage.WAL), "what keeps the logs on disk: bolt or wal; the same as before on data that exists")
	cmd.Flags().BoolVar(&cfg.LazyLane, "lazy-lane", false, "have the lane that says ok before the disk has it, as node --lazy-lane")
	cmd.Flags().BoolVar(&cfg.AllowFaults, "allow-faults", false, "open /v1/faults at every node")
	addAllowed(cmd, &cfg.AllowHosts, &cfg.AllowOrigins, "every node answers")
	log.add(cmd, "info")
	return cmd
}

func runCluster(cmd *cobra.Command, cfg cluster.Config) error {
	out := cmd.OutOrStdout()
	p, err := cluster.Start(cmd.Context(), cfg)
	if err != nil {
		return err
	}
	defer p.Close()
	ready, cancel := context.WithTimeout(cmd.Context(), 30*time.Second)
	defer cancel()
	if err := p.Ready(ready); err != nil {
		if cmd.Context().Err() != nil {
			return nil
		}
		return err
	}
	printMembers(out, p.Members())
	fmt.Fprintf(out, "\nData in %s. Try, in another terminal:\n  lockstep send general \"hello\"%s\nCtrl-C ends the cluster; the data stays.\n", cfg.Dir, targetHint(cfg, p.Members()))
	<-cmd.Context().Done()
	return nil
}

// targetHint tells how to reach a cluster that is not where the verbs look.
func targetHint(cfg cluster.Config, members []cluster.Member) string {
	if cfg.Dir == defaultClusterDir {
		return ""
	}
	return " --target http://" + members[0].HTTP
}

func printMembers(out io.Writer, members []cluster.Member) {
	w := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	fmt.Fprintln(w, "NODE\tPID\tHTTP\tRAFT")
	for _, m := range members {
		fmt.Fprintln(w, strings.Join([]string{m.ID, fmt.Sprint(m.PID), m.HTTP, m.Raft}, "\t"))
	}
	w.Flush()
}
