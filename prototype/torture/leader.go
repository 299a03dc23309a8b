package torture

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/client"
	"lockstep/prototype/fault"
)

// lead is who leads a shard.
type lead struct {
	node string
	term uint64
}

var (
	errNoLeader  = errors.New("no leader was found")
	errNoMembers = errors.New("no node is meant to serve")
)

// leaderOf waits for a leader that serves: one that acknowledged something a
// moment ago. To break one that nobody feels would show little.
func (r *run) leaderOf(ctx context.Context, shard int) (l lead, alive []string, err error) {
	return r.await(ctx, shard, leaderPatience, func(l lead) bool { return r.windows.flows(shard, l.term) })
}

// await waits for a leader that fits.
func (r *run) await(ctx context.Context, shard int, patience time.Duration, fits func(lead) bool) (l lead, alive []string, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		if l, alive = r.leaderNow(ctx, shard); l.node != "" && fits(l) {
			return l, alive, nil
		}
		if !rest(ctx, 20*time.Millisecond) {
			return lead{}, alive, fmt.Errorf("shard %d: %w within %s", shard, errNoLeader, patience)
		}
	}
}

// leaderNow is the zero lead if nobody says that it leads. alive are the members
// that answer.
func (r *run) leaderNow(ctx context.Context, shard int) (newest lead, alive []string) {
	for _, status := range r.statuses(ctx) {
		if status == nil {
			continue
		}
		alive = append(alive, status.Node)
		if s := status.Shards[shard]; s.Role == "leader" && s.Term > newest.term {
			newest = lead{status.Node, s.Term}
		}
	}
	slices.Sort(alive)
	return newest, alive
}

// statuses asks all members at once; nil stands for one that does not answer.
func (r *run) statuses(ctx context.Context) []*api.Status {
	members := r.target.Members()
	statuses := make([]*api.Status, len(members))
	var asking sync.WaitGroup
	for i, m := range members {
		asking.Go(func() {
			c := client.New(client.Config{Targets: client.Fixed(m.URL), AttemptTimeout: 300 * time.Millisecond, Transport: r.transport})
			if status, err := c.Status(ctx); err == nil && len(status.Shards) == r.schedule.Topology.Shards {
				statuses[i] = &status
			}
		})
	}
	asking.Wait()
	return statuses
}

// resolve finds the nodes that a target means at this moment, and the shard whose
// leader it is about.
func (r *run) resolve(ctx context.Context, i int, random *rand.Rand) (nodes []string, shard int, old lead, err error) {
	step := r.schedule.Faults[i]
	if step.Kind == fault.Partition {
		return r.schedule.Topology.Members(), 0, lead{}, nil
	}
	if step.Kind == fault.Join {
		return []string{step.Target}, 0, lead{}, nil
	}
	target, err := fault.ParseTarget(step.Target, r.schedule.Topology)
	if err != nil {
		return nil, 0, lead{}, err
	}
	if shard = target.Shard; target.Conversation != "" {
		shard = r.shardOf(target.Conversation)
	}
	members := r.target.Members()
	if len(members) == 0 {
		return nil, 0, lead{}, errNoMembers
	}
	var alive []string
	if target.Role == fault.Successor {
		if _, err := r.predecessor(ctx, i); err != nil {
			return nil, shard, old, err
		}
	}
	if slices.Contains([]fault.Role{fault.Leader, fault.Follower, fault.Successor}, target.Role) {
		if old, alive, err = r.leaderOf(ctx, shard); err != nil {
			return nil, shard, old, err
		}
	} else {
		old, _ = r.leaderNow(ctx, shard)
	}
	switch target.Role {
	case fault.Leader, fault.Successor:
		return []string{old.node}, shard, old, nil
	case fault.Follower:
		for _, i := range random.Perm(len(alive)) {
			if alive[i] != old.node {
				return []string{alive[i]}, shard, old, nil
			}
		}
		return nil, shard, old, errors.New("there is no follower")
	case fault.Random:
		return []string{members[random.IntN(len(members))].Name}, shard, old, nil
	case fault.All:
		for _, m := range members {
			nodes = append(nodes, m.Name)
		}
		return nodes, shard, old, nil
	}
	return []string{target.Node}, shard, old, nil
}

// rest waits, or says that the context ended.
func rest(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
