package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// process is a child whose output goes to a file.
type process struct {
	cmd    *exec.Cmd
	leash  io.Closer // the child's standard input: it ends when this program does
	log    string
	exited chan struct{} // closed when it has ended and was reaped
}

func startProcess(log, path string, args ...string) (*process, error) {
	file, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	p := &process{cmd: exec.Command(path, args...), log: log, exited: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = file, file
	// A group of its own: Ctrl-C is for this program, which then stops its children.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if p.leash, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		p.cmd.Wait() // how it ended is in its log
		close(p.exited)
	}()
	return p, nil
}

// end sends a signal, waits for the end of the process and forces it at last.
func (p *process) end(signal os.Signal) {
	p.cmd.Process.Signal(signal) // an error means that it has ended already
	select {
	case <-p.exited:
	case <-time.After(10 * time.Second):
		p.cmd.Process.Kill()
		<-p.exited
	}
}

// gone is an error with the end of the log if the process has ended.
func (p *process) gone() error {
	select {
	case <-p.exited:
	default:
		return nil
	}
	const tail = 2000
	log, _ := os.ReadFile(p.log)
	return fmt.Errorf("%s ended: %s", filepath.Base(p.log), bytes.TrimSpace(log[max(0, len(log)-tail):]))
}

// until repeats check until it succeeds or one of the processes has ended.
func until(ctx context.Context, processes []*process, check func() error) error {
	for {
		err := check()
		if err == nil {
			return nil
		}
		for _, p := range processes {
			if gone := p.gone(); gone != nil {
				return gone
			}
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			return fmt.Errorf("%w; at last: %w", ctx.Err(), err)
		}
	}
}
