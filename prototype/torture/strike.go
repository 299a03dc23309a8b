package torture

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"lockstep/prototype/fault"
)

// Effect is what became of one step of a schedule.
type Effect struct {
	Step  int      `json:"step"` // its place in the schedule
	What  string   `json:"what"`
	Nodes []string `json:"nodes"` // that it struck
	Hits  uint64   `json:"hits"`  // how often it did something; 0: it had no effect
	// LeaderFailed says that the step struck a leader and another one took over, or
	// the same in a later term.
	LeaderFailed bool `json:"leader_failed,omitempty"`
	// Window is the time from the last acknowledgement before the change of the
	// leader to the first after it; 0 if no acknowledgement came after it.
	Window fault.Duration `json:"window,omitempty"`
	// Parts are those of the window, if the run was one by one; see [Options].
	Parts *Parts `json:"parts,omitempty"`
	// Repaired is what was done since a node that refused to start asked for it.
	Repaired []string `json:"repaired,omitempty"`
	Error    string   `json:"error,omitempty"` // why the step could not be carried out
}

func (e Effect) String() string {
	line := fmt.Sprintf("%s (%s): %d hits", e.What, strings.Join(e.Nodes, ", "), e.Hits)
	if e.LeaderFailed {
		line += fmt.Sprintf(", another leader after %s", e.Window.D().Round(time.Millisecond))
	}
	if len(e.Repaired) > 0 {
		line += ", then " + strings.Join(e.Repaired, ", ")
	}
	if e.Error != "" {
		line += ", error: " + e.Error
	}
	return line
}

// strike carries out one step, from its beginning to its end.
func (r *run) strike(ctx context.Context, i int) (e Effect, err error) {
	step := r.schedule.Faults[i]
	e = Effect{Step: i, What: step.String()}
	random := rand.New(rand.NewPCG(r.schedule.Seed, uint64(i)+1))
	if !r.options.OneByOne && !r.sleepUntil(ctx, step.At) {
		return e, ctx.Err()
	}
	turn := r.turns[i]
	defer turn.over()
	if slices.Contains(fault.LosingKinds, step.Kind) {
		// Not more than a minority may lose what it had; see [fault.LosingKinds].
		select {
		case r.losing <- struct{}{}:
			defer func() { <-r.losing }()
		case <-ctx.Done():
			return e, ctx.Err()
		}
	}
	nodes, shard, old, err := r.resolve(ctx, i, random)
	e.Nodes = nodes
	if err != nil {
		return e, fmt.Errorf("resolve %q: %w", step.Target, err)
	}
	apart, lasts := nothing, step.Until-step.At
	if r.succeeds(i) {
		lasts = step.Until - r.schedule.Faults[i-1].Until
		if apart, err = r.keepApart(ctx, i, nodes[0]); err != nil {
			return e, fmt.Errorf("%s at %s: %w", step.Kind, nodes[0], err)
		}
	}
	seen := func() *Parts { return nil }
	if r.options.OneByOne {
		if old, err = r.settled(ctx, shard); err != nil {
			return e, err
		}
		nodes, e.Nodes = []string{old.node}, []string{old.node}
		seen = r.watch(ctx, shard, old)
	}
	mends := make([]Mend, 0, len(nodes))
	var failed error
	for _, id := range nodes {
		f := step.Fault
		f.Peers = slices.DeleteFunc(slices.Clone(f.Peers), func(peer string) bool { return peer == id })
		if step.Kind == fault.Partition {
			f = fault.Fault{Kind: fault.Cut, Peers: step.Apart(id)}
			if len(f.Peers) == 0 {
				continue
			}
		}
		if f.Seed == 0 && slices.Contains(byChance, f.Kind) {
			f.Seed = random.Uint64()
		}
		if f.Kind == fault.Swap && len(f.Peers) == 0 {
			f.Peers = []string{other(r.target.Members(), id, random.IntN(fault.MaxNodes))}
		}
		mend, err := r.target.Break(ctx, id, f)
		if mend != nil {
			mends = append(mends, mend)
		}
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s at %s: %w", step.Kind, id, err))
		}
	}
	begun := time.Now()
	turn.strikes(nodes)
	aimed := old.node != "" && slices.Contains(nodes, old.node)
	if r.options.OneByOne {
		deposes := step.Kind != fault.Rate && step.Kind != fault.Latency
		if failed == nil && deposes {
			failed = r.tookOver(ctx, shard, old.term)
		}
		e.LeaderFailed, e.Parts = failed == nil && deposes, seen()
		rest(ctx, lasts.D())
	} else if step.Until > 0 {
		// A leader may have been long in coming; the fault lasts as long all the same.
		rest(ctx, max(time.Until(r.began.Add(step.Until.D())), time.Until(begun.Add(lasts.D()))))
		now, _ := r.leaderNow(ctx, shard)
		e.LeaderFailed = aimed && now.term > old.term
	} else if aimed && step.Kind != fault.Snapshot { // a later change of leaders is another step's
		e.LeaderFailed = r.changed(ctx, shard, old.term)
	}
	// What was broken is mended even if the run is to end.
	ctx = context.WithoutCancel(ctx)
	for _, mend := range mends {
		done, err := mend(ctx)
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("mend %s: %w", step.Kind, err))
		}
		e.Hits += done.Hits
		e.Repaired = append(e.Repaired, done.Repaired...)
	}
	if e.Hits == 0 { // else it has ended with the process that had it
		if _, err := apart(ctx); err != nil {
			failed = errors.Join(failed, fmt.Errorf("mend %s: %w", step.Kind, err))
		}
	}
	if e.LeaderFailed {
		r.failed(i, shard, old.term)
		e.Window = r.windows.lengthAfter(shard, old.term)
	}
	if r.options.OneByOne && failed == nil {
		_, failed = r.settled(ctx, shard)
	}
	return e, failed
}

// byChance are the kinds whose effect is a matter of chance.
var byChance = []fault.Kind{fault.Jitter, fault.Drop, fault.Duplicate, fault.Reorder, fault.TornTail, fault.BitFlip}

// changed waits until a shard is led in a later term.
func (r *run) changed(ctx context.Context, shard int, term uint64) bool {
	for end := time.Now().Add(settle); time.Now().Before(end); {
		if now, _ := r.leaderNow(ctx, shard); now.term > term {
			return true
		}
		if !rest(ctx, 20*time.Millisecond) {
			break
		}
	}
	return false
}

// settle is how long a fault that happens at once is given to show.
const settle = 2500 * time.Millisecond

// sleepUntil waits for a moment of the schedule.
func (r *run) sleepUntil(ctx context.Context, at fault.Duration) bool {
	return rest(ctx, time.Until(r.began.Add(at.D())))
}
