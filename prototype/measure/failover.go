package measure

import (
	"context"
	"errors"
	"fmt"
	"time"

	"lockstep/prototype/cluster"
	"lockstep/prototype/fault"
	"lockstep/prototype/node"
	"lockstep/prototype/order"
)

// Timers is a way to notice that a leader has failed.
type Timers string

const (
	// Tuned is the node's default: nodes watch nodes.
	Tuned Timers = "tuned"
	// Library is what hashicorp/raft does with its default timers: followers wait for
	// a heartbeat for between one and two seconds each, and both of two must have
	// waited. So a failover takes two heartbeat timeouts on average and three at most.
	Library Timers = "library"
)

func (t Timers) apply(c *node.Config) {
	c.Shards = 1
	if t == Library {
		c.DetectAfter = 0
		c.HeartbeatTimeout, c.ElectionTimeout, c.LeaseTimeout = time.Second, time.Second, 500*time.Millisecond
		c.CommitTimeout = 50 * time.Millisecond
	}
}

// perCluster is how many leaders fail in one cluster.
const perCluster = 20

// Failovers cuts off leaders, one after the other, and gives the time from each cut
// to the first message that a successor acknowledged to a client who asks the
// others all the time. Flushes take a millisecond, the network none. These are no
// windows as in [history.Window]: nothing is sent in the second before a cut.
func Failovers(ctx context.Context, timers Timers, count int, progress func(done int)) ([]time.Duration, error) {
	var all []time.Duration
	err := repeat(ctx, count, perCluster, func(n int) ([]time.Duration, error) { return cutOff(timers, n) }, func(times []time.Duration) {
		all = append(all, times...)
		if progress != nil {
			progress(len(all))
		}
	})
	return all, err
}

const (
	conversation = "room"
	patience     = 20 * time.Second
)

func cutOff(timers Timers, count int) (times []time.Duration, err error) {
	m, err := cluster.NewMemoryOn(3, time.Millisecond, timers.apply)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, m.Close()) }()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	for i := range count {
		late, enough := context.WithTimeout(ctx, patience)
		leader, err := m.AwaitLeader(late, conversation, "")
		if err == nil {
			err = send(late, m, fmt.Sprint(i, " before"), "")
		}
		if err != nil {
			enough()
			return times, fmt.Errorf("before failure %d: %w", i, err)
		}
		// The cut comes at any moment between two heartbeats.
		time.Sleep(time.Second + time.Duration(i)*37*time.Millisecond)
		if _, err := m.Node(leader).Fault(fault.Fault{Kind: fault.Isolate}); err != nil {
			enough()
			return times, err
		}
		began := time.Now()
		err = send(late, m, fmt.Sprint(i, " after"), leader)
		times = append(times, time.Since(began))
		m.Node(leader).Heal()
		enough()
		if err != nil {
			return times, fmt.Errorf("after failure %d: %w", i, err)
		}
		time.Sleep(3 * time.Second) // it has caught up
	}
	return times, nil
}

// send tries until some node other than one acknowledges the message.
func send(ctx context.Context, m *cluster.Memory, id, except string) error {
	command := order.Command{Conversation: conversation, ID: id, Sender: "ada", Body: id}
	for {
		for _, at := range m.IDs() {
			if at == except {
				continue
			}
			attempt, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
			_, err := m.Node(at).Submit(attempt, conversation, []order.Command{command})
			cancel()
			if err == nil {
				return nil
			}
		}
		select {
		case <-time.After(time.Millisecond):
		case <-ctx.Done():
			return fmt.Errorf("nobody acknowledged a message: %w", ctx.Err())
		}
	}
}
