package cluster

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// ErrNoProcesses says why a cluster of real processes does not run on this system.
var ErrNoProcesses = errors.New("a cluster of real processes needs signals and folders of a unix system: run it there or in WSL")

// Config is as on unix systems; nothing here reads it.
type Config struct {
	Executable               string
	Env                      []string
	Dir                      string
	Nodes, Shards, Port      int
	RestartAfter             time.Duration
	AllowFaults              bool
	AllowHosts, AllowOrigins []string
	LazyLane                 bool
	LogStore                 string
	Logger                   *slog.Logger
}

// Processes are never there on this system.
type Processes struct{}

// Start gives [ErrNoProcesses].
func Start(context.Context, Config) (*Processes, error) { return nil, ErrNoProcesses }

func (*Processes) Close() error                            { return ErrNoProcesses }
func (*Processes) Ready(context.Context) error             { return ErrNoProcesses }
func (*Processes) Kill(string) error                       { return ErrNoProcesses }
func (*Processes) Restart(string) error                    { return ErrNoProcesses }
func (*Processes) AwaitVote(context.Context, string) error { return ErrNoProcesses }
func (*Processes) Members() []Member                       { return nil }
func (*Processes) Shards() int                             { return 0 }
func (*Processes) Dir() string                             { return "" }
