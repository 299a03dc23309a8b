package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"lockstep/prototype/check"
	"lockstep/prototype/fault"
	"lockstep/prototype/torture"
)

// runSchedule carries out one schedule, in virtual time or on processes.
func runSchedule(cmd *cobra.Command, f tortureFlags) error {
	s, err := readSchedule(f.schedule)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "lockstep-torture-")
	if err != nil {
		return fmt.Errorf("torture: %w", err)
	}
	out := cmd.OutOrStdout()
	fmt.Fprintln(out, s)
	run := torture.Virtual
	if f.processes {
		run = func(s fault.Schedule) (torture.Result, error) {
			return onProcesses(cmd.Context(), dir, s, torture.Options{})
		}
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
	printLabLink(out, "these failures", s)
	if f.out != "" {
		if err := writeJSON(f.out, result); err != nil {
			return err
		}
	}
	if failed == nil && result.Verdict == check.OK {
		return os.RemoveAll(dir)
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
		printLabLink(out, "these failures", small.Schedule)
	}
	fmt.Fprintf(out, "schedule, result and history are in %s\n", dir)
	if failed != nil {
		return fmt.Errorf("torture: %w", failed)
	}
	return errReported
}
