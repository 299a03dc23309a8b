//go:build unix

package cluster

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"lockstep/prototype/fault"
	"lockstep/prototype/node"
)

// Config says which cluster of child processes to run.
type Config struct {
	Executable string // the lockstep program
	Nodes      int    // odd
	Shards     int
	// Port is that of the first node's HTTP API; the others follow, and the Raft
	// listeners are a hundred above. 0 takes free ones.
	Port int
	Dir  string // data; made if it is missing
	// RestartAfter is how long a node stays dead before it is started again; 0
	// leaves it to Restart.
	RestartAfter time.Duration
	AllowFaults  bool
	Logger       *slog.Logger
}

// Member is a node as the one who started it sees it.
type Member struct {
	ID    string    `json:"id"`
	PID   int       `json:"pid"` // 0 while it is down
	HTTP  string    `json:"http"`
	Raft  string    `json:"raft"`
	State State     `json:"-"`
	Since time.Time `json:"-"`
}

var (
	// ErrInUse: another cluster runs on this folder.
	ErrInUse = errors.New("the data folder is in use by another cluster")
	// ErrLayout: the folder was made for another number of nodes or shards.
	ErrLayout = errors.New("the data folder belongs to a cluster of another layout")
	// ErrPort: somebody else listens there.
	ErrPort = errors.New("the port is taken")
	// ErrUnknown: there is no such node.
	ErrUnknown = errors.New("there is no such node")
	// ErrState: the node is not in a state in which that can be done.
	ErrState = errors.New("that cannot be done now")
)

// Processes is a running cluster of child processes. All methods may be called
// from any goroutine.
type Processes struct {
	config Config
	nodes  []*process
	lock   *os.File
	stop   chan struct{}
	done   sync.WaitGroup
	write  sync.Mutex
}

// Start starts the nodes. It does not wait until they have leaders; see Ready.
// The nodes end with Close, and with this process, however it ends.
func Start(ctx context.Context, cfg Config) (_ *Processes, err error) {
	if cfg.Nodes < 1 || cfg.Nodes%2 == 0 {
		return nil, fmt.Errorf("start cluster: %d nodes: an odd number is needed, since an even one tolerates no more failures", cfg.Nodes)
	}
	if cfg.Shards < 1 || cfg.Shards > node.Slots {
		return nil, fmt.Errorf("start cluster: %d shards: 1 to %d are possible", cfg.Shards, node.Slots)
	}
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("start cluster: %w", err)
	}
	p := &Processes{config: cfg, stop: make(chan struct{})}
	if p.lock, err = lockFolder(cfg.Dir); err != nil {
		return nil, fmt.Errorf("start cluster on %s: %w", cfg.Dir, err)
	}
	defer func() {
		if err != nil {
			p.lock.Close()
		}
	}()
	if err := keepLayout(cfg); err != nil {
		return nil, err
	}
	peers, err := choosePeers(cfg)
	if err != nil {
		return nil, err
	}
	var list []string
	for _, peer := range peers {
		list = append(list, peer.ID+"="+peer.HTTP+"/"+peer.Raft)
	}
	for _, peer := range peers {
		p.nodes = append(p.nodes, &process{peer: peer, config: cfg, peers: strings.Join(list, ","), dir: filepath.Join(cfg.Dir, peer.ID),
			state: Starting, since: time.Now(), wake: make(chan struct{}, 1)})
	}
	for _, n := range p.nodes {
		p.done.Go(func() { n.supervise(p.stop, p.publish) })
	}
	return p, nil
}

// choosePeers gives each node its addresses and makes sure that they are free.
func choosePeers(cfg Config) (peers []node.Peer, err error) {
	var held []net.Listener
	defer func() {
		for _, l := range held {
			l.Close()
		}
	}()
	hold := func(port int) (string, error) {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if errors.Is(err, syscall.EADDRINUSE) {
			return "", fmt.Errorf("start cluster: port %d: %w; choose another with --port, or --port 0 for free ones", port, ErrPort)
		}
		if err != nil {
			return "", fmt.Errorf("start cluster: %w", err)
		}
		held = append(held, l)
		return l.Addr().String(), nil
	}
	for i := range cfg.Nodes {
		web, raft := 0, 0
		if cfg.Port > 0 {
			web, raft = cfg.Port+i, cfg.Port+100+i
		}
		peer := node.Peer{ID: fmt.Sprintf("n%d", i+1)}
		if peer.HTTP, err = hold(web); err != nil {
			return nil, err
		}
		if peer.Raft, err = hold(raft); err != nil {
			return nil, err
		}
		peers = append(peers, peer)
	}
	return peers, nil
}

// Members lists the nodes.
func (p *Processes) Members() (members []Member) {
	for _, n := range p.nodes {
		members = append(members, n.member())
	}
	return members
}

// publish writes cluster.json, so that tools find the nodes.
func (p *Processes) publish() {
	p.write.Lock()
	defer p.write.Unlock()
	data, err := json.MarshalIndent(p.Members(), "", "  ")
	if err == nil {
		err = replaceFile(filepath.Join(p.config.Dir, "cluster.json"), append(data, '\n'))
	}
	if err != nil {
		p.config.Logger.Warn("write cluster.json", "error", err)
	}
}

func (p *Processes) node(id string) (*process, error) {
	for _, n := range p.nodes {
		if n.peer.ID == id {
			return n, nil
		}
	}
	return nil, fmt.Errorf("%q: %w", id, ErrUnknown)
}

// Kill ends a node with SIGKILL, as the machine's power switch would, except
// that what the kernel has taken is kept.
func (p *Processes) Kill(id string) error {
	n, err := p.node(id)
	if err != nil {
		return err
	}
	return n.signal(syscall.SIGKILL, Down, Running, Starting, Paused)
}

// Pause stops a node with SIGSTOP: it keeps its connections and does nothing.
func (p *Processes) Pause(id string) error {
	n, err := p.node(id)
	if err != nil {
		return err
	}
	return n.signal(syscall.SIGSTOP, Paused, Running)
}

// Resume lets a paused node go on.
func (p *Processes) Resume(id string) error {
	n, err := p.node(id)
	if err != nil {
		return err
	}
	return n.signal(syscall.SIGCONT, Running, Paused)
}

// Restart starts a node that is down, without waiting for RestartAfter.
func (p *Processes) Restart(id string) error {
	n, err := p.node(id)
	if err != nil {
		return err
	}
	if s := n.member().State; s != Down {
		return fmt.Errorf("%s is %s: %w", id, s, ErrState)
	}
	select {
	case n.wake <- struct{}{}:
	default:
	}
	return nil
}

// Isolate cuts the links between a node and the others.
func (p *Processes) Isolate(ctx context.Context, id string) error {
	body, err := json.Marshal(fault.Fault{Kind: fault.Isolate})
	if err != nil {
		return err
	}
	return p.faults(ctx, id, http.MethodPost, body)
}

// Heal mends every fault at a node.
func (p *Processes) Heal(ctx context.Context, id string) error {
	return p.faults(ctx, id, http.MethodDelete, nil)
}

func (p *Processes) faults(ctx context.Context, id, method string, body []byte) error {
	n, err := p.node(id)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, method, "http://"+n.peer.HTTP+"/v1/faults", bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("reach %s: %w", id, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("fault at %s: %s", id, resp.Status)
	}
	return nil
}

// Ready waits until a majority of the nodes know a leader for every shard.
func (p *Processes) Ready(ctx context.Context) error {
	client := &http.Client{Timeout: time.Second}
	for {
		ready := 0
		for _, n := range p.nodes {
			request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+n.peer.HTTP+"/readyz", nil)
			if err != nil {
				return err
			}
			if resp, err := client.Do(request); err == nil {
				resp.Body.Close()
				if resp.StatusCode == http.StatusOK {
					ready++
				}
			}
		}
		if ready > len(p.nodes)/2 {
			return nil
		}
		select {
		case <-time.After(25 * time.Millisecond):
		case <-ctx.Done():
			var logs []string
			for _, n := range p.nodes {
				logs = append(logs, n.peer.ID+": "+n.tail())
			}
			return fmt.Errorf("the cluster is not ready: %w; the nodes' last words: %s", ctx.Err(), strings.Join(logs, "; "))
		}
	}
}

// Close ends all nodes: politely, and after a few seconds not.
func (p *Processes) Close() error {
	close(p.stop)
	var ends sync.WaitGroup
	for _, n := range p.nodes {
		ends.Go(func() { n.end(3 * time.Second) })
	}
	ends.Wait()
	p.done.Wait()
	os.Remove(filepath.Join(p.config.Dir, "cluster.json"))
	return p.lock.Close()
}
