package torture

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"lockstep/prototype/check"
	"lockstep/prototype/fault"
)

// Family is what the schedules of a campaign are about.
type Family string

const (
	Leaders Family = "leaders" // see Draw
	Disks   Family = "disks"   // see DrawLosses
)

// Families are all of them.
var Families = []Family{Leaders, Disks}

// Campaign is many drawn schedules, one seed each.
type Campaign struct {
	Family   Family // "" for Leaders
	Failures int    // leaders that must fail, or nodes that must lose data, at least
	Seed     uint64 // of the first schedule; the next one has the next
	Topology fault.Topology
	// CarryOut carries a schedule out, one at a time; nil for Virtual, as many at once
	// as there are processors.
	CarryOut func(fault.Schedule) (Result, error)
	// Progress is told after each run, by one goroutine at a time. It may be nil.
	Progress func(Totals)
}

// Totals add up what the runs of a campaign showed.
type Totals struct {
	Runs           int                 `json:"runs"`
	LeaderFailures int                 `json:"leader_failures"`       // in runs that passed
	DataLosses     int                 `json:"data_losses,omitempty"` // the same
	Repaired       int                 `json:"repaired,omitempty"`    // nodes that refused to start and got what they asked for
	Faults         map[string]int      `json:"faults"`                // that had an effect, by kind
	Kinds          int                 `json:"kinds"`                 // how many those are
	Acknowledged   uint64              `json:"acknowledged"`
	Refused        uint64              `json:"refused"`
	Unknown        uint64              `json:"unknown"`
	Reads          uint64              `json:"reads"`
	Lost           int                 `json:"lost"`
	Duplicated     int                 `json:"duplicated"`
	Reordered      int                 `json:"reordered"`
	Simulated      time.Duration       `json:"simulated_ns"` // virtual time of the loads
	Took           time.Duration       `json:"took_ns"`
	Windows        []time.Duration     `json:"-"`            // without service, for each leader failure
	LongestSeed    uint64              `json:"longest_seed"` // of the schedule with the longest of them
	Longest        fault.Schedule      `json:"-"`            // that schedule
	LongestStep    int                 `json:"-"`            // of it, whose leader failure that window is of
	NoPass         []Result            `json:"-"`            // the runs that speak against the cluster; a violation is the last
	Void           map[uint64][]string `json:"-"`            // by seed: why a run proves nothing, some fault having had no effect
	VoidRuns       int                 `json:"void_runs"`
	Verdict        check.Verdict       `json:"verdict"` // of all runs together
	Errors         map[uint64]error    `json:"-"`       // by seed: runs that could not be carried out
	Interrupted    bool                `json:"interrupted,omitempty"`

	longest time.Duration // so far
}

// perRun is how many leaders fail in one schedule: enough to make the start and
// the end of a run a small part of it, few enough to make a history readable.
// lossesPerRun is the same for losses of data, each of which starts nodes again.
const (
	perRun       = 50
	lossesPerRun = 2
)

// draw makes the next schedule, with up to missing failures, and says how many.
func (c Campaign) draw(seed uint64, missing int) (fault.Schedule, int) {
	if c.Family == Disks {
		n := min(lossesPerRun, missing)
		return DrawLosses(seed, n, c.Topology), n
	}
	n := min(perRun, missing)
	return Draw(seed, n, c.Topology), n
}

// reached is how many failures of the family there were.
func (c Campaign) reached(t Totals) int {
	if c.Family == Disks {
		return t.DataLosses
	}
	return t.LeaderFailures
}

// Run runs schedules, as many at once as there are processors, until enough
// leaders have failed, or nodes have lost data, a promise is broken, or the context ends; then it waits
// for those that are under way, a few seconds.
func (c Campaign) Run(ctx context.Context) Totals {
	began := time.Now()
	t := Totals{Faults: make(map[string]int), Errors: make(map[uint64]error), Void: make(map[uint64][]string)}
	var mu sync.Mutex
	next, planned, over := c.Seed, 0, false
	take := func() (s fault.Schedule, n int) {
		mu.Lock()
		defer mu.Unlock()
		missing := c.Failures - c.reached(t) - planned
		if over || missing <= 0 || ctx.Err() != nil || len(t.NoPass) > maxNoPass || t.tooVoid() {
			return s, 0
		}
		s, n = c.draw(next, missing)
		planned += n
		next++
		return s, n
	}
	carryOut, atOnce := c.CarryOut, 1
	if carryOut == nil {
		carryOut, atOnce = Virtual, runtime.GOMAXPROCS(0)
	}
	var running sync.WaitGroup
	for range atOnce {
		running.Go(func() {
			for s, n := take(); n > 0; s, n = take() {
				result, err := carryOut(s)
				mu.Lock()
				planned -= n
				t.add(result, err)
				over = over || result.Verdict == check.Violated
				t.Took = time.Since(began)
				if c.Progress != nil {
					c.Progress(t)
				}
				mu.Unlock()
			}
		})
	}
	running.Wait()
	t.Interrupted = ctx.Err() != nil && c.reached(t) < c.Failures
	t.conclude(c.reached(t) >= c.Failures)
	return t
}

// maxNoPass ends a campaign in which too much goes wrong to be worth waiting for.
const maxNoPass = 20

// tooVoid says whether so many runs prove nothing that something must be wrong
// with the schedules. A few are to be expected: now and then a leader loses its
// lead by itself just before it is struck. They do not count.
func (t *Totals) tooVoid() bool { return t.VoidRuns > 5+t.Runs/5 }

func (t *Totals) add(r Result, err error) {
	t.Runs++
	t.Simulated += r.Schedule.Duration.D()
	t.Acknowledged += r.Counts.Acknowledged
	t.Refused += r.Counts.Refused
	t.Unknown += r.Counts.Unknown
	t.Reads += r.Counts.Reads
	t.Lost += r.Report.Counts.Lost
	t.Duplicated += r.Report.Counts.Duplicated
	t.Reordered += r.Report.Counts.Reordered
	if err != nil {
		t.Errors[r.Schedule.Seed] = err
	}
	if err == nil && r.Report.Verdict == check.OK && r.Verdict != check.OK {
		t.Void[r.Schedule.Seed] = r.Reasons
		t.VoidRuns++
		return
	}
	if err != nil || r.Verdict != check.OK {
		t.NoPass = append(t.NoPass, r)
		return
	}
	t.LeaderFailures += r.LeaderFailures()
	for _, e := range r.Effects {
		if slices.Contains(fault.LosingKinds, r.Schedule.Faults[e.Step].Kind) {
			t.DataLosses++
		}
		t.Repaired += len(e.Repaired)
		t.Faults[string(r.Schedule.Faults[e.Step].Kind)]++
		if e.LeaderFailed && e.Window > 0 {
			t.Windows = append(t.Windows, e.Window.D())
			if e.Window.D() > t.longest {
				t.longest, t.LongestSeed = e.Window.D(), r.Schedule.Seed
				t.Longest, t.LongestStep = r.Schedule, e.Step
			}
		}
	}
}

func (t *Totals) conclude(reached bool) {
	slices.Sort(t.Windows)
	t.Kinds = len(t.Faults)
	t.Verdict = check.OK
	if !reached || len(t.NoPass) > 0 || t.tooVoid() {
		t.Verdict = check.Unknown
	}
	for i, r := range t.NoPass {
		if r.Verdict == check.Violated {
			t.Verdict = check.Violated
			t.NoPass = append(append(t.NoPass[:i:i], t.NoPass[i+1:]...), r)
			break
		}
	}
}

// Window gives the time without service that the share q of the leader failures
// did not exceed.
func (t Totals) Window(q float64) time.Duration {
	if len(t.Windows) == 0 {
		return 0
	}
	return t.Windows[min(len(t.Windows)-1, int(q*float64(len(t.Windows))))]
}

func (t Totals) String() string {
	losses := ""
	if t.DataLosses > 0 {
		losses = fmt.Sprintf(" and %d losses of data", t.DataLosses)
	}
	return fmt.Sprintf("%d leader failures%s in %d runs, %d messages acknowledged, %d lost, %d duplicated, %d reordered",
		t.LeaderFailures, losses, t.Runs, t.Acknowledged, t.Lost, t.Duplicated, t.Reordered)
}
