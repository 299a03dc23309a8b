package torture

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"lockstep/prototype/api"
	"lockstep/prototype/check"
	"lockstep/prototype/fault"
	"lockstep/prototype/history"
	"lockstep/prototype/node"
	"lockstep/prototype/workload"
)

// How long each part may take before the run counts as stuck. They are generous,
// since a busy machine must not look like a broken cluster.
const (
	leaderPatience   = 15 * time.Second
	startPatience    = 30 * time.Second
	readBackPatience = 2 * time.Minute
)

// Result is what a run showed.
type Result struct {
	Schedule fault.Schedule  `json:"schedule"`
	Verdict  check.Verdict   `json:"verdict"`
	Reasons  []string        `json:"reasons,omitempty"` // why it is unknown
	Report   check.Report    `json:"report"`
	Effects  []Effect        `json:"effects"` // in the order of the schedule
	Counts   workload.Counts `json:"counts"`
	Latency  Latency         `json:"latency"`
	Took     time.Duration   `json:"took_ns"` // of the load
	History  []history.Event `json:"-"`
}

// Latency is that of acknowledgements, from the moment at which a message was due:
// what it waited for its sender's last one counts.
type Latency struct {
	P50 time.Duration `json:"p50_ns"`
	P99 time.Duration `json:"p99_ns"`
	Max time.Duration `json:"max_ns"`
}

// Options say how a schedule is carried out.
type Options struct {
	// History takes the history as it happens, as JSON lines. It may be nil.
	History io.Writer
	// OneByOne carries the steps out one after the other, each when the cluster has
	// recovered from the one before, whatever their moments are, and each goes on
	// for its length after another leader has taken over. A step without a successor
	// ends the run, unless it is a fault of lines, which takes nobody's lead. All must be aimed at leaders.
	OneByOne bool
	// Progress is told after each step, by one goroutine at a time. It may be nil.
	Progress func(Effect)
}

// LeaderFailures counts the steps that took a leader's lead.
func (r Result) LeaderFailures() (n int) {
	for _, e := range r.Effects {
		if e.LeaderFailed {
			n++
		}
	}
	return n
}

// run is one run of a schedule.
//
//	target ◄── strikes, one goroutine for each step of the schedule
//	   ▲
//	 load ──► history ◄── last reads of every member
//	   │         └──► check ──► verdict
//	   └──► windows
type run struct {
	schedule  fault.Schedule
	options   Options
	target    Target
	transport http.RoundTripper
	windows   *windows
	turns     []*turn       // of the schedule's steps
	losing    chan struct{} // holds one while a step of fault.LosingKinds is carried out
	began     time.Time
	took      time.Duration // the load; set when it has ended

	mu       sync.Mutex
	failures []failure
}

// failure is a leader that failed by a step of the schedule.
type failure struct {
	step, shard int
	term        uint64
}

func (r *run) shardOf(conversation string) int {
	return node.ShardOf(conversation, r.schedule.Topology.Shards)
}

func (r *run) failed(step, shard int, term uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failures = append(r.failures, failure{step, shard, term})
}

// Run carries out a schedule. An error means that the run could not be carried out or did
// not end; the result then holds what there is, and its verdict is Unknown unless
// a violation was found.
func Run(ctx context.Context, s fault.Schedule, target Target, options Options) (Result, error) {
	if err := s.Validate(); err != nil {
		return Result{Schedule: s, Verdict: check.Unknown}, err
	}
	if s.Lane != node.LaneQuorum {
		return Result{Schedule: s, Verdict: check.Unknown}, fmt.Errorf("lane %s: %w: the load knows the quorum lane alone", s.Lane, ErrUnsupported)
	}
	r := &run{schedule: s, options: options, target: target, transport: target.Transport(), turns: newTurns(len(s.Faults)), losing: make(chan struct{}, 1)}
	r.windows = newWindows(r.shardOf)
	for shard := range s.Topology.Shards {
		if _, _, err := r.await(ctx, shard, startPatience, func(lead) bool { return true }); err != nil {
			return Result{Schedule: s, Verdict: check.Unknown}, fmt.Errorf("wait for leaders: %w", err)
		}
	}
	recorder := history.NewRecorder(options.History)
	cfg := r.workload(recorder)
	load, err := workload.New(cfg)
	if err != nil {
		return Result{Schedule: s, Verdict: check.Unknown}, err
	}
	effects, err := r.underLoad(ctx, load)
	if ctx.Err() == nil { // a step that failed makes the run no pass, and its history no less worth
		err = errors.Join(err, r.readBack(ctx, cfg))
	}
	result := Result{Schedule: s, Effects: effects, Counts: load.Counts(), Took: r.took, History: recorder.Events(),
		Latency: Latency{load.Latency(0.5), load.Latency(0.99), load.MaxLatency()}}
	result.Report = check.Check(result.History)
	result.conclude()
	return result, errors.Join(err, recorder.Err())
}

// underLoad runs the load, and all steps beside it.
func (r *run) underLoad(ctx context.Context, load *workload.Load) ([]Effect, error) {
	loading, stop := context.WithCancel(ctx)
	defer stop()
	var running, striking sync.WaitGroup
	r.began = time.Now()
	running.Go(func() { load.Run(loading) })
	effects := make([]Effect, len(r.schedule.Faults))
	errs := make([]error, len(r.schedule.Faults))
	step := func(i int) {
		effects[i], errs[i] = r.strike(ctx, i)
		if errs[i] != nil {
			effects[i].Error = errs[i].Error()
		}
		if errors.Is(errs[i], errNoSuccessor) {
			errs[i] = nil
		}
		if r.options.Progress != nil {
			r.mu.Lock()
			defer r.mu.Unlock()
			r.options.Progress(effects[i])
		}
	}
	for i := range r.schedule.Faults {
		if !r.options.OneByOne {
			striking.Go(func() { step(i) })
		} else if step(i); errs[i] != nil {
			effects = effects[:i+1]
			break
		}
	}
	striking.Wait()
	if !r.options.OneByOne {
		r.sleepUntil(ctx, r.schedule.Duration)
	}
	stop()
	running.Wait()
	r.took = time.Since(r.began)
	for _, f := range r.failures {
		effects[f.step].Window = r.windows.lengthAfter(f.shard, f.term)
	}
	return effects, errors.Join(errs...)
}

// readBack looks into every member that serves, when all is mended.
func (r *run) readBack(ctx context.Context, cfg workload.Config) error {
	ctx, cancel := context.WithTimeout(ctx, readBackPatience)
	defer cancel()
	cfg.Nodes = r.target.Members()
	return workload.ReadBack(ctx, cfg)
}

// workload spreads conversations over the shards, so that each has its share of
// the load whatever the names hash to.
func (r *run) workload(recorder *history.Recorder) workload.Config {
	l := r.schedule.Load
	cfg := workload.Config{
		Nodes: r.target.Members(), Transport: r.transport, Sessions: l.Sessions, Rate: l.Rate, Reads: l.Reads,
		Seed: r.schedule.Seed, Body: 16, AttemptTimeout: 500 * time.Millisecond, Recorder: recorder,
		Observe: func(conversation string, _ time.Time, ack api.Ack) { r.windows.add(conversation, ack) },
	}
	for i, name := 0, 0; i < l.Conversations; i++ {
		for ; r.shardOf(roomName(name)) != i%r.schedule.Topology.Shards; name++ {
		}
		cfg.Conversations = append(cfg.Conversations, roomName(name))
		name++
	}
	return cfg
}

func roomName(i int) string { return fmt.Sprintf("room-%d", i) }

// conclude joins the judgement of the history with the effects.
func (r *Result) conclude() {
	r.Verdict = r.Report.Verdict
	r.Reasons = slices.Clone(r.Report.Reasons)
	for _, e := range r.Effects {
		if e.Hits == 0 {
			r.Reasons = append(r.Reasons, fmt.Sprintf("faults[%d] had no effect: %s", e.Step, e))
		}
	}
	if r.Verdict == check.OK && len(r.Reasons) > 0 {
		r.Verdict = check.Unknown
	}
}
