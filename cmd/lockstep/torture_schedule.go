package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"lockstep/prototype/check"
	"lockstep/prototype/cluster"
	"lockstep/prototype/fault"
	"lockstep/prototype/torture"
)

// runSchedule carries out one schedule, in virtual time or on processes.
func runSchedule(cmd *cobra.Command, f tortureFlags) error {
	s, err := readSchedule(f.schedule)
	if err != nil {
		return err
	}
	out := cmd.OutOrStdout()
	fmt.Fprintln(out, s)
	run := torture.Virtual
	if f.processes {
		run = func(s fault.Schedule) (torture.Result, error) { return onProcesses(cmd.Context(), s) }
	}
	result, failed := run(s)
	fmt.Fprintln(out, "what it did")
	for _, e := range result.Effects {
		fmt.Fprintf(out, "  %s\n", e)
	}
	fmt.Fprintf(out, "verdict %s\n%s\n", result.Verdict, result.Report)
	for _, reason := range result.Reasons {
		fmt.Fprintf(out, "  %s\n", reason)
	}
	printLabLink(out, s)
	if f.out != "" {
		data, err := json.MarshalIndent(result, "", "  ")
		if err == nil {
			err = os.WriteFile(f.out, append(data, '\n'), 0o644)
		}
		if err != nil {
			return fmt.Errorf("write result: %w", err)
		}
	}
	if failed == nil && result.Verdict == check.OK {
		return nil
	}
	dir, err := os.MkdirTemp("", "lockstep-torture-")
	if err != nil {
		return fmt.Errorf("torture: %w", err)
	}
	if err := torture.Keep(dir, "run", result); err != nil {
		return err
	}
	if result.Verdict == check.Violated && !f.processes {
		small := torture.Shrink(cmd.Context(), result, shrinkTries, run)
		if err := torture.Keep(dir, "shrunk", small); err != nil {
			return err
		}
		fmt.Fprintf(out, "the smallest schedule that was found to fail:\n%s\n", small.Schedule)
		printLabLink(out, small.Schedule)
	}
	fmt.Fprintf(out, "schedule, result and history are in %s\n", dir)
	if failed != nil {
		return fmt.Errorf("torture: %w", failed)
	}
	return errReported
}

// onProcesses carries out a schedule on child processes in a folder of their own,
// which stays if the run does not pass.
func onProcesses(ctx context.Context, s fault.Schedule) (result torture.Result, err error) {
	executable, err := os.Executable()
	if err != nil {
		return result, err
	}
	dir, err := os.MkdirTemp("", "lockstep-torture-cluster-")
	if err != nil {
		return result, err
	}
	starting, cancel := context.WithTimeout(ctx, startPatience)
	defer cancel()
	p, err := cluster.Start(starting, cluster.Config{
		Executable: executable, Dir: filepath.Join(dir, "cluster"), Nodes: s.Topology.Nodes, Shards: s.Topology.Shards, AllowFaults: true,
	})
	if err != nil {
		return result, errors.Join(err, os.RemoveAll(dir))
	}
	defer func() {
		if err = errors.Join(err, p.Close()); err == nil && result.Verdict == check.OK {
			err = os.RemoveAll(dir)
		}
	}()
	return torture.Run(ctx, s, torture.OnProcesses(p), nil)
}
