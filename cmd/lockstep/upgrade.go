package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"lockstep/prototype/cluster"
	"lockstep/site/git"
)

// oldestCommit is the oldest program that may stand beside this one: the last that
// speaks version 3 between nodes and no other.
const oldestCommit = "ce0e543"

// rollingCluster is a cluster of real processes, each of which may run another program.
type rollingCluster struct {
	*cluster.Processes
	programs string // the folder with a link to the program of each node
}

// startRolling starts nodes that all run one program, with their data in a folder.
func startRolling(ctx context.Context, programs, data, program string, nodes, shards int) (*rollingCluster, error) {
	r := &rollingCluster{programs: programs}
	// A cluster starts all nodes with one program: node --id ID …
	chooser := filepath.Join(programs, "choose")
	if err := os.WriteFile(chooser, []byte(fmt.Sprintf("#!/bin/sh\nexec %s/\"$3\" \"$@\"\n", quoted(programs))), 0o755); err != nil {
		return nil, err
	}
	for i := range nodes {
		if err := r.install(fmt.Sprintf("n%d", i+1), program); err != nil {
			return nil, err
		}
	}
	var err error
	if r.Processes, err = cluster.Start(ctx, cluster.Config{Executable: chooser, Nodes: nodes, Shards: shards, Dir: data, Logger: slog.New(slog.DiscardHandler)}); err != nil {
		return nil, err
	}
	return r, nil
}

// install has a node run another program from its next start on.
func (r *rollingCluster) install(id, program string) error {
	// In one step, and beside the file: a node may be running it.
	fresh := filepath.Join(r.programs, id+".new")
	if err := os.Symlink(program, fresh); err != nil {
		return err
	}
	return os.Rename(fresh, filepath.Join(r.programs, id))
}

// buildRevision builds the program as of a revision of the repository in dir, in an empty
// folder, and gives its commit.
func buildRevision(ctx context.Context, dir, revision, into string, said io.Writer) (program, commit string, err error) {
	commit, err = git.Line(ctx, dir, "rev-parse", "--verify", "--quiet", "--end-of-options", revision+"^{commit}")
	if err != nil {
		return "", "", fmt.Errorf("%s is neither a program nor a commit of this clone, and git fetch --unshallow may get it: %w", revision, err)
	}
	archive, source := filepath.Join(into, "source.tar"), filepath.Join(into, "source")
	program = filepath.Join(into, "lockstep")
	if err := os.Mkdir(source, 0o755); err != nil {
		return "", "", err
	}
	if _, err := git.Run(ctx, dir, "archive", "--output", archive, commit); err != nil {
		return "", "", err
	}
	for _, args := range [][]string{
		{"tar", "-xf", archive, "-C", source},
		{"go", "build", "-C", source, "-buildvcs=false", "-o", program, "./cmd/lockstep"},
	} {
		cmd := exec.CommandContext(ctx, args[0], args[1:]...)
		cmd.Stdout, cmd.Stderr = said, said
		if err := cmd.Run(); err != nil {
			return "", "", fmt.Errorf("%s: %w", strings.Join(args, " "), err)
		}
	}
	return program, commit, nil
}
