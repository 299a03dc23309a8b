package torture

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"lockstep/prototype/cluster"
	"lockstep/prototype/fault"
	"lockstep/prototype/node"
)

// InMemory lets nodes of this process be broken.
func InMemory(m *cluster.Memory) Target {
	return &memory{cluster: m, transport: m.Transport(), refused: make(map[string]bool)}
}

type memory struct {
	cluster   *cluster.Memory
	transport http.RoundTripper

	mu      sync.Mutex
	refused map[string]bool
}

var errIsDown = errors.New("it is down")

// flushPatience is how long a power loss waits for a flush that it can strike.
const flushPatience = 2 * time.Second

func (t *memory) Transport() http.RoundTripper { return t.transport }

func (t *memory) Members() (members []Member) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, id := range t.cluster.IDs() {
		if !t.refused[id] {
			members = append(members, Member{ID: id, URL: "http://" + id})
		}
	}
	return members
}

func (t *memory) Break(ctx context.Context, id string, f fault.Fault) (Mend, error) {
	switch f.Kind {
	case fault.Kill:
		return t.restart(id, 1), t.cluster.Crash(id)
	case fault.PowerLoss, fault.TornTail:
		hit, err := t.cluster.PowerLoss(id, f.Kind == fault.TornTail, f.Seed, flushPatience)
		if err != nil || !hit {
			return nothing, err
		}
		return t.restart(id, 1), nil
	case fault.BitFlip:
		if err := t.cluster.Crash(id); err != nil {
			return nil, err
		}
		hit, err := t.cluster.FlipBit(id, f.Seed)
		hits := uint64(0)
		if hit {
			hits = 1
		}
		return t.restart(id, hits), err
	case fault.Restart:
		if err := t.cluster.Crash(id); err != nil {
			return nil, err
		}
		done, err := t.restart(id, 1)(context.Background())
		return already(done), err
	case fault.Pause:
		if err := t.cluster.Pause(id); err != nil {
			return nil, err
		}
		return func(context.Context) (Done, error) { return Done{Hits: 1}, t.cluster.Resume(id) }, nil
	case fault.Wipe:
		if err := t.cluster.Crash(id); err != nil {
			return nil, err
		}
		return func(ctx context.Context) (Done, error) {
			done, err := t.restart(id, 1)(ctx)
			if err == nil {
				err = awaitVote(ctx, t.cluster, id)
			}
			return done, err
		}, t.cluster.Wipe(id)
	case fault.Join:
		return already(Done{Hits: 1}), t.member(ctx, id, t.cluster.Join)
	case fault.Leave:
		return already(Done{Hits: 1}), t.member(ctx, id, t.cluster.Leave)
	}
	n := t.cluster.Node(id)
	if n == nil {
		return nil, errIsDown
	}
	status, err := n.Fault(f)
	if err != nil && (f.Kind != fault.Transfer || status.Hits == 0) { // a transfer may fail: it was tried
		return nil, err
	}
	if status.ID == 0 {
		return already(Done{Hits: status.Hits}), nil
	}
	return func(context.Context) (Done, error) {
		status, err := n.Mend(status.ID)
		if err == nil && f.Kind == fault.FailingDisk {
			// A replica trusts a disk that has failed only after a new start.
			if err = t.cluster.Crash(id); err == nil {
				err = t.cluster.Restart(id)
			}
		}
		return Done{Hits: status.Hits}, err
	}, nil
}

// memberPatience is how long a change of the members may take, and the filling of
// a member that lost its disk. Other faults may be in force.
const memberPatience = time.Minute

func (t *memory) member(ctx context.Context, id string, change func(context.Context, string) error) error {
	ctx, cancel := context.WithTimeout(ctx, memberPatience)
	defer cancel()
	return change(ctx, id)
}

// awaitVote waits until a member that lost its disk counts again.
func awaitVote(ctx context.Context, in interface {
	AwaitVote(context.Context, string) error
}, id string) error {
	ctx, cancel := context.WithTimeout(ctx, memberPatience)
	defer cancel()
	return in.AwaitVote(ctx, id)
}

// restart gives the end of a fault that took a node down.
func (t *memory) restart(id string, hits uint64) Mend {
	return func(context.Context) (Done, error) {
		err := t.cluster.Restart(id)
		if errors.Is(err, node.ErrCorrupt) {
			t.mu.Lock()
			t.refused[id] = true
			t.mu.Unlock()
			return Done{Hits: hits, Refused: err.Error()}, nil
		}
		return Done{Hits: hits}, err
	}
}

// nothing mends what was not broken.
func nothing(context.Context) (Done, error) { return Done{}, nil }

// already is the end of what is over.
func already(d Done) Mend { return func(context.Context) (Done, error) { return d, nil } }
