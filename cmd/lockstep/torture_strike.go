package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"lockstep/prototype/client"
	"lockstep/prototype/cluster"
)

// strike is one failure of a leader, and how it was borne.
//
//	last ack     strike      noticed     elected     first ack         back
//	────┴───────────┴───────────┴───────────┴────────────┴───────────────┴──▶
//	    ├──────── notice ───────┼── elect ──┼─── serve ──┤
//	    ├─────────────────── window ─────────────────────┤
type strike struct {
	Number           int
	Fault            string
	Shard            int
	Node             string // the leader
	OldTerm, NewTerm uint64
	Successor        string

	at, lastAck, noticed, elected, firstAck, back time.Time
	hold                                          time.Duration // how long a pause or a cut goes on after the recovery
}

// Window is the time without service for the shard's senders.
func (s strike) Window() time.Duration { return s.firstAck.Sub(s.lastAck) }

// Split tells the window's parts, if the survivors were seen to go through them
// in order; they are asked every few milliseconds.
func (s strike) Split() (notice, elect, serve time.Duration, ok bool) {
	ok = !s.noticed.Before(s.lastAck) && !s.elected.Before(s.noticed) && !s.firstAck.Before(s.elected) && !s.noticed.IsZero()
	return s.noticed.Sub(s.lastAck), s.elected.Sub(s.noticed), s.firstAck.Sub(s.elected), ok
}

func (s strike) String() string {
	line := fmt.Sprintf("%3d  %-7s  %s led shard %d in term %d; %s leads in term %d after %s", s.Number, s.Fault, s.Node, s.Shard, s.OldTerm, s.Successor, s.NewTerm, milliseconds(s.Window()))
	if notice, elect, serve, ok := s.Split(); ok {
		line += fmt.Sprintf(" (noticed %s, elected %s, served %s)", milliseconds(notice), milliseconds(elect), milliseconds(serve))
	}
	return line + fmt.Sprintf("; back after %.1f s", s.back.Sub(s.at).Seconds())
}

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%d ms", d.Round(time.Millisecond).Milliseconds())
}

// errMissed is the error for a failure that nobody felt. A run with one proves
// less than it claims.
var errMissed = errors.New("it did not take effect")

// strike breaks the leader, waits for its successor, mends what was broken and
// waits until the node has caught up.
func (t *strikeRun) strike(ctx context.Context, s *strike) error {
	ctx, cancel := context.WithTimeout(ctx, 3*recoverPatience)
	defer cancel()
	if err := t.choose(ctx, s); err != nil {
		return fmt.Errorf("wait for a healthy shard: %w", err)
	}
	watching, stop := context.WithCancel(ctx)
	var watch sync.WaitGroup
	watch.Go(func() { t.watch(watching, s) })
	s.at = time.Now()
	err := t.breakIt(ctx, s)
	if err == nil {
		err = t.acks.await(ctx, s, recoverPatience)
	}
	stop()
	watch.Wait()
	if err != nil {
		return err
	}
	if err := t.mend(ctx, s); err != nil {
		return err
	}
	if err := t.caughtUp(ctx, s); err != nil {
		return fmt.Errorf("wait until it has caught up: %w", err)
	}
	s.back = time.Now()
	return nil
}

func (t *strikeRun) breakIt(ctx context.Context, s *strike) error {
	switch s.Fault {
	case "kill":
		return t.cluster.Kill(s.Node)
	case "pause":
		return t.cluster.Pause(s.Node)
	}
	return t.cluster.Isolate(ctx, s.Node)
}

// mend takes the fault back, some time after the successor has taken over: the
// old leader then wakes into a world that has moved on.
func (t *strikeRun) mend(ctx context.Context, s *strike) error {
	if s.Fault == "kill" {
		return nil // it comes back by itself
	}
	if err := rest(ctx, s.hold); err != nil {
		return err
	}
	if s.Fault == "pause" {
		return t.cluster.Resume(s.Node)
	}
	return t.cluster.Heal(ctx, s.Node)
}

// choose waits until all nodes are there, agree on the shard's leader, and the
// shard acknowledges; the leader is the victim.
func (t *strikeRun) choose(ctx context.Context, s *strike) error {
	for {
		leader, term, ok := agreedLeader(t.statuses(ctx), s.Shard)
		if ok && t.acks.flows(s.Shard, term) {
			s.Node, s.OldTerm = leader, term
			return nil
		}
		if err := rest(ctx, 10*time.Millisecond); err != nil {
			return err
		}
	}
}

// caughtUp waits until the node has applied what was committed elsewhere when it
// came back.
func (t *strikeRun) caughtUp(ctx context.Context, s *strike) error {
	goal := uint64(0)
	for {
		statuses := t.statuses(ctx)
		if goal == 0 {
			for _, status := range statuses {
				if status != nil && status.Node != s.Node {
					goal = max(goal, status.Shards[s.Shard].CommitIndex)
				}
			}
		}
		for _, status := range statuses {
			if status != nil && status.Node == s.Node && goal > 0 && status.Shards[s.Shard].AppliedIndex >= goal {
				return nil
			}
		}
		if err := rest(ctx, 10*time.Millisecond); err != nil {
			return err
		}
	}
}

// statuses asks all nodes at once; nil stands for one that does not answer.
func (t *strikeRun) statuses(ctx context.Context) []*client.Status {
	members := t.cluster.Members()
	statuses := make([]*client.Status, len(members))
	var asking sync.WaitGroup
	for i, m := range members {
		if m.State != cluster.Running {
			continue
		}
		asking.Go(func() {
			c := client.New(client.Config{Targets: client.Fixed("http://" + m.HTTP), AttemptTimeout: 300 * time.Millisecond, Transport: t.ask})
			if status, err := c.Status(ctx); err == nil && len(status.Shards) == t.flags.shards {
				statuses[i] = &status
			}
		})
	}
	asking.Wait()
	return statuses
}

// agreedLeader is the leader of a shard if every node names the same one in the
// same term.
func agreedLeader(statuses []*client.Status, shard int) (leader string, term uint64, ok bool) {
	for i, status := range statuses {
		if status == nil {
			return "", 0, false
		}
		s := status.Shards[shard]
		if i == 0 {
			leader, term = s.Leader, s.Term
		}
		if s.Leader == "" || s.Leader != leader || s.Term != term {
			return "", 0, false
		}
	}
	return leader, term, true
}

// watch asks the survivors, again and again, whether they have noticed and
// elected.
func (t *strikeRun) watch(ctx context.Context, s *strike) {
	for {
		for _, status := range t.statuses(ctx) {
			if status == nil || status.Node == s.Node {
				continue
			}
			now, shard := time.Now(), status.Shards[s.Shard]
			if s.noticed.IsZero() && (shard.Leader == "" || shard.Role == "candidate" || shard.Term > s.OldTerm) {
				s.noticed = now
			}
			if shard.Role == "leader" && shard.Term > s.OldTerm {
				s.elected, s.Successor, s.NewTerm = now, status.Node, shard.Term
				return
			}
		}
		if rest(ctx, 3*time.Millisecond) != nil {
			return
		}
	}
}

// rest waits, or tells that the context ended.
func rest(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
