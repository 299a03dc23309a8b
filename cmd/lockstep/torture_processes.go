package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"lockstep/prototype/check"
	"lockstep/prototype/cluster"
	"lockstep/prototype/fault"
	"lockstep/prototype/torture"
)

// startPatience is how long the processes of a cluster may take to answer.
const startPatience = 30 * time.Second

// onProcesses carries out a schedule on child processes, whose data is below dir.
func onProcesses(ctx context.Context, dir string, s fault.Schedule, options torture.Options) (result torture.Result, err error) {
	starting, cancel := context.WithTimeout(ctx, startPatience)
	defer cancel()
	p, err := cluster.Start(starting, cluster.Config{
		Dir: filepath.Join(dir, "cluster"), Nodes: s.Topology.Nodes, Shards: s.Topology.Shards, AllowFaults: true,
	})
	if err != nil {
		return result, err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	return torture.Run(ctx, s, tortureOnProcesses(p), options)
}

// onTemporary is onProcesses in a folder of its own, which stays if the run does not
// pass.
func onTemporary(ctx context.Context, s fault.Schedule) (torture.Result, error) {
	dir, err := os.MkdirTemp("", "lockstep-torture-cluster-")
	if err != nil {
		return torture.Result{Schedule: s, Verdict: check.Unknown}, err
	}
	result, err := onProcesses(ctx, dir, s, torture.Options{})
	if err != nil {
		return result, fmt.Errorf("%w\nlogs are in %s", err, dir)
	}
	if result.Verdict != check.OK {
		return result, nil
	}
	return result, os.RemoveAll(dir)
}

// runOneByOne breaks the leaders of processes, each when the cluster has recovered
// from the failure before.
func runOneByOne(cmd *cobra.Command, f tortureFlags) (err error) {
	var kinds []fault.Kind
	for _, name := range f.faults {
		kinds = append(kinds, fault.Kind(name))
	}
	s := torture.DrawOneByOne(f.seed, f.failures, kinds, fault.Topology{Nodes: f.nodes, Shards: f.shards},
		fault.Load{Rate: f.rate, Sessions: f.sessions, Conversations: 4 * f.shards, Reads: 0.2})
	if err := s.Validate(); err != nil {
		return usageError{err.Error(), "lockstep torture --help"}
	}
	dir, err := os.MkdirTemp("", "lockstep-torture-")
	if err != nil {
		return fmt.Errorf("torture: %w", err)
	}
	path := f.history
	if path == "" {
		path = filepath.Join(dir, "history.jsonl")
	}
	file, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("create history: %w", err)
	}
	defer file.Close()
	buffer := bufio.NewWriterSize(file, 1<<16)
	bar, began, done := newProgress(cmd.ErrOrStderr()), time.Now(), 0
	bar.show("torture", 0, f.failures)
	result, err := onProcesses(cmd.Context(), dir, s, torture.Options{OneByOne: true, History: buffer, Progress: func(e torture.Effect) {
		done++
		if f.verbose {
			bar.clear()
			fmt.Fprintf(cmd.ErrOrStderr(), "%3d  %s\n", done, e)
		}
		bar.show("torture", done, f.failures)
	}})
	bar.clear()
	err = errors.Join(err, buffer.Flush())
	if cmd.Context().Err() != nil {
		return errors.Join(errors.New("torture was interrupted: there is no verdict"), os.RemoveAll(dir))
	}
	if err != nil {
		return fmt.Errorf("torture: %w\nlogs and history are in %s", err, dir)
	}
	t := tortureReport{f, began, result}
	if err := t.print(cmd.OutOrStdout()); err != nil {
		return err
	}
	if step, found := t.longest(); found {
		printLabLink(cmd.OutOrStdout(), longestWindow, around(s, step))
	}
	if f.out != "" {
		if err := t.writeEvidence(f.out); err != nil {
			return err
		}
	}
	if result.Verdict != check.OK {
		fmt.Fprintf(cmd.OutOrStdout(), "logs are in %s, the history in %s\n", dir, path)
		return errReported
	}
	return os.RemoveAll(dir)
}
