package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"lockstep/prototype/api"
	"lockstep/prototype/client"
)

func newStatusCommand() *cobra.Command {
	var target string
	var watch, asJSON bool
	cmd := &cobra.Command{
		Use:     "status",
		Short:   "Show who leads what",
		Long:    "Asks every node for its shards. A node that does not answer is shown as such. The exit code is 1 if a shard has no leader, if a replica takes no part, if its disk is full, hangs or has failed, or if these nodes refuse connections of each other.",
		Example: "  lockstep status\n  lockstep status --watch\n  lockstep status --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			for {
				nodes := askAll(cmd.Context(), targets(target)())
				sound := printStatus(io.Discard, nodes)
				if asJSON {
					if err := json.NewEncoder(cmd.OutOrStdout()).Encode(nodes); err != nil {
						return err
					}
				} else {
					if watch {
						fmt.Fprint(cmd.OutOrStdout(), "\x1b[H\x1b[2J")
					}
					sound = printStatus(cmd.OutOrStdout(), nodes)
				}
				if !watch {
					if !sound {
						return errReported
					}
					return nil
				}
				select {
				case <-time.After(500 * time.Millisecond):
				case <-cmd.Context().Done():
					return nil
				}
			}
		},
	}
	cmd.Flags().StringVar(&target, "target", "", targetUsage)
	cmd.Flags().BoolVar(&watch, "watch", false, "go on, twice a second")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// nodeStatus is what a node said, or that it said nothing.
type nodeStatus struct {
	Target string `json:"target"`
	api.Status
	Error string `json:"error,omitempty"`
}

func askAll(ctx context.Context, list []string) (nodes []nodeStatus) {
	for _, t := range list {
		ctx, cancel := context.WithTimeout(ctx, time.Second)
		s, err := client.New(client.Config{Targets: client.Fixed(t)}).Status(ctx)
		cancel()
		n := nodeStatus{Target: t, Status: s}
		if err != nil {
			n.Error = "does not answer"
		}
		nodes = append(nodes, n)
	}
	return nodes
}

// printTroubles lists what nodes say is wrong with their replicas, their disks and the
// connections between them, and says whether any of it concerns these nodes.
func printTroubles(out io.Writer, nodes []nodeStatus) (bad bool) {
	for _, n := range nodes {
		for _, s := range n.Shards {
			for _, trouble := range []string{s.Disk, s.Trouble} {
				if trouble != "" {
					fmt.Fprintf(out, "%s, shard %d: %s\n", n.Node, s.Shard, trouble)
					bad = true
				}
			}
		}
		for _, r := range n.Refusals {
			fmt.Fprintf(out, "%s and %s: %s\n", n.Node, r.Peer, r.Error())
			bad = bad || slices.ContainsFunc(nodes, func(other nodeStatus) bool { return other.Node == r.Peer })
		}
	}
	return bad
}

// printStatus says whether every shard has a leader, and every node is without trouble.
func printStatus(out io.Writer, nodes []nodeStatus) (sound bool) {
	w := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	fmt.Fprintln(w, "NODE\tSHARD\tROLE\tTERM\tLEADER\tCOMMIT\tAPPLIED")
	leaders, shards := map[int]bool{}, map[int]bool{}
	for _, n := range nodes {
		if n.Error != "" {
			fmt.Fprintf(w, "%s\t%s\t\t\t\t\t\n", n.Target, n.Error)
			continue
		}
		for _, s := range n.Shards {
			fmt.Fprintf(w, "%s\t%d\t%s\t%d\t%s\t%d\t%d\n", n.Node, s.Shard, s.Role, s.Term, s.Leader, s.CommitIndex, s.AppliedIndex)
			shards[s.Shard] = true
			leaders[s.Shard] = leaders[s.Shard] || s.Leader != ""
		}
	}
	w.Flush()
	sound = len(shards) > 0 && !printTroubles(out, nodes)
	for _, shard := range slices.Sorted(maps.Keys(shards)) {
		if !leaders[shard] {
			fmt.Fprintf(out, "shard %d has no leader\n", shard)
			return false
		}
	}
	return sound
}
