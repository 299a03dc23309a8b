package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// How much a command of a runbook may take where its text sets no bound.
const (
	commandPatience = 30 * time.Second
	attemptPatience = 20 * time.Second // of one attempt where it is repeated
	betweenAttempts = 50 * time.Millisecond
	outputLimit     = 1 << 20 // bytes that are kept of what it prints
)

// pasting runs commands, each in a shell of its own or in a terminal.
type pasting struct {
	dir    string
	env    []string
	groups []int // of processes that commands have left running
}

// pastingIn is for a folder where this program is called lockstep.
func pastingIn(home string) (*pasting, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	bin := filepath.Join(home, "bin")
	if err := errors.Join(os.Mkdir(bin, 0o755), os.Symlink(program, filepath.Join(bin, "lockstep"))); err != nil {
		return nil, err
	}
	return &pasting{dir: home, env: append(os.Environ(), "PATH="+bin+string(filepath.ListSeparator)+os.Getenv("PATH"))}, nil
}

// result is how a command ended.
type result struct {
	code   int
	output string
	late   bool // it was ended, since it took too long
	gone   bool // the terminal has ended with it
}

// run has a command carried out in a shell of its own. It fails only where nothing can be
// said of the command.
func (p *pasting) run(ctx context.Context, shell, command string, env []string, patience time.Duration) (result, error) {
	bounded, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var out shortened
	cmd := exec.CommandContext(bounded, shell, "-c", command)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = p.dir, slices.Concat(p.env, env), &out, &out
	endWithChildren(cmd)
	cmd.WaitDelay = time.Second // for those that it has left running with its output open
	err := cmd.Run()
	if cmd.Process != nil && runsOn(cmd.Process.Pid) {
		p.groups = append(p.groups, cmd.Process.Pid)
	}
	switch _, ended := errors.AsType[*exec.ExitError](err); {
	case ctx.Err() != nil:
		return result{}, ctx.Err()
	case bounded.Err() != nil:
		return result{code: -1, output: out.String(), late: true}, nil
	case err != nil && !ended && !errors.Is(err, exec.ErrWaitDelay):
		return result{}, fmt.Errorf("%s: %w", command, err)
	}
	return result{code: cmd.ProcessState.ExitCode(), output: out.String()}, nil
}

// end ends what commands have left running.
func (p *pasting) end() {
	for _, group := range p.groups {
		endGroup(group)
	}
	p.groups = nil
}

// shortened keeps the beginning of what is written to it.
type shortened struct {
	text strings.Builder
	lost int
}

func (s *shortened) Write(b []byte) (int, error) {
	kept := b[:min(len(b), outputLimit-s.text.Len())]
	s.text.Write(kept)
	s.lost += len(b) - len(kept)
	return len(b), nil
}

func (s *shortened) String() string {
	if s.lost > 0 {
		return s.text.String() + fmt.Sprintf("\n(%d bytes more were not kept)", s.lost)
	}
	return s.text.String()
}
