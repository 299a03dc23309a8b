//go:build unix

package cluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

// ErrState is the error for something that makes no sense in a node's state, as
// pausing one that is down.
var ErrState = errors.New("not in this state")

// Kill ends a node's process with SIGKILL and returns when it is gone. It comes
// back by itself after Config.RestartAfter.
func (p *Processes) Kill(id string) error {
	c, process, exited, err := p.running(id)
	if err != nil {
		return fmt.Errorf("kill %s: %w", id, err)
	}
	if err := process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("kill %s: %w", id, err)
	}
	<-exited
	return p.await(context.Background(), func() (bool, error) { return c.process != process, nil })
}

// Pause stops a node's process with SIGSTOP. To its peers it is as if it had
// vanished; what it believes does not change until Resume.
func (p *Processes) Pause(id string) error { return p.signal(id, "pause", syscall.SIGSTOP, Paused) }

// Resume lets a paused node go on.
func (p *Processes) Resume(id string) error { return p.signal(id, "resume", syscall.SIGCONT, Running) }

func (p *Processes) signal(id, verb string, signal syscall.Signal, next State) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	c, err := p.child(id)
	switch {
	case err != nil:
	case c.process == nil:
		err = fmt.Errorf("%w: it is down", ErrState)
	case (c.member.State == Paused) == (next == Paused):
		err = fmt.Errorf("%w: it is %s", ErrState, c.member.State)
	default:
		err = c.process.Signal(signal)
	}
	if err != nil {
		return fmt.Errorf("%s %s: %w", verb, id, err)
	}
	p.set(c, next)
	return nil
}

// restartWithin bounds how long Restart waits for the new process to answer.
const restartWithin = 15 * time.Second

// Restart starts a node that is down at once, or ends one that is running in
// good order and starts it again. It returns when the new process answers, or has
// ended and is not started again by itself; the error then shows what it has said.
func (p *Processes) Restart(id string) error {
	p.mu.Lock()
	c, err := p.child(id)
	if err != nil {
		p.mu.Unlock()
		return fmt.Errorf("restart %s: %w", id, err)
	}
	old, exited, starts := c.process, c.exited, c.starts
	select {
	case c.wake <- struct{}{}:
	default:
	}
	p.mu.Unlock()
	if old != nil {
		stopProcess(old, exited)
	}
	ctx, cancel := context.WithTimeout(context.Background(), restartWithin)
	defer cancel()
	err = p.await(ctx, func() (bool, error) {
		if c.starts > starts && c.process == nil && p.cfg.RestartAfter == 0 {
			return false, errors.New("it ended at once")
		}
		return c.process != nil && c.process != old && c.member.State == Running, nil
	})
	if err != nil {
		return fmt.Errorf("restart %s: %w\n%s", id, err, tailLog(logPath(p.cfg.Dir, id), 5))
	}
	return nil
}

// running is the process of a node that has one.
func (p *Processes) running(id string) (*child, *os.Process, <-chan struct{}, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c, err := p.child(id)
	if err != nil {
		return nil, nil, nil, err
	}
	if c.process == nil {
		return nil, nil, nil, fmt.Errorf("%w: it is down already", ErrState)
	}
	return c, c.process, c.exited, nil
}
