package lab

import (
	"context"
	"flag"
	"runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"lockstep/prototype/check"
	"lockstep/prototype/cluster"
	"lockstep/prototype/history"
	"lockstep/prototype/lab/action"
	"lockstep/prototype/lab/frame"
	"lockstep/prototype/lab/judging"
	"lockstep/prototype/lab/scenarios"
	"lockstep/prototype/node"
)

// both is a judge that folds beside one that keeps everything, and says where they
// differ. What is not read any more, as it was folded, the other one is told once more.
type both struct {
	*check.Judge
	all    *check.Judge
	t      *testing.T
	lane   frame.Lane
	folded []history.Message // of the order
	newest []history.Message // of the order, in the replica that was read last
	page   bool              // a final read is under way
	behind map[int]uint64    // operations that read what follows the folded, or a part of it: from where
	more   bool              // the newest final read was a page, and the next one follows
	folds  int
	told   check.Report // the last one
}

func (b *both) Add(e *history.Event) {
	b.Judge.Add(e)
	told := *e
	switch {
	case e.Type == history.Invoke && e.Kind == history.Read && e.Final:
		if goesOn := b.more && e.After == uint64(len(b.newest)); e.After > 0 && e.After <= uint64(len(b.folded)) && !goesOn {
			b.behind[e.Op], told.After = e.After, 0
			b.newest = slices.Clone(b.folded[:e.After])
		}
		b.newest = b.newest[:min(int(e.After), len(b.newest))]
		b.page = true
	case b.page && (e.Last > 0 || len(e.Messages) > 0):
		b.page = false
		b.newest = append(b.newest, e.Messages...)
		b.more = e.Last > uint64(len(b.newest))
		if from := b.behind[e.Op]; from > 0 {
			told.Messages = slices.Concat(b.folded[:from], e.Messages)
		}
	}
	b.all.Add(&told)
}

func (b *both) Report() check.Report {
	got, want := b.Judge.Report(), b.all.Report()
	counts := got.Counts
	if counts.AtLeast { // messages were in two places, and a part of what was folded is lost
		counts.AtLeast = false
		counts.Lost, counts.Duplicated, counts.Reordered = max(counts.Lost, want.Counts.Lost), max(counts.Duplicated, want.Counts.Duplicated), max(counts.Reordered, want.Counts.Reordered)
	}
	if !cmp.Equal(counts, want.Counts) || !cmp.Equal(got.Verdicts, want.Verdicts) {
		b.t.Errorf("%s, folded up to %d; %v, %v: %s\n%s", b.lane, len(b.folded), got.Reasons, want.Reasons, cmp.Diff(want.Counts, got.Counts), cmp.Diff(want.Verdicts, got.Verdicts))
	}
	b.told = want
	return got
}

func (b *both) Fold(lane, conversation string, upto uint64) uint64 {
	upto = b.Judge.Fold(lane, conversation, upto)
	if upto != uint64(len(b.folded)) {
		b.folded = slices.Clone(b.newest[:upto])
		b.folds++
	}
	return upto
}

// folding starts a lab that folds, over nodes that retain few messages.
func folding(t *testing.T, fold, held int, tune func(*Lab)) *experiment {
	t.Helper()
	return foldingBehind(t, fold, held, tune, func(c Cluster) Cluster { return c })
}

// foldingBehind is folding with something between the lab and its cluster.
func foldingBehind(t *testing.T, fold, held int, tune func(*Lab), between func(Cluster) Cluster) *experiment {
	t.Helper()
	m, err := cluster.NewMemoryOn(3, time.Millisecond, func(c *node.Config) {
		c.Shards, c.Lazy = 4, node.LazyEvery
		c.SnapshotThreshold, c.TrailingLogs = 500, 250
		c.Retain, c.IDMemory = 4000, 256<<10
	})
	if err != nil {
		t.Fatal(err)
	}
	l := New(Config{Rate: 20, Fold: fold, Held: held})
	tune(l)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- l.Run(ctx, func(context.Context) (Cluster, error) { return between(InMemory(m)), nil })
	}()
	e := &experiment{l, t, l.Watch()}
	t.Cleanup(func() {
		e.watch.Close()
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
	e.until("load", func(f frame.Frame) bool { return f.Leader != "" && f.Counts.Acknowledged > 50 })
	return e
}

// TestLab_folds: a run that forgets what is settled finds what one would that keeps
// everything, through all stories, one after the other, and when all nodes lose power.
func TestLab_folds(t *testing.T) {
	long(t)
	synctest.Test(t, func(t *testing.T) {
		judges := map[frame.Lane]*both{}
		e := folding(t, 2500, 14_000, func(l *Lab) {
			for _, lane := range frame.Lanes {
				judges[lane] = &both{Judge: check.NewJudge(), all: check.NewJudge(), t: t, lane: lane, behind: map[int]uint64{}}
				l.record.exact.Judges[lane] = judges[lane]
			}
		})
		well := func(f frame.Frame) bool { return f.Leader != "" && f.Voters == 3 && f.Load.On && !f.Load.Waits }
		for _, s := range scenarios.All() {
			e.until("well", well)
			time.Sleep(20 * time.Second) // virtual time
			e.until("well", well)
			e.do(action.Action{Verb: action.Play, Scenario: s.Name})
			f := e.until("the end of "+s.Name, func(f frame.Frame) bool { return f.Playing.Scenario == s.Name && f.Playing.Over })
			t.Log(s.Name, f.Playing.Says)
			_ = e.Do(t.Context(), action.Action{Verb: action.Heal}) // if there is anything left
		}
		before := judges[frame.LaneLeader].told.Counts
		e.until("well", well)
		e.do(action.Action{Verb: action.Blackout})
		e.do(action.Action{Verb: action.Heal})
		e.until("well", well)
		time.Sleep(10 * time.Second) // virtual time
		e.do(action.Action{Verb: action.Judge})
		for _, l := range e.Frame().Judgement.Lanes {
			if n := judges[l.Lane].folds; n < 5 {
				t.Errorf("%s was folded %d times: that tests little", l.Lane, n)
			}
			if kept := l.Lane == frame.LaneQuorum; kept != (l.Report.Counts.Lost == 0) {
				t.Errorf("%s lost %d", l.Lane, l.Report.Counts.Lost)
			}
		}
		if after := judges[frame.LaneLeader].told.Counts; after.Lost < before.Acknowledged {
			t.Errorf("a blackout took %d messages of lane leader; %d had been acknowledged before", after.Lost, before.Acknowledged)
		}
	})
}

// TestLab_waits: while a fault keeps a run from forgetting, it takes only so much, says
// why, and goes on when all is healed.
func TestLab_waits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := folding(t, 500, 1500, func(*Lab) {})
		e.do(action.Action{Verb: action.Cut})
		e.until("it waits", func(f frame.Frame) bool { return f.Load.Waits && !f.Load.On })
		for _, a := range []action.Action{{Verb: action.Start}, {Verb: action.Play, Scenario: "clean-kill"}} {
			if reason := e.refused(a); reason != e.waits().Error() {
				t.Errorf("%s: %q", a.Verb, reason)
			}
		}
		acked := e.Frame().Counts.Acknowledged
		e.do(action.Action{Verb: action.Heal})
		e.until("it goes on", func(f frame.Frame) bool { return !f.Load.Waits && f.Counts.Acknowledged > acked+200 })
		if len(e.record.exact.Marks(frame.LaneClock)) == 0 {
			t.Error("nothing was forgotten")
		}
	})
}

// TestLab_behind: a run goes on after a fault in which some lanes took far more messages
// than others, as nodes retain all that follows what was folded.
func TestLab_behind(t *testing.T) {
	long(t)
	synctest.Test(t, func(t *testing.T) {
		e := folding(t, 4000, 14_000, func(*Lab) {})
		e.do(action.Action{Verb: action.Start, Rate: 200})
		folded := func() uint64 {
			e.mu.Lock()
			defer e.mu.Unlock()
			marks := e.record.exact.Marks(frame.LaneClock)
			if len(marks) == 0 {
				return 0
			}
			return marks[len(marks)-1].Seq
		}
		e.until("much to retain", func(f frame.Frame) bool { return f.Counts.Acknowledged > 4000 })
		before := folded()
		e.until("the next fold", func(f frame.Frame) bool { return folded() > before && f.Load.On })
		before = folded()
		e.do(action.Action{Verb: action.SlowDisk})
		e.until("it waits", func(f frame.Frame) bool { return f.Load.Waits && !f.Load.On })
		e.do(action.Action{Verb: action.Heal})
		end := time.Now().Add(20 * time.Second)
		e.until("it goes on", func(f frame.Frame) bool { return folded() > before && f.Load.On || time.Now().After(end) })
		if folded() == before {
			t.Errorf("nothing was forgotten any more; to judge says: %v", e.Do(t.Context(), action.Action{Verb: action.Judge}))
		}
	})
}

// underRace is set by a build with the race detector.
var underRace bool

// long skips a test that takes a minute: it has a step of its own, without the race
// detector, with which it would take ten.
func long(t *testing.T) {
	if testing.Short() || underRace {
		t.Skip("takes a minute")
	}
}

var minutes = flag.Int("minutes", 20, "of a run's own time that TestLab_memory lasts, at least 20")

// TestLab_memory: a run with a fault now and then does not grow from its tenth minute to
// its last, and needs less than 32 MB.
func TestLab_memory(t *testing.T) {
	long(t)
	synctest.Test(t, func(t *testing.T) {
		e := folding(t, 4000, 14_000, func(*Lab) {})
		began := time.Now()
		go func() {
			verbs := []action.Verb{action.Kill, action.Pause, action.Cut, action.Mute, action.HangDisk, action.SlowDisk, action.Skew, action.Transfer, action.PowerOff}
			for i := 0; wait(t.Context(), 37*time.Second); i++ {
				_ = e.Do(t.Context(), action.Action{Verb: verbs[i%len(verbs)]})
				wait(t.Context(), 4*time.Second)
				_ = e.Do(t.Context(), action.Action{Verb: action.Heal})
			}
		}()
		// The most that lives during a minute.
		most := func(minute time.Duration) (bytes uint64) {
			for time.Since(began) < minute+time.Minute {
				end := time.Now().Add(10 * time.Second)
				e.until("a moment", func(frame.Frame) bool { return time.Now().After(end) })
				if time.Since(began) < minute {
					continue
				}
				runtime.GC()
				var s runtime.MemStats
				runtime.ReadMemStats(&s)
				bytes = max(bytes, s.HeapAlloc)
			}
			return bytes
		}
		early, late := most(9*time.Minute), most(time.Duration(*minutes-1)*time.Minute)
		f := e.Frame()
		t.Logf("%d acknowledged; %d kB live at most in the tenth minute, %d kB in the last", f.Counts.Acknowledged, early/1000, late/1000)
		if late > early+early/10 || late > 32<<20 {
			t.Errorf("%d bytes in the tenth minute, %d in the last", early, late)
		}
		if f.Counts.Acknowledged < uint64(*minutes)*60*18 {
			t.Errorf("only %d messages", f.Counts.Acknowledged)
		}
		if !f.Findings.Clean() {
			t.Errorf("%+v", f.Findings)
		}
	})
}

// TestLab_forget_at_limit: a judge that has reached its limit between a verdict and the
// folding after it has nothing left to forget.
func TestLab_forget_at_limit(t *testing.T) {
	l := &Lab{cfg: Config{Fold: 1, Conversation: "room"}, record: &record{exact: judging.NewExact("room", 1)}}
	l.record.exact.Judges = nil
	if err := l.forget(t.Context()); err != nil {
		t.Error(err)
	}
}
