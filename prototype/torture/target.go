package torture

import (
	"context"
	"errors"
	"net/http"

	"lockstep/prototype/fault"
	"lockstep/prototype/workload"
)

// Target is a cluster that can be broken.
type Target interface {
	// Members lists the nodes that are meant to serve.
	Members() []workload.Node
	// Transport carries requests to the members.
	Transport() http.RoundTripper
	// Break breaks something at a node, and returns when it is broken. The function
	// that it gives mends that and must be called once; it is never nil without an
	// error. Several faults may be in force at once. A fault that this kind of
	// cluster cannot have gives ErrUnsupported.
	Break(ctx context.Context, id string, f fault.Fault) (Mend, error)
}

// Mend ends a fault and tells what it did.
type Mend func(ctx context.Context) (Done, error)

// Done is what a fault did.
type Done struct {
	Hits uint64
	// Repaired is what a node asked for that refused to start on what was left of its
	// data, and what was done.
	Repaired []string
}

// ErrUnsupported is the error for a fault that a cluster of this kind cannot
// have. A schedule with one fails; it does not pass without it.
var ErrUnsupported = errors.New("not supported here")
