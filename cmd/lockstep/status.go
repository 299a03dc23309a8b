package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"lockstep/prototype/api"
	"lockstep/prototype/client"
)

func newStatusCommand() *cobra.Command {
	var reach reachFlags
	var watch, asJSON bool
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show who leads what",
		Long: `Asks every node for its shards. A node that does not answer is shown as such.

The exit code is 0 while each shard has a leader and nothing is wrong at the nodes that
answer, also if others do not. It is 1 if no node answers, if a shard has no leader or
its leader does not answer, if a replica takes no part, if its disk is full, hangs or
has failed, or if these nodes refuse connections of each other. --json changes nothing
about it. With --watch it is 0 when you end it.`,
		Example: "  lockstep status\n  lockstep status --watch\n  lockstep status --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			to, err := reach.open()
			if err != nil {
				return err
			}
			for {
				nodes := askAll(cmd.Context(), to)
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
	reach.add(cmd, targetUsage)
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

// askAll asks all nodes at once, so that those that hang cost one second together.
func askAll(ctx context.Context, to way) []nodeStatus {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	list := to.targets()
	nodes := make([]nodeStatus, len(list))
	var asked sync.WaitGroup
	for i, t := range list {
		asked.Go(func() {
			s, err := client.New(client.Config{Targets: client.Fixed(t), Transport: to.transport}).Status(ctx)
			nodes[i] = nodeStatus{Target: t, Status: s}
			nodes[i].Error = whySilent(err)
		})
	}
	asked.Wait()
	return nodes
}

// whySilent says why a node told nothing; "" if it did.
func whySilent(err error) string {
	var said *client.Error
	var unproved *tls.CertificateVerificationError
	var op *net.OpError
	switch {
	case err == nil:
		return ""
	case errors.As(err, &unproved):
		return "its certificate is not good: " + unproved.Err.Error() + " (see --tls-ca)"
	case errors.As(err, &op) && op.Op == "remote error": // an alert of TLS
		return "does not accept the certificate of --tls-cert: " + op.Err.Error()
	case errors.Is(err, http.ErrSchemeMismatch):
		return "speaks no TLS: write http://"
	case errors.As(err, &said) && said.Status == http.StatusBadRequest && said.Reason == "": // no problem of a node
		return "speaks TLS, or is no node: write https://"
	case errors.As(err, &said) && (said.Status == http.StatusUnauthorized || said.Status == http.StatusForbidden):
		return "refuses: " + said.Detail
	}
	return "does not answer"
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
	for _, n := range nodes {
		for _, s := range n.Shards {
			fmt.Fprintf(w, "%s\t%d\t%s\t%d\t%s\t%d\t%d\n", n.Node, s.Shard, s.Role, s.Term, s.Leader, s.CommitIndex, s.AppliedIndex)
		}
	}
	for _, n := range nodes {
		if n.Error != "" { // a sentence has no column, or it would make one wide
			fmt.Fprintf(w, "%s\t%s\n", n.Target, n.Error)
		}
	}
	w.Flush()
	troubled := printTroubles(out, nodes)
	return printLeaderless(out, nodes) && !troubled
}

// printLeaderless lists the shards that no node leads, and says whether there are none.
//
// What followers say is not enough: they name a leader for a while after it has gone.
// It counts where every node has answered that was asked, since the leader is then one
// that was not.
func printLeaderless(out io.Writer, nodes []nodeStatus) (sound bool) {
	if !slices.ContainsFunc(nodes, func(n nodeStatus) bool { return n.Error == "" }) {
		fmt.Fprintln(out, "no node answers")
		return false
	}
	named, leads := map[int]string{}, map[int]bool{}
	answered := map[string]bool{}
	for _, n := range nodes {
		answered[n.Node] = n.Error == ""
		for _, s := range n.Shards {
			named[s.Shard] = cmp.Or(s.Leader, named[s.Shard])
			leads[s.Shard] = leads[s.Shard] || s.Role == "leader"
		}
	}
	all := !slices.ContainsFunc(nodes, func(n nodeStatus) bool { return n.Error != "" })
	sound = len(named) > 0
	for _, shard := range slices.Sorted(maps.Keys(named)) {
		switch leader := named[shard]; {
		case leads[shard], leader != "" && all && !answered[leader]:
			continue
		case leader == "" || answered[leader]:
			fmt.Fprintf(out, "shard %d has no leader\n", shard)
		default:
			fmt.Fprintf(out, "shard %d has no leader that answers: the others name %s\n", shard, leader)
		}
		sound = false
	}
	return sound
}
