package lab

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/prototype/cluster"
	"lockstep/prototype/lab/action"
	"lockstep/prototype/lab/frame"
	"lockstep/prototype/node"
)

// experiment is a lab over real nodes in virtual time, and somebody who looks.
type experiment struct {
	*Lab
	t     *testing.T
	watch *Watch
}

// begin starts three nodes and a lab, and waits until messages are acknowledged.
func begin(t *testing.T) *experiment {
	t.Helper()
	return beginOn(t, 0)
}

// beginOn is begin with disks whose flushes take a while.
func beginOn(t *testing.T, flush time.Duration) *experiment {
	t.Helper()
	return beginBehind(t, flush, func(c Cluster) Cluster { return c })
}

// beginBehind is beginOn with something between the lab and its cluster.
func beginBehind(t *testing.T, flush time.Duration, between func(Cluster) Cluster) *experiment {
	t.Helper()
	m, err := cluster.NewMemoryOn(3, flush, func(c *node.Config) { c.Shards, c.Lazy = 2, node.LazyEvery })
	if err != nil {
		t.Fatal(err)
	}
	l := New(Config{})
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
		if p := l.Frame().Phase; p != frame.PhaseEnded {
			t.Errorf("the last frame says %s", p)
		}
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
	e.until("load", func(f frame.Frame) bool { return f.Leader != "" && f.Counts.Acknowledged > 50 })
	return e
}

// until takes frames until one is as wanted.
func (e *experiment) until(what string, is func(frame.Frame) bool) frame.Frame {
	e.t.Helper()
	deadline := time.After(time.Minute)
	for {
		select {
		case f := <-e.watch.Frames():
			if is(f) {
				return f
			}
		case <-deadline:
			f := e.Frame()
			var events []string
			for _, event := range f.Events {
				events = append(events, event.Text)
			}
			e.t.Fatalf("%s: not within a minute; leader %q, counts %+v, findings %+v, failovers %+v, events:\n%s", what, f.Leader, f.Counts, f.Findings, f.Failovers, strings.Join(events, "\n"))
		}
	}
}

func (e *experiment) do(a action.Action) {
	e.t.Helper()
	if err := e.Do(e.t.Context(), a); err != nil {
		e.t.Fatalf("%+v: %v", a, err)
	}
}

// refused carries out an action that must be refused, and gives the reason.
func (e *experiment) refused(a action.Action) string {
	e.t.Helper()
	err := e.Do(e.t.Context(), a)
	refusal, ok := err.(action.Refusal)
	if !ok {
		e.t.Fatalf("%+v: %v, want a refusal", a, err)
	}
	return refusal.Reason
}

// clean checks that everything acknowledged was read back, in its place.
func (e *experiment) clean() {
	e.t.Helper()
	acked := e.Frame().Counts.Acknowledged
	f := e.until("read back", func(f frame.Frame) bool { return f.Findings.Verified >= acked })
	if !f.Findings.Clean() {
		e.t.Errorf("findings %+v", f.Findings)
	}
}

// TestLab_kill_leader: the whole promise, on real nodes.
func TestLab_kill_leader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := begin(t)
		for range 5 {
			before := e.Frame()
			e.do(action.Action{Verb: action.Kill})
			if reason := e.refused(action.Action{Verb: action.Kill}); !strings.Contains(reason, "an election is running") {
				t.Errorf("a second click at once: %q", reason)
			}
			f := e.until("window", func(f frame.Frame) bool {
				return f.Leader != "" && f.Leader != before.Leader && len(f.Failovers) > 0 && !f.Failovers[0].Began.Before(before.Time) && f.Failovers[0].Measured && !f.Failovers[0].Open
			})
			h := f.Failovers[0]
			if h.Window < 50*time.Millisecond || h.Window > 2*time.Second {
				t.Errorf("window %s", h.Window)
			}
			if !h.Split || h.Notice+h.Elect+h.Barrier+h.FirstAck != h.Window {
				t.Errorf("parts %s + %s + %s + %s of %s (split %v)", h.Notice, h.Elect, h.Barrier, h.FirstAck, h.Window, h.Split)
			}
			if h.From != before.Leader || h.To != f.Leader || h.Term <= before.Term {
				t.Errorf("from %s to %s in term %d; was %s in %d", h.From, h.To, h.Term, before.Leader, before.Term)
			}
			e.until("read back", func(f frame.Frame) bool {
				return slices.ContainsFunc(f.Events, func(event frame.Event) bool {
					return event.Time.After(h.Began) && strings.HasSuffix(event.Text, ": 0 acknowledged messages lost")
				})
			})
			e.do(action.Action{Verb: action.Heal})
			e.until("rejoin", func(f frame.Frame) bool {
				return f.Voters == 3 && strings.Contains(f.Events[0].Text, "has caught up")
			})
		}
		e.clean()
		if f := e.Frame(); f.Counts.Refused+f.Counts.Unknown == 0 {
			t.Error("five leaders were killed and no send felt it")
		}
	})
}

// TestLab_power_off: leaders lose their power in the middle of a flush, and nothing
// that was acknowledged is lost.
func TestLab_power_off(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := beginOn(t, time.Millisecond)
		for range 5 {
			before := e.Frame()
			e.do(action.Action{Verb: action.PowerOff})
			e.until("another leader", func(f frame.Frame) bool { return f.Leader != "" && f.Leader != before.Leader })
			if !slices.ContainsFunc(e.Frame().Events, func(event frame.Event) bool { return strings.Contains(event.Text, "in the middle of a flush") }) {
				t.Error("the journal does not say what happened")
			}
			e.do(action.Action{Verb: action.Heal})
			e.until("rejoin", func(f frame.Frame) bool { return f.Voters == 3 })
		}
		e.clean()
	})
}

// TestLab_cut_leader: an isolated leader shows as cut off, another is elected,
// and the strip shows the stall.
func TestLab_cut_leader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := begin(t)
		old := e.Frame().Leader
		e.do(action.Action{Verb: action.Cut})
		f := e.until("successor", func(f frame.Frame) bool { return f.Leader != old && f.Leader != "" && !f.Failovers[0].Open })
		down := 0
		for _, s := range f.Strip {
			if s.State == frame.SpanDown {
				down += s.Tenths
			}
		}
		if tenths := int(f.Failovers[0].Window / (100 * time.Millisecond)); down < tenths-1 {
			t.Errorf("the strip shows %d tenths without an acknowledgement, the window is %s", down, f.Failovers[0].Window)
		}
		for _, n := range f.Nodes {
			if want := n.ID == old; want != (n.Condition == frame.ConditionCut) {
				t.Errorf("%s is %s", n.ID, n.Condition)
			}
		}
		if reason := e.refused(action.Action{Verb: action.Cut, Node: old}); !strings.Contains(reason, "already") {
			t.Errorf("cut again: %q", reason)
		}
		e.do(action.Action{Verb: action.Heal})
		e.until("rejoin", func(f frame.Frame) bool { return f.Voters == 3 && f.Leader != "" })
		if reason := e.refused(action.Action{Verb: action.Heal}); reason != "nothing is broken" {
			t.Errorf("heal again: %q", reason)
		}
		e.clean()
	})
}

// TestLab_no_majority: two nodes are down, nothing is acknowledged, and the lab
// says why; then all is back and nothing is lost.
func TestLab_no_majority(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := begin(t)
		e.do(action.Action{Verb: action.Kill})
		e.until("successor", func(f frame.Frame) bool { return f.Leader != "" && f.Voters == 2 })
		e.do(action.Action{Verb: action.Kill})
		e.until("notice", func(f frame.Frame) bool { return strings.HasPrefix(f.Events[0].Text, "no majority") })
		if reason := e.refused(action.Action{Verb: action.Kill}); !strings.Contains(reason, "no majority") {
			t.Errorf("kill without a majority: %q", reason)
		}
		time.Sleep(time.Second) // virtual time, for what was under way
		before := e.Frame().Counts
		acked := before.Acknowledged
		if f := e.until("refused sends", func(f frame.Frame) bool { return f.Counts.Refused > before.Refused+50 }); f.Counts.Acknowledged != acked {
			t.Errorf("acknowledged without a majority: %d, then %d", acked, f.Counts.Acknowledged)
		}
		for _, n := range e.Frame().Nodes {
			if n.Condition == frame.ConditionUp {
				e.do(action.Action{Verb: action.Kill, Node: n.ID})
			}
		}
		if f := e.Frame(); f.Leader != "" {
			t.Errorf("all nodes are down and %s leads", f.Leader)
		}
		e.do(action.Action{Verb: action.Heal})
		e.until("writes", func(f frame.Frame) bool { return f.Counts.Acknowledged > acked+50 && f.Voters == 3 })
		e.clean()
	})
}

// TestLab_follower: losing a follower costs nothing and is no failover.
func TestLab_follower(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := begin(t)
		f := e.Frame()
		follower := f.Nodes[0].ID
		if follower == f.Leader {
			follower = f.Nodes[1].ID
		}
		e.do(action.Action{Verb: action.Restart, Node: follower})
		e.until("rejoin", func(f frame.Frame) bool { return strings.Contains(f.Events[0].Text, follower+" is back as follower") })
		if f := e.Frame(); len(f.Failovers) > 0 || f.Leader == "" {
			t.Errorf("leader %q, failovers %+v", f.Leader, f.Failovers)
		}
		e.do(action.Action{Verb: action.Restart, Node: e.Frame().Leader})
		e.until("window", func(f frame.Frame) bool {
			return len(f.Failovers) > 0 && f.Failovers[0].Measured && !f.Failovers[0].Open
		})
		e.clean()
	})
}

// TestLab_load: the load runs while somebody looks, follows the buttons, and
// what was under way when it stopped is not forgotten.
func TestLab_load(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := begin(t)
		f := e.until("rate", func(f frame.Frame) bool { return f.Load.Acked > 45 && f.Load.Acked < 55 })
		if !f.Load.On || f.Load.Rate != 50 {
			t.Errorf("load %+v", f.Load)
		}
		e.do(action.Action{Verb: action.Start, Rate: 200})
		e.until("higher rate", func(f frame.Frame) bool { return f.Load.Acked > 190 && f.Load.Acked < 210 })
		if reason := e.refused(action.Action{Verb: action.Start, Rate: 7}); !strings.Contains(reason, "not on offer") {
			t.Errorf("an odd rate: %q", reason)
		}
		e.do(action.Action{Verb: action.Stop})
		e.until("stop", func(f frame.Frame) bool { return !f.Load.On && f.Load.Stopped })
		e.do(action.Action{Verb: action.Start})
		e.until("start", func(f frame.Frame) bool { return f.Load.On && f.Load.Rate == 200 })
		e.clean()
	})
}

// TestLab_nobody_looks: the load stops when the last watcher has gone, not at
// once, and comes back with the next.
func TestLab_nobody_looks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := begin(t)
		e.watch.Close()
		e.watch.Close()
		time.Sleep(Linger / 2) // virtual time
		if !e.Frame().Load.On {
			t.Error("a reload of the page interrupts the load")
		}
		time.Sleep(Linger/2 + 2*time.Second) // virtual time
		if e.Frame().Load.On {
			t.Error("the load runs though nobody looks")
		}
		e.watch = e.Watch()
		e.until("load again", func(f frame.Frame) bool { return f.Load.On })
		e.clean()
	})
}

// TestLab_no_load: without load there is an election and no window.
func TestLab_no_load(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := begin(t)
		e.do(action.Action{Verb: action.Stop})
		e.until("stop", func(f frame.Frame) bool { return !f.Load.On })
		time.Sleep(3 * time.Second) // virtual time
		e.do(action.Action{Verb: action.Kill})
		f := e.until("election", func(f frame.Frame) bool { return len(f.Failovers) > 0 && !f.Failovers[0].Open })
		if h := f.Failovers[0]; h.Measured || h.Elected == 0 || h.To == "" {
			t.Errorf("failover %+v", h)
		}
	})
}

// TestLab_slow_watcher: who does not take frames delays nobody and then gets
// the newest.
func TestLab_slow_watcher(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := begin(t)
		slow := e.Watch()
		defer slow.Close()
		for range 100 {
			<-e.watch.Frames()
		}
		synctest.Wait()
		if got, want := (<-slow.Frames()).Number, e.Frame().Number; got != want {
			t.Errorf("the slow watcher got frame %d, the newest is %d", got, want)
		}
	})
}

// TestLab_no_cluster: the reason stays readable, and actions say so.
func TestLab_no_cluster(t *testing.T) {
	l := New(Config{})
	if p := l.Frame().Phase; p != frame.PhaseStarting {
		t.Errorf("phase %s before the start", p)
	}
	err := l.Run(t.Context(), func(context.Context) (Cluster, error) { return nil, errDown })
	if err == nil {
		t.Error("Run hides the error")
	}
	if f := l.Frame(); f.Phase != frame.PhaseFailed || f.Reason != errDown.Error() {
		t.Errorf("phase %s, reason %q", f.Phase, f.Reason)
	}
	if err := l.Do(t.Context(), action.Action{Verb: action.Kill}); err == nil {
		t.Error("an action without a cluster succeeds")
	}
}
