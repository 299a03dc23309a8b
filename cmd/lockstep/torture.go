package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lockstep/prototype/check"
)

// tortureFaults are what torture can do to a leader.
var tortureFaults = []string{"kill", "pause", "isolate"}

type tortureFlags struct {
	failures, nodes, shards int
	sessions                int
	rate                    float64
	seed                    uint64
	faults                  []string
	out, history            string
	verbose                 bool
}

func newTortureCommand() *cobra.Command {
	var f tortureFlags
	cmd := &cobra.Command{
		Use:   "torture",
		Short: "Break leaders under load, then judge what clients saw",
		Long: `Starts a cluster of real processes on a temporary folder and sends to it at a
steady rate. Then, again and again, it picks a leader and

  kill      ends it with SIGKILL; it comes back by itself,
  pause     stops it with SIGSTOP until its successor works, and lets it go on,
  isolate   cuts its links to the other nodes, but not to its clients, and heals them,

and measures the window: from the last message that the old leader acknowledged to
the first that its successor did. In the end everything is mended, every replica is
read in full, and a checker that shares no code with the cluster judges the history.

The exit code is 0 only if the verdict is ok and every failure took effect.`,
		Example: `  lockstep torture
  lockstep torture --failures 100 --seed 7 --faults kill
  lockstep torture --out evidence.json --history history.jsonl`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runTorture(cmd, f) },
	}
	cmd.Flags().IntVar(&f.failures, "failures", 10, "leader failures")
	cmd.Flags().Uint64Var(&f.seed, "seed", 1, "decides which failure hits which leader when, and what clients do")
	cmd.Flags().StringSliceVar(&f.faults, "faults", tortureFaults, "kinds of failure")
	cmd.Flags().IntVar(&f.nodes, "nodes", 3, "number of nodes: 3, 5 or 7")
	cmd.Flags().IntVar(&f.shards, "shards", 2, "number of shards")
	cmd.Flags().Float64Var(&f.rate, "rate", 400, "messages a second")
	cmd.Flags().IntVar(&f.sessions, "sessions", 24, "clients that send, each one message after the other")
	cmd.Flags().StringVar(&f.out, "out", "", "file for the evidence, as JSON")
	cmd.Flags().StringVar(&f.history, "history", "", "file for the history, as JSON lines (kept anyway if the verdict is not ok)")
	cmd.Flags().BoolVar(&f.verbose, "verbose", false, "a line for each failure")
	return cmd
}

func (f tortureFlags) validate() error {
	const hint = "lockstep torture --help"
	switch {
	case f.failures < 1:
		return usageError{fmt.Sprintf("%d failures prove nothing", f.failures), hint}
	case !slices.Contains([]int{3, 5, 7}, f.nodes):
		return usageError{fmt.Sprintf("%d nodes: with 3, 5 or 7 there is a majority left when one fails", f.nodes), hint}
	case f.shards < 1 || f.shards > 64:
		return usageError{fmt.Sprintf("%d shards: choose 1 to 64", f.shards), hint}
	case f.sessions < 1 || f.rate <= 0:
		return usageError{"without load there is nothing to lose", hint}
	case len(f.faults) == 0:
		return usageError{"no faults are named; there are " + strings.Join(tortureFaults, ", "), hint}
	}
	for _, fault := range f.faults {
		if !slices.Contains(tortureFaults, fault) {
			return usageError{fmt.Sprintf("there is no fault %q; there are %s", fault, strings.Join(tortureFaults, ", ")), hint}
		}
	}
	return nil
}

func runTorture(cmd *cobra.Command, f tortureFlags) error {
	if err := f.validate(); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "lockstep-torture-")
	if err != nil {
		return fmt.Errorf("torture: %w", err)
	}
	path := f.history
	if path == "" {
		path = filepath.Join(dir, "history.jsonl")
	}
	bar := newProgress(cmd.ErrOrStderr())
	t := &torture{flags: f, dir: dir, began: time.Now(), struck: func(done int, s strike) {
		if f.verbose {
			bar.clear()
			fmt.Fprintln(cmd.ErrOrStderr(), s)
		}
		bar.show("torture", done, f.failures)
	}}
	bar.show("torture", 0, f.failures)
	report, err := t.run(cmd.Context(), path)
	bar.clear()
	if errors.Is(err, context.Canceled) {
		return errors.Join(errors.New("torture was interrupted: there is no verdict"), os.RemoveAll(dir))
	}
	if err != nil {
		return fmt.Errorf("torture: %w\nlogs and history are in %s", err, dir)
	}
	if err := t.print(cmd.OutOrStdout(), report); err != nil {
		return err
	}
	if f.out != "" {
		if err := t.writeEvidence(f.out, report); err != nil {
			return err
		}
	}
	if report.Verdict != check.OK {
		fmt.Fprintf(cmd.OutOrStdout(), "logs are in %s, the history in %s\n", dir, path)
		return errReported
	}
	return os.RemoveAll(dir)
}
