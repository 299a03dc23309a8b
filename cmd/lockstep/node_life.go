package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"lockstep/prototype/node"
	"lockstep/prototype/node/httpapi/access"
)

// heedHangups keeps a node from ending when it is told to read its files again, which it
// does by itself, though not at once: certificates are looked at when a connection is made,
// and who may ask when somebody does.
func heedHangups(ctx context.Context, who *access.File, logger *slog.Logger) {
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	context.AfterFunc(ctx, func() { signal.Stop(hangups) })
	go func() {
		for {
			select {
			case <-hangups:
				logger.Info("told to read again: certificates are, at the next connection; flags are not")
				if who != nil {
					who.Reload()
				}
			case <-ctx.Done():
				return
			}
		}
	}()
}

// sayReady says that the node can answer for every shard, when it can, and says
// why not if that takes long.
func sayReady(ctx context.Context, n *node.Node, logger *slog.Logger) {
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	began, said := time.Now(), ""
	for {
		why := n.Unready()
		if why == "" {
			logger.Info("ready for clients")
			return
		}
		if time.Since(began) > 5*time.Second && why != said {
			said = why
			logger.Warn("not ready for clients yet", "reason", why)
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// drainWithin is how long a node that ends may take to hand its leads over.
const drainWithin = 2 * time.Second

// serveNode answers until the context ends, and lets requests finish for a
// moment then.
func serveNode(ctx context.Context, n *node.Node, server *http.Server, listener net.Listener) error {
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	patience, enough := context.WithTimeout(context.WithoutCancel(ctx), drainWithin)
	defer enough()
	n.Drain(patience)
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 300*time.Millisecond)
	defer cancel()
	if server.Shutdown(grace) != nil {
		server.Close()
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
