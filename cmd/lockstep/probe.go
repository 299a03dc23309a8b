package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/spf13/cobra"

	"lockstep/prototype/probe"
)

func newProbeCommand() *cobra.Command {
	var reach reachFlags
	var traces traceFlags
	var conversation, addr string
	var every, deadline, length time.Duration
	cmd := &cobra.Command{
		Use:   "probe",
		Short: "Watch from outside: send, read at every node, compare digests",
		Long: `Sends to a conversation of its own, reads it back at every node, and compares what
nodes have at equal positions. It measures SLO-1 to SLO-4 as clients see them, and
answers with its metrics at /metrics. It says when a node or the service begins or
ceases to answer, and prints each breach; the exit code is 1 if there was one, and
with --for also if nothing was acknowledged or compared.

Run it in another failure domain than the nodes. Two probes in one conversation are
fine.`,
		Example: `  lockstep probe
  lockstep probe --target http://10.0.0.1:7001,http://10.0.0.2:7001
  lockstep probe --for 30s --every 50ms     # a check after a change`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if every < time.Millisecond || deadline < 10*time.Millisecond {
				return usageError{"--every is at least 1ms, and --deadline 10ms", "lockstep probe --every 1s --deadline 2s"}
			}
			if length < 0 {
				return usageError{"--for is a time, or is left out to watch until it is ended", "lockstep probe --for 30s"}
			}
			to, err := reach.open()
			if err != nil {
				return err
			}
			tracer, stopTraces, err := traces.open("lockstep-probe", conversation, slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil)))
			if err != nil {
				return err
			}
			defer stopTraces()
			out := cmd.OutOrStdout()
			say := func(what string) func(string) {
				return func(says string) { fmt.Fprintf(out, "%s %s %s\n", what, time.Now().UTC().Format(time.RFC3339), says) }
			}
			p := probe.New(probe.Config{Targets: to.targets(), Transport: to.transport, Tracer: tracer, Conversation: conversation, Every: every, Deadline: deadline, Breach: say("BREACH"), Note: say("note")})
			ctx := cmd.Context()
			if length > 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, length)
				defer cancel()
			}
			if addr != "" {
				listener, err := net.Listen("tcp", addr)
				if err != nil {
					return fmt.Errorf("answer at /metrics: %w; choose another --addr", err)
				}
				fmt.Fprintf(out, "metrics at http://%s/metrics\n", listener.Addr())
				mux := http.NewServeMux()
				mux.Handle("GET /metrics", promhttp.HandlerFor(p.Metrics(), promhttp.HandlerOpts{}))
				server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, WriteTimeout: 10 * time.Second, MaxHeaderBytes: 1 << 14}
				go server.Serve(listener)
				defer server.Close()
			}
			p.Run(ctx)
			c := p.Counts()
			fmt.Fprintf(out, "%d acknowledged, %d not; %d comparisons of digests; %d breaches\n", c.Sent, c.Failed, c.Compared, c.Breaches)
			switch {
			case c.Breaches > 0:
				return errReported
			case c.Sent == 0 && length > 0:
				return errors.New("nothing was acknowledged: see lockstep status")
			case c.Compared == 0 && length > 0:
				return errors.New("no two nodes were compared: give all of them to --target, and see lockstep status")
			}
			return nil
		},
	}
	reach.add(cmd, targetUsage)
	cmd.Flags().StringVar(&conversation, "conversation", "lockstep-probe", "where it talks to itself")
	cmd.Flags().StringVar(&addr, "addr", "127.0.0.1:9464", "where it answers at /metrics; empty for nowhere")
	cmd.Flags().DurationVar(&every, "every", time.Second, "time between two sends")
	cmd.Flags().DurationVar(&deadline, "deadline", 2*time.Second, "an acknowledgement that is later is none")
	cmd.Flags().DurationVar(&length, "for", 0, "how long to watch (default: until it is ended)")
	traces.add(cmd, 1, "its sends")
	configurable(cmd)
	return cmd
}
