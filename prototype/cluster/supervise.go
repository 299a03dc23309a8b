//go:build unix

package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

const (
	// grace is how long a node may take to end in good order.
	grace = 3 * time.Second
	// early is how soon after its start a node's end counts as a failed start.
	early = 3 * time.Second
	// longestPause bounds the time between two starts of a node that fails at
	// once each time.
	longestPause = 30 * time.Second
	// probeEvery is how often a starting node is asked whether it is there.
	probeEvery = 15 * time.Millisecond
)

// child is one node and the process that it presently is. The fields are
// guarded by Processes.mu.
type child struct {
	member   Member
	process  *os.Process   // nil while it is down
	exited   chan struct{} // closed when process has ended and was reaped
	starts   int           // processes so far
	failures int           // starts in a row that ended at once, by themselves
	wake     chan struct{} // start now, do not wait
	joins    string        // the members that it joins, for one that founded nothing
	left     chan struct{} // closed when it has been removed
}

// set changes a child's state. p.mu is held.
func (p *Processes) set(c *child, state State) {
	c.member.State, c.member.Since = state, time.Now()
	close(p.changed)
	p.changed = make(chan struct{})
}

// supervise runs a node, again and again, until the cluster closes.
func (p *Processes) supervise(c *child, peers string) {
	for {
		started := time.Now()
		end, err := p.run(c, peers)
		select {
		case <-p.closing:
			return
		default:
		}
		p.mu.Lock()
		switch {
		case err == nil && (end.signaled || time.Since(started) > early):
			c.failures = 0
		default:
			c.failures++
		}
		pause, failures, id := p.pause(c.failures), c.failures, c.member.ID
		c.member.PID, c.process = 0, nil
		p.set(c, Down)
		p.mu.Unlock()
		switch {
		case err != nil:
			p.cfg.Logger.Error("node cannot be started", "node", id, "reason", err, "again_in", pause)
		case failures > 0:
			p.cfg.Logger.Error("node ended at once", "node", id, "how", end.how, "starts", failures, "again_in", pause,
				"log", tailLog(logPath(p.cfg.Dir, id), 3))
		default:
			p.cfg.Logger.Info("node ended", "node", id, "how", end.how, "again_in", pause)
		}
		if !p.rest(c, pause) {
			return
		}
	}
}

// pause is the time until the next start; 0 means until somebody asks for it.
func (p *Processes) pause(failures int) time.Duration {
	pause := p.cfg.RestartAfter
	if pause == 0 {
		return 0
	}
	for range failures {
		pause = min(2*pause, max(longestPause, p.cfg.RestartAfter))
	}
	return pause
}

// rest waits until the node is to be started, or says that it is not.
func (p *Processes) rest(c *child, pause time.Duration) bool {
	var due <-chan time.Time
	if pause > 0 {
		timer := time.NewTimer(pause)
		defer timer.Stop()
		due = timer.C
	}
	select {
	case <-due:
		return true
	case <-c.wake:
		return true
	case <-c.left:
		return false
	case <-p.closing:
		return false
	}
}

// end is how a process ended.
type end struct {
	how      string
	signaled bool // by a signal: it did not fail, it was killed
}

// run starts the process and returns when it has ended. When the cluster
// closes, it ends the process.
func (p *Processes) run(c *child, peers string) (end, error) {
	log, err := openLog(p.cfg.Dir, c.member.ID)
	if err != nil {
		return end{}, err
	}
	defer log.Close()
	args := []string{"node", "--id", c.member.ID, "--http", c.member.HTTP, "--raft", c.member.Raft,
		"--data", filepath.Join(p.cfg.Dir, c.member.ID), "--with-parent"}
	if c.joins != "" {
		args = append(args, "--join", c.joins)
	} else {
		args = append(args, "--peers", peers, "--shards", strconv.Itoa(p.cfg.Shards))
	}
	if p.cfg.AllowFaults {
		args = append(args, "--allow-faults")
	}
	for _, host := range p.cfg.AllowHosts {
		args = append(args, "--allow-host", host)
	}
	for _, origin := range p.cfg.AllowOrigins {
		args = append(args, "--allow-origin", origin)
	}
	if p.cfg.LazyLane {
		args = append(args, "--lazy-lane")
	}
	if p.cfg.LogStore != "" {
		args = append(args, "--log-store", p.cfg.LogStore)
	}
	cmd := exec.Command(p.cfg.Executable, args...)
	cmd.Env = append(os.Environ(), p.cfg.Env...)
	cmd.Stdout, cmd.Stderr = log, log
	// A group of its own: Ctrl-C at the terminal is for the parent, which then
	// ends its children in order. And if the parent dies while a node is stopped,
	// the system wakes and hangs up the orphaned group, so that not even a paused
	// node stays behind.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	// Never written to: it ends when this process does.
	leash, err := cmd.StdinPipe()
	if err != nil {
		return end{}, err
	}
	defer leash.Close()

	exited := make(chan struct{})
	p.mu.Lock()
	if err := cmd.Start(); err != nil {
		p.mu.Unlock()
		return end{}, err
	}
	c.process, c.member.PID, c.exited = cmd.Process, cmd.Process.Pid, exited
	c.starts++
	select {
	case <-c.wake: // asked for before this start
	default:
	}
	p.set(c, Starting)
	p.mu.Unlock()

	probing, stop := context.WithCancel(context.Background())
	defer stop()
	p.done.Go(func() { p.probe(probing, c, cmd.Process) })
	p.done.Go(func() {
		select {
		case <-exited:
		case <-p.closing:
			stopProcess(cmd.Process, exited)
		}
	})
	waited := cmd.Wait()
	close(exited)
	if exit := (*exec.ExitError)(nil); waited != nil && !errors.As(waited, &exit) {
		return end{}, waited
	}
	status, _ := cmd.ProcessState.Sys().(syscall.WaitStatus)
	return end{how: cmd.ProcessState.String(), signaled: status.Signaled()}, nil
}

// stopProcess ends a process in good order, or after a while without it.
func stopProcess(process *os.Process, exited <-chan struct{}) {
	// Errors mean that it has ended already.
	_ = process.Signal(syscall.SIGTERM)
	_ = process.Signal(syscall.SIGCONT)
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-exited:
	case <-timer.C:
		_ = process.Kill()
		<-exited
	}
}

// probe asks a starting node until it answers, and marks it as running.
func (p *Processes) probe(ctx context.Context, c *child, process *os.Process) {
	ticker := time.NewTicker(probeEvery)
	defer ticker.Stop()
	for !p.answers(ctx, c.member.ID, c.member.HTTP, "/healthz") {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		case <-p.closing:
			return
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if c.process == process && c.member.State == Starting {
		p.set(c, Running)
	}
}

// answers says whether the node itself answers with ok: another program that
// listens on its port does not count.
func (p *Processes) answers(ctx context.Context, id, address, path string) bool {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+path, nil)
	if err != nil {
		return false
	}
	response, err := p.ask.Do(request)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	var answer struct {
		Node string `json:"node"`
	}
	err = json.NewDecoder(io.LimitReader(response.Body, 1<<10)).Decode(&answer)
	return err == nil && response.StatusCode == http.StatusOK && answer.Node == id
}

func (p *Processes) child(id string) (*child, error) {
	for _, c := range p.children {
		if c.member.ID == id {
			return c, nil
		}
	}
	return nil, fmt.Errorf("there is no node %q", id)
}
