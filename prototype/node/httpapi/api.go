//go:build !js

// Package httpapi is the HTTP API of a node. It asks the node by its exported methods, and
// knows nothing of consensus.
//
// Every error is a problem (RFC 9457) whose member "outcome" says whether the request
// certainly had no effect. What all requests hold in memory together is bounded, a reader
// that does not read gets an early end, and every route stands behind a guard that looks
// at Host and Origin.
package httpapi

import (
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"

	"lockstep/prototype/node"
	"lockstep/prototype/node/httpapi/access"
)

// API answers the HTTP requests of a node's clients and operators. Its methods may be
// called from any goroutine.
type API struct {
	node      *node.Node
	settings  node.Config // of the node
	cfg       Config
	handler   http.Handler
	meter     *requestMeter
	budget    *budget      // of what the requests of clients hold
	quotas    *quotas      // nil: there are none
	followers atomic.Int64 // of events
}

// Config says whom the API answers, and how much it holds for them.
type Config struct {
	// AllowHosts are hosts, HOST or HOST:PORT, that the HTTP API answers to beside
	// loopback names and the node's own addresses; AllowOrigins are origins,
	// SCHEME://HOST[:PORT], whose pages it answers beside its own.
	AllowHosts, AllowOrigins []string
	// Access says who may ask for what; nil lets everybody ask who reaches the API.
	// Operators at the node's machine need no token. A client's certificate counts where
	// the listener has verified it.
	Access *access.File
	// Quotas bound what clients may have this node store.
	Quotas Quotas
	// AllowFaults opens /v1/faults to whoever reaches the HTTP API, or to operators where
	// Access asks.
	AllowFaults bool
	// MaxInFlight bounds, in bytes, what the requests of clients hold in memory
	// together while they are read and answered, beside replica.Config.MaxQueue. Beyond it
	// they are refused.
	MaxInFlight int
	// MaxConnections is how many clients may be connected; half of them may follow
	// events.
	MaxConnections int
}

// DefaultConfig answers those who use the node's own names.
func DefaultConfig() Config { return Config{MaxInFlight: 128 << 20, MaxConnections: 4096} }

// ErrConfig is the error for a configuration that makes no sense.
var ErrConfig = errors.New("invalid configuration of the HTTP API")

// Validate checks the configuration.
func (c Config) Validate() error {
	bad := func(format string, args ...any) error {
		return fmt.Errorf("%w: %s", ErrConfig, fmt.Sprintf(format, args...))
	}
	for _, host := range c.AllowHosts {
		if _, err := parseHost(host); err != nil {
			return bad("--allow-host: %s", err)
		}
	}
	for _, origin := range c.AllowOrigins {
		if _, err := parseOrigin(origin); err != nil {
			return bad("--allow-origin: %s", err)
		}
	}
	switch {
	case c.MaxInFlight < streamLimit:
		return bad("%d bytes for the requests of clients: one stream may take %d", c.MaxInFlight, streamLimit)
	case c.Quotas.NodeBytes < 0, c.Quotas.NodeConversations < 0, c.Quotas.ClientMessages < 0, c.Quotas.ClientBytes < 0, c.Quotas.ClientConversations < 0:
		return bad("a quota is 0, for none, or larger")
	case c.Quotas.NodeBytes > 0 && c.Quotas.Stored == nil:
		return bad("nobody says how many bytes are stored")
	case c.MaxConnections < 2:
		return bad("%d connections are too few", c.MaxConnections)
	}
	return nil
}

// New answers for a node. There is one for each node, since it bounds what all
// requests hold together.
func New(n *node.Node, cfg Config) (*API, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	b := newBudget(cfg.MaxInFlight)
	a := &API{node: n, settings: n.Config(), cfg: cfg, meter: newRequestMeter(n, b), budget: b, quotas: newQuotas(cfg.Quotas, n)}
	a.handler = newGuard(cfg, n.Self(), a.mux())
	return a, nil
}

// Handler is the whole API, behind its guard.
func (a *API) Handler() http.Handler { return a.handler }
