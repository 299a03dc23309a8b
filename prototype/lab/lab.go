package lab

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/lab/frame"
	"lockstep/prototype/lab/judging"
	"lockstep/prototype/lab/scenarios"
)

const (
	// FramesEvery is how often a frame is made while somebody looks, unless
	// [Lab.FramesEvery] says otherwise.
	FramesEvery = 200 * time.Millisecond
	// Attention is how long the load goes on after the last sign that somebody
	// is there: an action, or a new watcher.
	Attention = 30 * time.Minute
	// Linger is how long the load goes on when the last watcher has gone, so
	// that a reload of the page does not interrupt it.
	Linger = 5 * time.Second
)

// Config says what to run.
type Config struct {
	Conversation string // default "laboratory", which is in shard 0 of four: the lazy lane has the same leader, as a rule
	Rate         int    // messages a second, one of Rates; default 50
	MaxMessages  int    // default judging.MaxMessages
	Judged       int    // default Judged
	Fold         int    // operations after which what is settled is judged for good and forgotten; 0 keeps all
	Held         int    // operations that are kept at most; then the load waits until some can be forgotten; with Fold. Nodes must retain more than a quarter of that in each lane
	Logger       *slog.Logger
}

// Lab is a running experiment. Its methods may be called from any goroutine.
type Lab struct {
	cfg     Config
	prefix  string // in the message ids of this run
	cluster Cluster
	acting  chan struct{}
	plays   chan scenarios.Scenario
	senders []*sender

	mu       sync.Mutex
	phase    frame.Phase
	reason   string
	record   *record
	read     map[string]time.Time // when each node was last asked for messages
	rate     int
	every    time.Duration // between two frames
	sending  bool          // senders run
	touched  time.Time     // the last sign that somebody is there
	acted    time.Time     // the last action
	unseen   time.Time     // when the last watcher went
	watchers map[*Watch]struct{}
	waking   chan struct{}
	frame    *frame.Frame
	number   uint64
}

// New makes a lab that has no cluster yet; Run gives it one.
func New(cfg Config) *Lab {
	if cfg.Conversation == "" {
		cfg.Conversation = "laboratory"
	}
	if cfg.Rate == 0 {
		cfg.Rate = 50
	}
	if cfg.MaxMessages == 0 {
		cfg.MaxMessages = judging.MaxMessages
	}
	if cfg.Judged == 0 {
		cfg.Judged = Judged
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	prefix := judging.NewPrefix()
	exact := judging.NewExact(cfg.Conversation, cfg.Judged)
	l := &Lab{
		cfg: cfg, prefix: prefix, acting: make(chan struct{}, 1), plays: make(chan scenarios.Scenario, 1), phase: frame.PhaseStarting, rate: cfg.Rate, every: FramesEvery,
		record: &record{audit: judging.NewAudit(prefix), exact: exact, weak: []*judging.Weak{judging.NewWeak(frame.LaneLazy, exact.Began), judging.NewWeak(frame.LaneLeader, exact.Began), judging.NewWeak(frame.LaneClock, exact.Began)}, probes: newProbes(), load: frame.Load{Rate: cfg.Rate, Senders: len(senderNames)}},
		read:   map[string]time.Time{}, watchers: map[*Watch]struct{}{}, waking: make(chan struct{}),
	}
	for _, lane := range frame.Lanes {
		for i, name := range senderNames {
			l.senders = append(l.senders, &sender{name: name, lane: lane, index: i, target: i})
		}
	}
	l.publish(time.Now())
	return l
}

// Run starts the cluster, experiments until ctx ends, and returns when all its
// goroutines have ended. The cluster itself is the caller's to close. If start
// fails, the lab shows the reason from then on, and Run returns it at once.
func (l *Lab) Run(ctx context.Context, start func(context.Context) (Cluster, error)) error {
	defer l.end()
	cluster, err := start(ctx)
	if err != nil {
		l.enter(frame.PhaseFailed, err.Error())
		return fmt.Errorf("start the lab's cluster: %w", err)
	}
	l.mu.Lock()
	l.cluster = cluster
	l.record.shard = cluster.Shard(l.cfg.Conversation)
	l.record.members(time.Now(), cluster.Members())
	l.mu.Unlock()
	l.enter(frame.PhaseRunning, "")

	var running sync.WaitGroup
	for _, m := range cluster.Members() {
		running.Go(func() { l.observe(ctx, m.ID) })
	}
	running.Go(func() { l.readBack(ctx) })
	for _, lane := range frame.Lanes[1:] {
		running.Go(func() { l.readWeak(ctx, lane) })
	}
	for _, level := range api.Levels {
		running.Go(func() { l.probe(ctx, level) })
	}
	running.Go(func() { l.playQueue(ctx) })
	running.Go(func() { l.runChaos(ctx) })
	if l.cfg.Fold > 0 {
		running.Go(func() { l.runFolds(ctx) })
	}
	running.Go(func() { l.drive(ctx) })
	running.Wait()
	return nil
}

// end tells the watchers that there is nothing more to come.
func (l *Lab) end() {
	l.mu.Lock()
	failed := l.phase == frame.PhaseFailed
	l.mu.Unlock()
	if !failed {
		l.enter(frame.PhaseEnded, "")
	}
}

func (l *Lab) enter(p frame.Phase, reason string) {
	l.mu.Lock()
	l.phase, l.reason = p, reason
	l.mu.Unlock()
	l.publish(time.Now())
}

// Failed is why there is no cluster, or nil.
func (l *Lab) Failed() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.phase == frame.PhaseFailed {
		return errors.New(l.reason)
	}
	return nil
}

// drive makes frames and switches the load. It is the only goroutine that
// starts senders.
func (l *Lab) drive(ctx context.Context) {
	stop := func() {}
	defer func() { stop() }()
	rate := 0            // of the senders that run; 0 if none do
	var framed time.Time // when the newest frame was made
	for woken := true; ; {
		now := time.Now()
		l.mu.Lock()
		want := l.wantedRate(now)
		active := l.active(now)
		if want != rate {
			l.record.switchLoad(now, want > 0, l.rate)
		}
		l.record.load.Rate = l.rate
		l.record.watchQuorum(now)
		l.record.watchTroubles(now)
		l.record.settle(now)
		wake, every := l.waking, l.every
		l.mu.Unlock()
		if want != rate {
			stop()
			stop = l.startSenders(ctx, want)
			rate = want
			l.mu.Lock()
			l.sending = want > 0
			l.mu.Unlock()
		}
		if woken || now.Sub(framed) >= every {
			l.publish(now)
			framed = now
		}
		pause := min(every, FramesEvery)
		if !active {
			pause = SlowPoll
		}
		timer := time.NewTimer(pause)
		woken = false
		select {
		case <-timer.C:
		case <-wake:
			woken = true
		case <-ctx.Done():
			timer.Stop()
			return
		}
		timer.Stop()
	}
}

// FramesEvery makes frames rarer, for somebody who watches in quick motion, or
// more frequent, and makes one now.
func (l *Lab) FramesEvery(d time.Duration) {
	l.mu.Lock()
	l.every = d
	l.mu.Unlock()
	l.wake()
}

// startSenders starts all senders at a rate and gives the function that ends
// them.
func (l *Lab) startSenders(ctx context.Context, rate int) (stop func()) {
	if rate == 0 {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	for _, s := range l.senders {
		running.Go(func() { l.send(ctx, s, rate) })
	}
	return func() {
		cancel()
		running.Wait()
	}
}

// wantedRate is the load as it should be now, in messages a second. l.mu is
// held.
func (l *Lab) wantedRate(now time.Time) int {
	r := l.record
	r.load.Full = r.audit.Newest >= uint64(l.cfg.MaxMessages)
	waits := l.cfg.Fold > 0 && r.exact.Full(l.cfg.Held)
	if waits && !r.load.Waits {
		r.journal.add(now, frame.ToneBad, true, "%v", l.waits())
	}
	r.load.Waits = waits
	if r.leader == "" || r.load.Stopped || r.load.Full || r.load.Waits || !l.active(now) {
		return 0
	}
	return l.rate
}

// active says whether somebody is there: watching, or acting without a stream
// as a page without scripts does. l.mu is held.
func (l *Lab) active(now time.Time) bool {
	switch {
	case now.Sub(l.touched) > Attention:
		return false
	case len(l.watchers) > 0:
		return true
	}
	return now.Sub(l.unseen) < Linger || now.Sub(l.acted) < time.Minute
}
