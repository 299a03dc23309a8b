//go:build unix

package cluster

import (
	"context"
	"errors"
	"fmt"
	"os"
)

// Blackout ends all processes with SIGKILL, one right after the other, and returns
// when they are gone. It is as much of a power failure as one can have without
// pulling the plug: what a process had written is in the kernel's cache and
// survives, what it had in memory does not. They come back by themselves after
// Config.RestartAfter. It is an error if none runs.
func (p *Processes) Blackout() error {
	type victim struct {
		child   *child
		process *os.Process
		exited  <-chan struct{}
	}
	var victims []victim
	p.mu.Lock()
	for _, c := range p.children {
		if c.process != nil {
			victims = append(victims, victim{c, c.process, c.exited})
		}
	}
	p.mu.Unlock()
	if len(victims) == 0 {
		return fmt.Errorf("black out: %w: every node is down already", ErrState)
	}
	var failed error
	for _, v := range victims {
		if err := v.process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
			failed = errors.Join(failed, err)
		}
	}
	if failed != nil {
		return fmt.Errorf("black out: %w", failed)
	}
	for _, v := range victims {
		<-v.exited
		if err := p.await(context.Background(), func() (bool, error) { return v.child.process != v.process, nil }); err != nil {
			return fmt.Errorf("black out: %w", err)
		}
	}
	return nil
}
