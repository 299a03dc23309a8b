package main

import (
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"time"

	"github.com/spf13/cobra"
)

// logFlags say how a program that runs for long speaks.
type logFlags struct{ format, level string }

func (f *logFlags) add(cmd *cobra.Command, level string) {
	cmd.Flags().StringVar(&f.format, "log-format", "text", "form of the log on standard error: text or json")
	cmd.Flags().StringVar(&f.level, "log-level", level, "what is logged: debug, info, warn or error")
}

func (f *logFlags) logger(cmd *cobra.Command) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(f.level)); err != nil {
		return nil, usageError{fmt.Sprintf("--log-level: %q is none of debug, info, warn and error", f.level), cmd.CommandPath() + " --log-level info"}
	}
	options := &slog.HandlerOptions{Level: level}
	switch f.format {
	case "text":
		return slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), options)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(cmd.ErrOrStderr(), options)), nil
	}
	return nil, usageError{fmt.Sprintf("--log-format: %q is neither text nor json", f.format), cmd.CommandPath() + " --log-format json"}
}

func addProfiles(cmd *cobra.Command, address *string) {
	cmd.Flags().StringVar(address, "pprof", "", "answer with profiles of this process at this address, a loopback one")
}

// serveProfiles answers with profiles of this process. They show what is in its memory,
// so only this machine may ask.
func serveProfiles(address string, logger *slog.Logger) (stop func(), err error) {
	if address == "" {
		return func() {}, nil
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("answer with profiles: %w", err)
	}
	if !loopback(listener) {
		listener.Close()
		return nil, usageError{"--pprof: profiles are for this machine alone, and " + address + " is not", "--pprof 127.0.0.1:6060"}
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	go server.Serve(listener)
	logger.Info("profiles", "at", "http://"+listener.Addr().String()+"/debug/pprof/")
	return func() { server.Close() }, nil
}
