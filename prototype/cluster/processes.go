//go:build unix

package cluster

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// Config says what to run as child processes.
type Config struct {
	Executable string   // the lockstep binary; "" for this program
	Env        []string // in addition to this process's own
	Dir        string   // data of all nodes; created if need be
	Nodes      int      // 1, 3, 5 or 7
	Shards     int
	// Port is the HTTP port of the first node; the others follow, and Raft
	// listens 100 above. 0 takes any free ports.
	Port int
	// RestartAfter is how long a node stays down before it is started again;
	// 0: until Restart.
	RestartAfter time.Duration
	AllowFaults  bool
	// AllowHosts and AllowOrigins are as `lockstep node --allow-host` and
	// `--allow-origin`, at every node.
	AllowHosts, AllowOrigins []string
	LazyLane                 bool   // as `lockstep node --lazy-lane`
	LogStore                 string // as `lockstep node --log-store`; "" is its default
	Logger                   *slog.Logger
}

func (c Config) validate() error {
	switch {
	case !slices.Contains([]int{1, 3, 5, 7}, c.Nodes):
		return fmt.Errorf("%d nodes: choose 1, 3, 5 or 7; an even number tolerates no more failures than one less", c.Nodes)
	case c.Shards < 1 || c.Shards > 64:
		return fmt.Errorf("%d shards: choose 1 to 64", c.Shards)
	case c.Port != 0 && (c.Port < 1 || c.Port+raftOffset+c.Nodes > 65_535):
		return fmt.Errorf("port %d: choose 1 to %d, or 0 for any free ones", c.Port, 65_535-raftOffset-c.Nodes)
	case c.RestartAfter < 0:
		return fmt.Errorf("restart after %s: a negative time makes no sense", c.RestartAfter)
	case c.Dir == "":
		return errors.New("a data folder is needed")
	}
	return nil
}

// Processes are the nodes of a cluster, each a process of its own. The methods
// may be called from any goroutine.
//
// Threads: one goroutine per node starts it and waits for its end; one writes
// cluster.json and keeps logs short. All end with Close.
type Processes struct {
	cfg     Config
	lock    *Lock
	ask     *http.Client
	closing chan struct{}
	closed  sync.Once
	done    sync.WaitGroup

	mu       sync.Mutex
	children []*child
	changed  chan struct{} // closed, and made anew, when a child's state changes
}

// Start starts all nodes and returns when each of them answers. If one of them
// cannot start, all are stopped and the error shows the end of its log. The
// context bounds the starting alone; Close ends the cluster.
func Start(ctx context.Context, cfg Config) (*Processes, error) {
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if err := cfg.validate(); err != nil {
		return nil, fmt.Errorf("start cluster: %w", err)
	}
	var err error
	if cfg.Executable == "" {
		cfg.Executable, err = os.Executable()
	}
	if err == nil {
		cfg.Dir, err = filepath.Abs(cfg.Dir)
	}
	if err != nil {
		return nil, fmt.Errorf("start cluster: %w", err)
	}
	lock, err := LockFolder(cfg.Dir, time.Second)
	if err != nil {
		return nil, fmt.Errorf("start cluster: %w", err)
	}
	p := &Processes{cfg: cfg, lock: lock, closing: make(chan struct{}), changed: make(chan struct{}), ask: &http.Client{
		Transport: &http.Transport{DialContext: (&net.Dialer{Timeout: time.Second}).DialContext, IdleConnTimeout: 5 * time.Second},
	}}
	if err := p.launch(ctx); err != nil {
		return nil, fmt.Errorf("start cluster: %w", errors.Join(err, p.Close()))
	}
	return p, nil
}

func (p *Processes) launch(ctx context.Context) error {
	if err := claim(p.cfg.Dir, layout{p.cfg.Nodes, p.cfg.Shards}); err != nil {
		return err
	}
	members, err := addresses(p.cfg.Nodes, p.cfg.Port)
	if err != nil {
		return err
	}
	for _, m := range members {
		m.State, m.Since = Starting, time.Now()
		p.children = append(p.children, &child{member: m, wake: make(chan struct{}, 1), left: make(chan struct{})})
	}
	peers := peerList(members)
	for _, c := range p.children {
		p.done.Go(func() { p.supervise(c, peers) })
	}
	p.done.Go(p.keep)
	return p.await(ctx, func() (bool, error) {
		up := 0
		for _, c := range p.children {
			if c.failures > 0 {
				return false, fmt.Errorf("%s ended at once:\n%s", c.member.ID, tailLog(logPath(p.cfg.Dir, c.member.ID), 5))
			}
			if c.member.State == Running {
				up++
			}
		}
		return up == len(p.children), nil
	})
}

// Ready waits until a majority of the nodes know a leader for every shard.
func (p *Processes) Ready(ctx context.Context) error {
	members := p.Members()
	for {
		ready := 0
		for _, m := range members {
			if p.answers(ctx, m.ID, m.HTTP, "/readyz") {
				ready++
			}
		}
		if ready > len(members)/2 {
			return nil
		}
		select {
		case <-time.After(probeEvery):
		case <-p.closing:
			return errClosed
		case <-ctx.Done():
			return fmt.Errorf("%d of %d nodes are ready: %w", ready, len(members), ctx.Err())
		}
	}
}

// peerList is the members in the form that the verb node reads.
func peerList(members []Member) string {
	var list []string
	for _, m := range members {
		list = append(list, m.ID+"="+m.HTTP+"/"+m.Raft)
	}
	return strings.Join(list, ",")
}

// await waits until holds, which is called under the lock, is true or fails.
func (p *Processes) await(ctx context.Context, holds func() (bool, error)) error {
	for {
		p.mu.Lock()
		ok, err := holds()
		changed := p.changed
		p.mu.Unlock()
		if ok || err != nil {
			return err
		}
		select {
		case <-changed:
		case <-p.closing:
			return errClosed
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

var errClosed = errors.New("the cluster is stopping")

// Members lists all nodes, n1 first. It waits for none of them.
func (p *Processes) Members() []Member {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.members()
}

func (p *Processes) members() (members []Member) {
	for _, c := range p.children {
		members = append(members, c.member)
	}
	return members
}

// Shards is the number of shards of every node.
func (p *Processes) Shards() int { return p.cfg.Shards }

// Dir is the data folder, as an absolute path.
func (p *Processes) Dir() string { return p.cfg.Dir }

// Changed gives a channel that is closed when the state of a member changes.
// Take it before Members.
func (p *Processes) Changed() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.changed
}

// keep keeps cluster.json current and logs short until the cluster closes.
func (p *Processes) keep() {
	logs := time.NewTicker(10 * time.Second)
	defer logs.Stop()
	for {
		p.mu.Lock()
		members, changed := p.members(), p.changed
		p.mu.Unlock()
		if err := writeMembers(p.cfg.Dir, members); err != nil {
			p.cfg.Logger.Error("cluster.json is out of date", "reason", err)
		}
		select {
		case <-changed:
		case <-logs.C:
			for _, m := range members {
				if err := rotateLog(logPath(p.cfg.Dir, m.ID), maxLog); err != nil {
					p.cfg.Logger.Warn("log not shortened", "node", m.ID, "reason", err)
				}
			}
		case <-p.closing:
			return
		}
	}
}

// Close stops all nodes: SIGTERM first, SIGKILL for those that are still there
// after a few seconds. Calling it again does nothing.
func (p *Processes) Close() (err error) {
	p.closed.Do(func() {
		close(p.closing)
		p.done.Wait()
		if err = os.Remove(filepath.Join(p.cfg.Dir, rosterName)); errors.Is(err, os.ErrNotExist) {
			err = nil
		}
		p.ask.CloseIdleConnections()
		err = errors.Join(err, p.lock.Unlock())
	})
	return err
}
