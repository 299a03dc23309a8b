package node

import (
	"context"
	"io"
	"log/slog"

	"github.com/hashicorp/go-hclog"
)

// hclogger gives the library a logger that writes to ours. The library logs
// each failed contact with a dead peer, several times a second, so only what
// an operator should see passes: warnings and errors, and the rest at debug.
func hclogger(logger *slog.Logger) hclog.Logger {
	return hclog.New(&hclog.LoggerOptions{
		Level:             hclog.Warn,
		Output:            slogWriter{logger},
		DisableTime:       true,
		IncludeLocation:   false,
		IndependentLevels: true,
	})
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
