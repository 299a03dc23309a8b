//go:build unix

package cluster

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"lockstep/prototype/node"
)

// State is what became of a node's process.
type State string

const (
	Starting State = "starting" // the process was just started
	Running  State = "running"
	Paused   State = "paused" // stopped by Pause
	Down     State = "down"
)

// process is one node: a child process that is started again when it ends.
type process struct {
	peer   node.Peer
	config Config
	peers  string
	dir    string

	mu    sync.Mutex
	cmd   *exec.Cmd
	state State
	since time.Time
	wake  chan struct{} // asks for an early start
	log   *os.File
}

// settled is how long a process must live before its next start counts as the
// first again.
const settled = 5 * time.Second

// supervise keeps the process running until stop is closed. A node that dies at
// once, again and again, is started ever more slowly.
func (p *process) supervise(stop <-chan struct{}, changed func()) {
	delay := p.config.RestartAfter
	for {
		began := time.Now()
		ended, err := p.start()
		changed()
		if err == nil {
			err = <-ended
		}
		p.set(Down)
		changed()
		select {
		case <-stop:
			return
		default:
		}
		p.config.Logger.Warn("node ended", "node", p.peer.ID, "reason", reason(err), "log", p.tail())
		var again <-chan time.Time
		if p.config.RestartAfter > 0 {
			if time.Since(began) >= settled {
				delay = p.config.RestartAfter
			} else {
				delay = min(delay*3/2, 30*time.Second)
			}
			again = time.After(delay)
		}
		select {
		case <-again:
		case <-p.wake:
			delay = p.config.RestartAfter
		case <-stop:
			return
		}
	}
}

func reason(err error) string {
	if err == nil {
		return "it ended by itself"
	}
	return err.Error()
}

// start runs the program; ended gives how it ended.
func (p *process) start() (ended <-chan error, err error) {
	if err := os.MkdirAll(p.dir, 0o700); err != nil {
		return nil, fmt.Errorf("start %s: %w", p.peer.ID, err)
	}
	log, err := openLog(filepath.Join(p.dir, "log"))
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", p.peer.ID, err)
	}
	args := []string{"node", "--id", p.peer.ID, "--http", p.peer.HTTP, "--raft", p.peer.Raft, "--data", p.dir,
		"--peers", p.peers, "--shards", strconv.Itoa(p.config.Shards), "--with-parent"}
	if p.config.AllowFaults {
		args = append(args, "--allow-faults")
	}
	cmd := exec.Command(p.config.Executable, args...)
	cmd.Stdout, cmd.Stderr = log, log
	// A process group of its own keeps the terminal's Ctrl-C away from the node:
	// who ends it, and in which order, is for this package to say.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	// The node ends when this pipe does, so it cannot outlive its parent, however
	// the parent ends.
	if _, err := cmd.StdinPipe(); err != nil {
		log.Close()
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := cmd.Start(); err != nil {
		log.Close()
		return nil, fmt.Errorf("start %s: %w", p.peer.ID, err)
	}
	p.cmd, p.state, p.since, p.log = cmd, Running, time.Now(), log
	done := make(chan error, 1)
	go func() {
		done <- cmd.Wait()
		log.Close()
	}()
	return done, nil
}

// maxLog bounds the log of a node; what is older is dropped at a start.
const maxLog = 4 << 20

func openLog(name string) (*os.File, error) {
	if info, err := os.Stat(name); err == nil && info.Size() > maxLog {
		if err := os.Rename(name, name+".old"); err != nil {
			return nil, err
		}
	}
	return os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
}

// tail is the last line of the node's log, which often says why it ended.
func (p *process) tail() string {
	file, err := os.Open(filepath.Join(p.dir, "log"))
	if err != nil {
		return ""
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil && info.Size() > 2048 {
		file.Seek(-2048, io.SeekEnd)
	}
	data, _ := io.ReadAll(file)
	lines := strings.Split(string(bytes.TrimSpace(data)), "\n")
	return lines[len(lines)-1]
}

func (p *process) set(s State) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state, p.since = s, time.Now()
}

// signal sends a signal if the process is in one of the states.
func (p *process) signal(sig syscall.Signal, then State, from ...State) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range from {
		if p.state == s && p.cmd != nil {
			if err := p.cmd.Process.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
				return fmt.Errorf("signal %s: %w", p.peer.ID, err)
			}
			p.state, p.since = then, time.Now()
			return nil
		}
	}
	return fmt.Errorf("%s is %s: %w", p.peer.ID, p.state, ErrState)
}

// end asks the process to end, and makes it after a while.
func (p *process) end(grace time.Duration) {
	p.mu.Lock()
	cmd, state := p.cmd, p.state
	p.mu.Unlock()
	if cmd == nil || state == Down {
		return
	}
	cmd.Process.Signal(syscall.SIGCONT)
	cmd.Process.Signal(syscall.SIGTERM)
	timer := time.AfterFunc(grace, func() { cmd.Process.Kill() })
	defer timer.Stop()
	for p.member().State != Down {
		select {
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func (p *process) member() Member {
	p.mu.Lock()
	defer p.mu.Unlock()
	m := Member{ID: p.peer.ID, HTTP: p.peer.HTTP, Raft: p.peer.Raft, State: p.state, Since: p.since}
	if p.cmd != nil && p.cmd.Process != nil && p.state != Down {
		m.PID = p.cmd.Process.Pid
	}
	return m
}
