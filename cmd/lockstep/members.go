package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"lockstep/prototype/api"
	"lockstep/prototype/node/httpapi"
)

func newMembersCommand() *cobra.Command {
	var reach reachFlags
	cmd := &cobra.Command{
		Use:   "members",
		Short: "Show the members of a cluster",
		Long: `Shows the members as one node knows them, and in how many shards each has a vote.
A node that says nothing for two seconds is passed over. A node joins by being started
with lockstep node --join.`,
		Example: "  lockstep members\n  lockstep members --target http://10.0.0.1:7001",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			to, err := reach.open()
			if err != nil {
				return err
			}
			m, err := firstMembership(cmd.Context(), to)
			if err != nil {
				return err
			}
			printMembership(cmd.OutOrStdout(), m)
			return nil
		},
	}
	reach.add(cmd, targetUsage)
	return cmd
}

func newLeaveCommand() *cobra.Command {
	var reach reachFlags
	cmd := &cobra.Command{
		Use:   "leave ID",
		Short: "Remove a member from a cluster that runs",
		Long: `Removes a node from every shard, running or not; what it leads is handed over
first. A node that runs ends by itself then. A shard whose remaining voters have
no majority that answers keeps the member, and the command says so; it may be
repeated.

Run it at the machine of one of the nodes, or with a token of the role operate.`,
		Example: "  lockstep leave n4\n  lockstep leave n1 --target http://127.0.0.1:7002",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			to, err := reach.open()
			if err != nil {
				return err
			}
			var m httpapi.Membership
			if err := operate(cmd.Context(), http.MethodDelete, to, "/v1/members/"+url.PathEscape(args[0]), &m); err != nil {
				return err
			}
			var remain []string
			for _, x := range m.Members {
				remain = append(remain, x.ID)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s has left; %s remain\n", args[0], strings.Join(remain, ", "))
			return nil
		},
	}
	reach.add(cmd, targetUsage)
	return cmd
}

func newDrainCommand() *cobra.Command {
	var reach reachFlags
	var undo bool
	cmd := &cobra.Command{
		Use:   "drain --target URL",
		Short: "Hand over what a node leads, before its machine is taken down",
		Long: `Hands over every shard that a node leads, each to a node that can take it at once,
and keeps the node from leading until --undo or its next start. Sends go on. The
exit code is 1 if it still leads something, because nobody can take it.

A node that is ended by SIGTERM does the same by itself.

Run it at the machine of the node, or with a token of the role operate.`,
		Example: "  lockstep drain --target http://127.0.0.1:7001\n  lockstep drain --undo --target http://127.0.0.1:7001",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if reach.target == "" {
				return usageError{"--target is missing: which node?", "lockstep drain --help"}
			}
			to, err := reach.open()
			if err != nil {
				return err
			}
			method := http.MethodPost
			if undo {
				method = http.MethodDelete
			}
			var answer struct {
				Node  string `json:"node"`
				Leads int    `json:"leads"`
			}
			if err := operate(cmd.Context(), method, to, "/v1/drain", &answer); err != nil {
				return err
			}
			switch {
			case undo:
				fmt.Fprintf(cmd.OutOrStdout(), "%s may lead again\n", answer.Node)
			case answer.Leads > 0:
				fmt.Fprintf(cmd.OutOrStdout(), "%s still leads %d shards: nobody can take them over now\n", answer.Node, answer.Leads)
				return errReported
			default:
				fmt.Fprintf(cmd.OutOrStdout(), "%s leads nothing any more\n", answer.Node)
			}
			return nil
		},
	}
	reach.add(cmd, "the node, as a URL")
	cmd.Flags().BoolVar(&undo, "undo", false, "let it lead again")
	return cmd
}

func printMembership(out io.Writer, m httpapi.Membership) {
	w := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	fmt.Fprintln(w, "NODE\tHTTP\tRAFT\tVOTES\tJOINING\tHEARD")
	for _, x := range m.Members {
		fmt.Fprintf(w, "%s\t%s\t%s\t%d of %d\t%d\t%t\n", x.ID, x.HTTP, x.Raft, x.Voter, m.Shards, x.Joining, x.Heard)
	}
	w.Flush()
	if n := len(m.Members); n%2 == 0 {
		fmt.Fprintf(out, "%d members survive no more failures than %d\n", n, n-1)
	}
}

// firstMembership asks one node after the other.
func firstMembership(ctx context.Context, to way) (m httpapi.Membership, err error) {
	for _, t := range to.targets() {
		if err = to.exchange(ctx, http.MethodGet, t+"/v1/members", &m); err == nil {
			return m, nil
		}
	}
	return m, err
}

// operate asks the first node that can be reached. One that answers has decided,
// whatever it says.
func operate(ctx context.Context, method string, to way, path string, answer any) (err error) {
	for _, t := range to.targets() {
		var said *refusal
		if err = to.exchange(ctx, method, t+path, answer); err == nil || errors.As(err, &said) {
			return err
		}
	}
	return err
}

// refusal is what a node answered instead of doing what it was asked for.
type refusal struct{ target, detail string }

func (r *refusal) Error() string { return r.target + ": " + r.detail }

// noRedirect takes a redirect for the answer: no node gives one.
func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

func (to way) exchange(ctx context.Context, method, address string, answer any) error {
	// What is read is known at once; a change may wait for leads to move.
	patience := 40 * time.Second
	if method == http.MethodGet {
		patience = 2 * time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, address, nil)
	if err != nil {
		return fmt.Errorf("ask for %s: %w", address, err)
	}
	request.Header.Set("Lockstep-Operator", "cli")
	response, err := (&http.Client{Transport: to.transport, CheckRedirect: noRedirect}).Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body := io.LimitReader(response.Body, 1<<20)
	if response.StatusCode != http.StatusOK {
		var p api.Problem
		if json.NewDecoder(body).Decode(&p) != nil || p.Title == "" {
			p.Title = response.Status
		}
		return &refusal{address, p.Title + ": " + p.Detail}
	}
	if err := json.NewDecoder(body).Decode(answer); err != nil {
		return fmt.Errorf("read the answer of %s: %w", address, err)
	}
	return nil
}
