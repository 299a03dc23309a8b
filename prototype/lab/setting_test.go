package lab

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/prototype/fault"
)

// TestSetting: far apart, a lane costs the round trips that its acknowledgement waits for,
// and no setting is a fault. It outlives everything that is done to a node, and goes when
// it is taken back.
func TestSetting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := begin(t)
		inForce := func(id string) (rt, flush time.Duration, others int) {
			n := e.cluster.(inMemory).cluster.Node(id)
			if n == nil {
				return 0, 0, 0
			}
			for _, f := range n.Faults() {
				switch f.Kind {
				case fault.Latency:
					rt += 2 * f.Delay.D()
				case fault.SlowDisk:
					flush += f.Delay.D()
				default:
					others++
				}
			}
			return rt, flush, others
		}
		everywhere := func(after string, want Setting) {
			t.Helper()
			e.until(after, func(f Frame) bool {
				return f.Setting == want && f.Voters == 3 && f.Leader != "" && !slices.ContainsFunc(f.Nodes, func(n Node) bool {
					rt, flush, others := inForce(n.ID)
					return rt != want.RoundTrip || flush != want.Flush || others > 0
				})
			})
		}
		price := func(lane int, least, most time.Duration) {
			t.Helper()
			e.until("this price", func(f Frame) bool {
				return f.Lanes[lane].P50 >= least && f.Lanes[lane].P50 <= most
			})
		}
		far := Setting{RoundTrip: 60 * time.Millisecond}
		e.do(Action{Verb: RoundTrip, Millis: 60})
		everywhere("far apart", far)
		if reason := e.refused(Action{Verb: Heal}); !strings.Contains(reason, "nothing is broken") {
			t.Errorf("a setting is healed: %q", reason)
		}
		price(0, 60*time.Millisecond, 150*time.Millisecond) // to the leader, and from it to a majority
		price(2, 20*time.Millisecond, 60*time.Millisecond)  // to the leader alone
		price(3, 0, time.Millisecond)                       // to nobody
		for _, broken := range []Action{{Verb: Kill}, {Verb: Cut}, {Verb: Mute, Node: "n1"}, {Verb: Pause}, {Verb: Blackout}} {
			e.do(broken)
			if broken.Verb == Cut || broken.Verb == Mute {
				if reason := e.refused(Action{Verb: RoundTrip, Millis: 2}); !strings.Contains(reason, "heal it first") {
					t.Errorf("after %s: %q", broken.Verb, reason)
				}
			}
			e.until("another leader", func(f Frame) bool { return broken.Verb == Blackout || f.Leader != "" })
			e.do(Action{Verb: Heal})
			everywhere("as before "+string(broken.Verb), far)
		}
		e.do(Action{Verb: Restart, Node: "n2"})
		everywhere("as before the restart", far)

		e.do(Action{Verb: Kill, Node: "n3"})
		e.do(Action{Verb: Flush, Millis: 10})
		e.do(Action{Verb: Heal})
		everywhere("slower disks", Setting{RoundTrip: 60 * time.Millisecond, Flush: 10 * time.Millisecond})
		e.do(Action{Verb: RoundTrip, Millis: 0})
		e.do(Action{Verb: Flush, Millis: 0})
		everywhere("close again", Setting{})

		// A story may change it; afterwards it is as it was.
		e.do(Action{Verb: Flush, Millis: 2})
		e.do(Action{Verb: Play, Scenario: "far-apart"})
		told := e.until("the end", func(f Frame) bool { return f.Playing.Over })
		if told.Setting.RoundTrip != far.RoundTrip || !strings.Contains(told.Playing.Says, "at the median an ok took ") {
			t.Errorf("with %s: %s", told.Setting, told.Playing.Says)
		}
		everywhere("after the story", Setting{Flush: 2 * time.Millisecond})

		for _, odd := range []Action{{Verb: RoundTrip, Millis: 1000}, {Verb: Flush, Millis: -2}} {
			if reason := e.refused(odd); !strings.Contains(reason, "on offer") {
				t.Errorf("%+v: %q", odd, reason)
			}
		}
		if f := e.Frame().Findings; f.Lost+f.Duplicated+f.Reordered+f.Diverged > 0 {
			t.Errorf("%+v", f)
		}
	})
}
