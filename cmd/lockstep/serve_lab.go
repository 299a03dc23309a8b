package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"lockstep/prototype/cluster"
	"lockstep/prototype/dashboard"
	"lockstep/prototype/lab"
	"lockstep/prototype/node/httpapi"
	"lockstep/site"
	"lockstep/site/stream"
)

// The laboratory's cluster: as many nodes as it takes to survive one, and as
// many shards as it takes to see that they fail independently.
const (
	labNodes        = 3
	labShards       = 4
	labRestartAfter = 4 * time.Second // long enough to be seen, short enough to be waited for
	labStartWithin  = 30 * time.Second

	// A server goes on for days. So what is settled is judged for good and forgotten
	// when so many operations have gathered, in a minute and a half at the load of the
	// beginning, and the load waits at five times as many; see lab.Config. Nodes retain
	// the messages of all that time, and are collected more often than where each share
	// of a processor counts.
	labFold, labHeld = 20_000, 100_000
	labRetain        = labHeld/4 + 5_000
	labNodeGC        = "100" // percent, unless GOGC says otherwise
)

// labNodeEnv is what the nodes are told beside their flags.
func labNodeEnv() []string {
	return []string{"GOGC=" + cmp.Or(os.Getenv("GOGC"), labNodeGC), fmt.Sprintf("LOCKSTEP_NODE_RETAIN=%d", labRetain)}
}

type labOptions struct {
	Data                     string // folder of the cluster's data; emptied at the start
	Logger                   *slog.Logger
	AllowFaults              bool     // for readers on other machines too
	AllowHosts, AllowOrigins []string // as cluster.Config
	Executable               string   // as cluster.Config
}

type labParts struct {
	Handler http.Handler
	Frames  stream.Source // of the topic "lab"
	Live    func() site.HTML
	Members func() []cluster.Member // none before the cluster runs
	Close   func() error
}

// startLab begins to start the cluster and returns at once: until the cluster
// is there, and if it never comes, the page says so. The context's end stops
// the streams; Close stops the processes.
//
//	           ┌──────────── cluster.Processes ── n1, n2, n3
//	           │                    ▲ signals, HTTP
//	browser ── dashboard ◄─frames── lab
//	           actions ────────────► ┘
func startLab(ctx context.Context, o labOptions) (*labParts, error) {
	var mu sync.Mutex
	var processes *cluster.Processes
	start := func(ctx context.Context) (lab.Cluster, error) {
		if err := emptyLab(o.Data); err != nil {
			return nil, err
		}
		ctx, cancel := context.WithTimeout(ctx, labStartWithin)
		defer cancel()
		p, err := cluster.Start(ctx, cluster.Config{
			Executable: o.Executable, Dir: o.Data, Nodes: labNodes, Shards: labShards,
			Env:          labNodeEnv(),
			RestartAfter: labRestartAfter, AllowFaults: true, LazyLane: true, Logger: o.Logger,
			AllowHosts: o.AllowHosts, AllowOrigins: o.AllowOrigins,
		})
		if err != nil {
			return nil, err
		}
		mu.Lock()
		defer mu.Unlock()
		processes = p
		return labOnProcesses(p), nil
	}

	ctx, stop := context.WithCancel(ctx)
	l := lab.New(lab.Config{Fold: labFold, Held: labHeld, Logger: o.Logger})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := l.Run(ctx, start); err != nil && ctx.Err() == nil {
			o.Logger.Error("no laboratory", "reason", err)
		}
	}()
	board := dashboard.Handler(dashboard.Options{
		Lab: l, Logger: o.Logger, Prefix: "/lab/", Done: ctx.Done(), Allow: allowFaults(o.AllowFaults),
	})
	return &labParts{
		Handler: board,
		Frames:  frames(board),
		Live: func() site.HTML {
			html, err := dashboard.HTML(l)
			if err != nil {
				o.Logger.Error("render the laboratory", "reason", err)
			}
			return site.HTML(html)
		},
		Members: func() []cluster.Member {
			mu.Lock()
			defer mu.Unlock()
			if processes == nil {
				return nil
			}
			return processes.Members()
		},
		Close: func() error {
			stop()
			<-ended
			mu.Lock()
			defer mu.Unlock()
			if processes == nil {
				return nil
			}
			return processes.Close()
		},
	}, nil
}

// frames are what a dashboard shows, as a topic. Whoever may read the page may watch.
func frames(board *dashboard.Dashboard) stream.Source {
	return stream.SourceFunc(func(ctx context.Context, _ stream.Query, send func(stream.Event) error) error {
		err := board.Follow(ctx, func(name string, data []byte) error { return send(stream.Event{Name: name, Data: data}) })
		if errors.Is(err, dashboard.ErrFull) {
			return &stream.End{Status: http.StatusServiceUnavailable, Detail: err.Error()}
		}
		return err
	})
}

// emptyLab removes what an earlier laboratory left, and nothing else: each
// start begins with an empty cluster, so that its data does not grow for ever.
// A folder that another process uses is left alone.
func emptyLab(dir string) error {
	lock, err := cluster.LockFolder(dir, time.Second)
	if err != nil {
		return fmt.Errorf("empty the laboratory: %w", err)
	}
	names := []string{"cluster.json", "layout.json"}
	for i := range labNodes {
		names = append(names, fmt.Sprintf("n%d", i+1))
	}
	for _, name := range names {
		err = errors.Join(err, os.RemoveAll(filepath.Join(dir, name)))
	}
	if err = errors.Join(err, lock.Unlock()); err != nil {
		return fmt.Errorf("empty the laboratory: %w", err)
	}
	return nil
}

// allowFaults lets everybody break the cluster, or only who sits at this
// machine. A request that came through a proxy is not from this machine.
func allowFaults(everybody bool) func(*http.Request) error {
	return func(r *http.Request) error {
		if everybody {
			return nil
		}
		if !httpapi.AtThisMachine(r) {
			return errors.New("only readers at the machine that serves this page may break its cluster; it allows others if it is started with --allow-faults")
		}
		return nil
	}
}
