// Package hclogger gives the consensus library and its stores a logger that writes
// to the node's own.
package hclogger

import (
	"context"
	"io"
	"log/slog"

	"github.com/hashicorp/go-hclog"

	"lockstep/prototype/fault"
)

// New gives the library a logger that writes to ours. The library logs each failed
// contact with a dead peer, several times a second, so only what an operator should
// see passes: warnings and errors, and the rest at debug. While gate is shut the
// library waits where it logs; nil is always open.
func New(logger *slog.Logger, gate *fault.Gate) hclog.Logger {
	return pausing{gate: gate, Logger: hclog.New(&hclog.LoggerOptions{
		Level:             hclog.Warn,
		Output:            slogWriter{logger},
		DisableTime:       true,
		IncludeLocation:   false,
		IndependentLevels: true,
	})}
}

type slogWriter struct{ logger *slog.Logger }

var _ io.Writer = slogWriter{}

func (w slogWriter) Write(line []byte) (int, error) {
	n := len(line)
	for len(line) > 0 && line[len(line)-1] == '\n' {
		line = line[:len(line)-1]
	}
	w.logger.Log(context.Background(), slog.LevelDebug, string(line), "by", "raft")
	return n, nil
}

// pausing stops the library where it logs, whatever the level, while the node is
// paused. The library's timers cannot be stopped, but its main goroutine logs
// between the end of one and what follows from it: "failed to contact quorum of
// nodes, stepping down", "heartbeat timeout reached, starting election", "Election
// timeout reached". There it stands, with the term and the role that it had, as a
// stopped process would, and goes on from there.
//
// What it does not log it does: it may clear the leader that it followed, and try
// in its own memory what it had begun. Nothing of that leaves the node.
type pausing struct {
	hclog.Logger
	gate *fault.Gate
}

func (p pausing) wait() { _ = p.gate.Pass(context.Background()) } // a node that ends goes on to its end

func (p pausing) Debug(text string, args ...any) {
	p.wait()
	p.Logger.Debug(text, args...)
}

func (p pausing) Info(text string, args ...any) {
	p.wait()
	p.Logger.Info(text, args...)
}

func (p pausing) Warn(text string, args ...any) {
	p.wait()
	p.Logger.Warn(text, args...)
}

func (p pausing) Error(text string, args ...any) {
	p.wait()
	p.Logger.Error(text, args...)
}
