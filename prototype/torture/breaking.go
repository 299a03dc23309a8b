package torture

import (
	"context"
	"slices"
	"time"

	"lockstep/prototype/fault"
)

// memberPatience is how long a change of the members may take, and the filling of
// one that lost its data. Other faults may be in force.
const memberPatience = time.Minute

// breakAlike carries out what is the same for nodes in memory and for processes. down
// ends a node as SIGKILL does. ok is false for all other faults.
func breakAlike(ctx context.Context, in nodes, down func(id string) error, id string, f fault.Fault) (mend Mend, ok bool, err error) {
	switch {
	case slices.Contains(fault.LosingKinds, f.Kind):
		mend, err = lose(in, down, id, f)
	case f.Kind == fault.Kill:
		if err = down(id); err == nil {
			mend = restart(in, id)
		}
	case f.Kind == fault.Pause:
		if err = in.Pause(id); err == nil {
			mend = func(context.Context) (Done, error) { return Done{Hits: 1}, in.Resume(id) }
		}
	case f.Kind == fault.Join, f.Kind == fault.Leave:
		ctx, cancel := context.WithTimeout(ctx, memberPatience)
		defer cancel()
		change := in.Join
		if f.Kind == fault.Leave {
			change = in.Leave
		}
		mend, err = already(Done{Hits: 1}), change(ctx, id)
	default:
		return nil, false, nil
	}
	return mend, true, err
}

// restart gives the end of a fault that took a node down.
func restart(in nodes, id string) Mend {
	return func(context.Context) (Done, error) { return Done{Hits: 1}, in.Restart(id) }
}

// nothing mends what was not broken.
func nothing(context.Context) (Done, error) { return Done{}, nil }

// already is the end of what is over.
func already(d Done) Mend { return func(context.Context) (Done, error) { return d, nil } }
