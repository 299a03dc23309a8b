package torture

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"lockstep/prototype/fault"
)

// turn is how far a step has come, for the step that is aimed at the successor of
// the leader that this one strikes.
type turn struct {
	struck chan struct{} // closed when nodes is set
	back   chan struct{} // closed when what it broke is mended
	nodes  []string
	once   sync.Once
}

func newTurns(n int) []*turn {
	turns := make([]*turn, n)
	for i := range turns {
		turns[i] = &turn{struck: make(chan struct{}), back: make(chan struct{})}
	}
	return turns
}

func (t *turn) strikes(nodes []string) {
	t.once.Do(func() {
		t.nodes = nodes
		close(t.struck)
	})
}

// over ends the turn, whether the step has struck or not.
func (t *turn) over() {
	t.strikes(nil)
	close(t.back)
}

// succeeds says whether a step is aimed at the successor of the one before.
func (r *run) succeeds(i int) bool {
	target, err := fault.ParseTarget(r.schedule.Faults[i].Target, r.schedule.Topology)
	return err == nil && target.Role == fault.Successor
}

// predecessor waits until the step before has struck, and gives the node.
func (r *run) predecessor(ctx context.Context, i int) (string, error) {
	before := r.turns[i-1]
	select {
	case <-before.struck:
	case <-ctx.Done():
		return "", ctx.Err()
	}
	if len(before.nodes) == 0 {
		return "", errors.New("the step before has struck nobody")
	}
	return before.nodes[0], nil
}

// errNoSuccessor is for a successor that is to be struck and does not exist, since the
// leader that failed has won again. Such a step has no effect, and its run does not count.
var errNoSuccessor = errors.New("nobody has succeeded it")

// keepApart cuts the links between a leader and its predecessor, which is down, and
// returns when that one is back. So the predecessor lacks whatever this leader has
// acknowledged when the leader is struck in its turn. The function that it gives
// takes the cut back.
func (r *run) keepApart(ctx context.Context, i int, leader string) (Mend, error) {
	before, err := r.predecessor(ctx, i)
	if err != nil {
		return nil, err
	}
	if before == leader {
		return nil, fmt.Errorf("%s leads again: %w", leader, errNoSuccessor)
	}
	mend, err := r.target.Break(ctx, leader, fault.Fault{Kind: fault.Cut, Peers: []string{before}})
	if err != nil {
		return nil, err
	}
	select {
	case <-r.turns[i-1].back:
		return mend, nil
	case <-ctx.Done():
		_, err := mend(context.WithoutCancel(ctx))
		return nil, errors.Join(ctx.Err(), err)
	}
}
