package lab

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/prototype/fault"
	"lockstep/prototype/lab/action"
	"lockstep/prototype/lab/frame"
)

// TestSetting: far apart, a lane costs the round trips that its acknowledgement waits for,
// and no setting is a fault. It outlives everything that is done to a node, and goes when
// it is taken back.
func TestSetting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := begin(t)
		inForce := func(id string) (time.Duration, time.Duration, int) { return inForce(e.cluster.(inMemory), id) }
		everywhere := func(after string, want frame.Setting) {
			t.Helper()
			e.until(after, func(f frame.Frame) bool {
				return f.Setting == want && f.Voters == 3 && f.Leader != "" && !slices.ContainsFunc(f.Nodes, func(n frame.Node) bool {
					rt, flush, others := inForce(n.ID)
					return rt != want.RoundTrip || flush != want.Flush || others > 0
				})
			})
		}
		price := func(lane int, least, most time.Duration) {
			t.Helper()
			e.until("this price", func(f frame.Frame) bool {
				return f.Lanes[lane].P50 >= least && f.Lanes[lane].P50 <= most
			})
		}
		far := frame.Setting{RoundTrip: 60 * time.Millisecond}
		e.do(action.Action{Verb: action.RoundTrip, Millis: 60})
		everywhere("far apart", far)
		if reason := e.refused(action.Action{Verb: action.Heal}); !strings.Contains(reason, "nothing is broken") {
			t.Errorf("a setting is healed: %q", reason)
		}
		price(0, 60*time.Millisecond, 150*time.Millisecond) // to the leader, and from it to a majority
		price(2, 20*time.Millisecond, 60*time.Millisecond)  // to the leader alone
		price(3, 0, time.Millisecond)                       // to nobody
		for _, broken := range []action.Action{{Verb: action.Kill}, {Verb: action.Cut}, {Verb: action.Mute, Node: "n1"}, {Verb: action.Pause}, {Verb: action.Blackout}} {
			e.do(broken)
			if broken.Verb == action.Cut || broken.Verb == action.Mute {
				if reason := e.refused(action.Action{Verb: action.RoundTrip, Millis: 2}); !strings.Contains(reason, "heal it first") {
					t.Errorf("after %s: %q", broken.Verb, reason)
				}
			}
			e.until("another leader", func(f frame.Frame) bool { return broken.Verb == action.Blackout || f.Leader != "" })
			e.do(action.Action{Verb: action.Heal})
			everywhere("as before "+string(broken.Verb), far)
		}
		e.do(action.Action{Verb: action.Restart, Node: "n2"})
		everywhere("as before the restart", far)

		e.do(action.Action{Verb: action.Kill, Node: "n3"})
		e.do(action.Action{Verb: action.Flush, Millis: 10})
		e.do(action.Action{Verb: action.Heal})
		everywhere("slower disks", frame.Setting{RoundTrip: 60 * time.Millisecond, Flush: 10 * time.Millisecond})
		e.do(action.Action{Verb: action.RoundTrip, Millis: 0})
		e.do(action.Action{Verb: action.Flush, Millis: 0})
		everywhere("close again", frame.Setting{})

		// A story may change it; afterwards it is as it was.
		e.do(action.Action{Verb: action.Flush, Millis: 2})
		e.do(action.Action{Verb: action.Play, Scenario: "far-apart"})
		told := e.until("the end", func(f frame.Frame) bool { return f.Playing.Over })
		if told.Setting.RoundTrip != far.RoundTrip || !strings.Contains(told.Playing.Says, "at the median an ok took ") {
			t.Errorf("with %s: %s", told.Setting, told.Playing.Says)
		}
		everywhere("after the story", frame.Setting{Flush: 2 * time.Millisecond})

		for _, odd := range []action.Action{{Verb: action.RoundTrip, Millis: 1000}, {Verb: action.Flush, Millis: -2}} {
			if reason := e.refused(odd); !strings.Contains(reason, "on offer") {
				t.Errorf("%+v: %q", odd, reason)
			}
		}
		if f := e.Frame().Findings; f.Lost+f.Duplicated+f.Reordered+f.Diverged > 0 {
			t.Errorf("%+v", f)
		}
	})
}

// inForce is what a node really lives with, and how many other faults it has.
func inForce(m inMemory, id string) (roundTrip, flush time.Duration, others int) {
	n := m.cluster.Node(id)
	if n == nil {
		return 0, 0, 0
	}
	for _, f := range n.Faults() {
		switch f.Kind {
		case fault.Latency:
			roundTrip += 2 * f.Delay.D()
		case fault.SlowDisk:
			flush += f.Delay.D()
		default:
			others++
		}
	}
	return roundTrip, flush, others
}

// failing is a cluster whose disks cannot be slowed down for a while.
type failing struct {
	inMemory
	left *atomic.Int32
}

func (f failing) Break(ctx context.Context, id string, what fault.Fault) error {
	if what.Kind == fault.SlowDisk && f.left.Add(-1) >= 0 {
		return errors.New("the disk cannot be slowed down")
	}
	return f.inMemory.Break(ctx, id, what)
}

// TestSetting_halfway: a node that came into a half of its setting gets it whole when it
// can, and no part of it twice.
func TestSetting_halfway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var left atomic.Int32
		var nodes inMemory
		e := beginBehind(t, 0, func(c Cluster) Cluster {
			nodes = c.(inMemory)
			return failing{nodes, &left}
		})
		e.do(action.Action{Verb: action.RoundTrip, Millis: 20})
		e.do(action.Action{Verb: action.Flush, Millis: 2})
		e.do(action.Action{Verb: action.Kill, Node: "n3"})
		left.Store(1)
		e.do(action.Action{Verb: action.Heal})
		e.until("the whole setting", func(f frame.Frame) bool {
			roundTrip, flush, _ := inForce(nodes, "n3")
			return f.Voters == 3 && roundTrip > 0 && flush > 0
		})
		if roundTrip, flush, others := inForce(nodes, "n3"); left.Load() >= 0 || roundTrip != 20*time.Millisecond || flush != 2*time.Millisecond || others > 0 {
			t.Errorf("%d failures are left; a round trip takes %s and a flush %s, beside %d faults", left.Load(), roundTrip, flush, others)
		}
	})
}
