package replica

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/raft"

	"lockstep/prototype/fault"
	"lockstep/prototype/mutant"
	"lockstep/prototype/node/meter"
	"lockstep/prototype/node/outcome"
	"lockstep/prototype/order"
	"lockstep/prototype/tracing"
)

// batcher turns sends into log entries. While earlier entries are on their way,
// what arrives gathers; no timer delays a send. One entry holds many messages
// and costs one flush, which is what makes the flush affordable (ADR-0005).
//
// Sends of one group keep their order, and so do the groups of a conversation.
type batcher struct {
	raft     *raft.Raft
	clock    *fault.Clock
	maxBatch int
	retain   uint64
	most     int // entries proposed and not yet applied
	worth    int // bytes for which one more is proposed
	stop     <-chan struct{}
	meter    *meter.Shard

	admission *admission
	ruling    *ruling

	mu     sync.Mutex
	queue  *queue
	flying int           // entries proposed and not yet applied
	wake   chan struct{} // after each change of the two
}

// group is what one caller submits at once: it goes into one entry.
type group struct {
	commands []order.Command
	size     int
	since    time.Time        // when it was submitted
	span     *tracing.Span    // of which its stages are parts; nil: it is not followed
	done     chan groupResult // buffered: the caller may have left
}

type groupResult struct {
	results []order.Result
	err     *outcome.Error
}

func newBatcher(r *raft.Raft, cfg Config, ruling *ruling, m *meter.Shard, stop <-chan struct{}) *batcher {
	return &batcher{raft: r, meter: m, clock: cfg.Clock, maxBatch: cfg.MaxBatch, retain: cfg.Retain,
		queue: newQueue(cfg.MaxQueue, cfg.MaxQueue/4), admission: newAdmission(cfg.AdmitRate), ruling: ruling,
		most: cfg.BatchesInFlight, worth: cfg.WorthAnEntry, stop: stop, wake: make(chan struct{}, 1)}
}

// submit queues the commands and gives the function that waits for what becomes
// of them. When its context ends first the outcome is unknown.
func (b *batcher) submit(span *tracing.Span, commands []order.Command) func(context.Context) ([]order.Result, *outcome.Error) {
	now := time.Now()
	groups := b.split(span, commands, now)
	err := b.admission.admit(commands[0].Conversation, len(commands), now)
	if err == nil {
		err = b.enqueue(groups)
	}
	if err != nil {
		return func(context.Context) ([]order.Result, *outcome.Error) { return nil, err }
	}
	return func(ctx context.Context) ([]order.Result, *outcome.Error) {
		var results []order.Result
		for _, g := range groups {
			select {
			case r := <-g.done:
				if r.err != nil {
					return results, r.err
				}
				if len(groups) == 1 {
					return r.results, nil
				}
				results = append(results, r.results...)
			case <-ctx.Done():
				if mutant.On(mutant.TimeoutAsFail) {
					return results, outcome.NoLeader("too late")
				}
				return results, outcome.Uncertain("no majority confirmed the message in time")
			}
		}
		return results, nil
	}
}

// split cuts commands into groups that fit an entry.
func (b *batcher) split(span *tracing.Span, commands []order.Command, now time.Time) (groups []*group) {
	begin := func() *group { return &group{since: now, span: span, done: make(chan groupResult, 1)} }
	g := begin()
	first := 0
	for i := range commands {
		size := commands[i].Size()
		if g.size+size > b.maxBatch && i > first {
			g.commands = commands[first:i:i]
			groups = append(groups, g)
			g, first = begin(), i
		}
		g.size += size
	}
	g.commands = commands[first:len(commands):len(commands)]
	return append(groups, g)
}

func (b *batcher) enqueue(groups []*group) *outcome.Error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.queue.push(groups[0].commands[0].Conversation, groups); err != nil {
		return err
	}
	b.poke()
	return nil
}

// next gives the groups of the next entry, if it is time for one.
func (b *batcher) next() []*group {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.flying > 0 && (b.flying >= b.most || b.queue.bytes < b.worth) {
		return nil
	}
	groups := b.queue.take(b.maxBatch)
	if len(groups) > 0 {
		b.flying++
	}
	if mutant.On(mutant.BatchReversed) {
		slices.Reverse(groups)
	}
	return groups
}

// landed notes that the outcome of an entry is known.
func (b *batcher) landed() {
	b.mu.Lock()
	b.flying--
	b.mu.Unlock()
	b.poke()
}

func (b *batcher) poke() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// run proposes until stop is closed; what is queued then certainly fails.
func (b *batcher) run() {
	defer b.refuse()
	for {
		select {
		case <-b.wake:
		case <-b.stop:
			return
		}
		for groups := b.next(); len(groups) > 0; groups = b.next() {
			b.propose(groups)
		}
	}
}

func (b *batcher) refuse() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for groups := b.queue.take(b.maxBatch); len(groups) > 0; groups = b.queue.take(b.maxBatch) {
		for _, g := range groups {
			g.done <- groupResult{err: outcome.NoLeader("the node is stopping")}
		}
	}
}

// drain waits until the outcome of every entry under way is known, or the context
// ends. It is called after run has ended.
func (b *batcher) drain(ctx context.Context) {
	for {
		b.mu.Lock()
		flying := b.flying
		b.mu.Unlock()
		if flying == 0 {
			return
		}
		select {
		case <-b.wake:
		case <-ctx.Done():
			return
		}
	}
}

// propose hands one entry to the library and lets its outcome find the callers.
func (b *batcher) propose(groups []*group) {
	batch := order.Batch{Time: b.clock.Now().UnixMilli(), Retain: b.retain}
	count, size, oldest := 0, 64, groups[0].since
	for _, g := range groups {
		if g.since.Before(oldest) {
			oldest = g.since
		}
		count += len(g.commands)
		size += g.size
	}
	batch.Commands = make([]order.Command, 0, count)
	for _, g := range groups {
		batch.Commands = append(batch.Commands, g.commands...)
	}
	now := time.Now()
	b.meter.Proposed(now.Sub(oldest))
	var future raft.ApplyFuture
	b.ruling.during(&batch, func() { future = b.raft.Apply(batch.Append(make([]byte, 0, size)), 0) })
	go func() {
		for _, g := range groups {
			g.span.Stage("batch", g.since, now)
		}
		err := future.Error()
		results, ok := []order.Result(nil), false
		if err == nil {
			results, ok = future.Response().([]order.Result)
		}
		for _, g := range groups {
			switch {
			case err != nil:
				g.done <- groupResult{err: classify(err)}
			case !ok:
				g.done <- groupResult{err: outcome.Uncertain("the entry could not be applied")}
			default:
				g.done <- groupResult{results: results[:len(g.commands):len(g.commands)]}
				results = results[len(g.commands):]
			}
		}
		b.landed()
		if ok { // after the answers, which wait for no span
			b.stages(groups, future.Index())
		}
	}()
}

// stages tells the spans of an entry's groups where its time went.
func (b *batcher) stages(groups []*group, index uint64) {
	var p meter.Passage
	for _, g := range groups {
		if g.span == nil {
			continue
		}
		if p.Appended.IsZero() {
			p = b.meter.Passage(index)
		}
		g.span.Stage("flush", p.Appended, p.Flushed)
		g.span.Stage("quorum", p.Appended, p.Committed)
		g.span.Stage("apply", p.Durable, p.Applied)
	}
}

// Queued counts what waits to be ordered here.
func (s *Replica) Queued() (messages, bytes int) {
	s.batcher.mu.Lock()
	defer s.batcher.mu.Unlock()
	return s.batcher.queue.messages, s.batcher.queue.bytes
}
