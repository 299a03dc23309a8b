package workload

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"lockstep/prototype/check"
	"lockstep/prototype/cluster"
	"lockstep/prototype/fault"
	"lockstep/prototype/history"
	"lockstep/prototype/node"
)

// start runs three nodes and gives a load that knows them.
func start(t *testing.T, shards int) (*cluster.Memory, Config) {
	t.Helper()
	m, err := cluster.NewMemory(3, func(c *node.Config) { c.Shards = shards })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
	cfg := Config{
		Transport: m.Transport(), Conversations: []string{"hall", "kitchen", "stairs"}, Sessions: 12, Rate: 120, Reads: 0.3,
		Seed: 7, Recorder: history.NewRecorder(nil), AttemptTimeout: 400 * time.Millisecond,
	}
	for _, id := range m.IDs() {
		cfg.Nodes = append(cfg.Nodes, Node{Name: id, URL: "http://" + id})
	}
	return m, cfg
}

// judge reads back and checks.
func judge(t *testing.T, cfg Config) check.Report {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := ReadBack(ctx, cfg); err != nil {
		t.Fatal(err)
	}
	return check.Check(cfg.Recorder.Events())
}

// TestLoad_leader_isolations: a hundred times the leader of a shard is cut off
// under load, and the judge finds nothing.
func TestLoad_leader_isolations(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, cfg := start(t, 2)
		l, err := New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { l.Run(ctx) })
		random := rand.New(rand.NewPCG(1, 1))
		for range 100 {
			conversation := cfg.Conversations[random.IntN(len(cfg.Conversations))]
			old := awaitLeader(t, m, conversation, "")
			if _, err := m.Node(old).Fault(fault.Fault{Kind: fault.Isolate}); err != nil {
				t.Fatal(err)
			}
			awaitLeader(t, m, conversation, old)
			time.Sleep(rand.N(400 * time.Millisecond)) // virtual time
			m.Node(old).Heal()
			time.Sleep(300 * time.Millisecond)
		}
		stop()
		running.Wait()
		report := judge(t, cfg)
		counts := l.Counts()
		t.Logf("%s\n%+v; p50 %s, p99 %s, max %s", report, counts, l.Latency(0.5), l.Latency(0.99), l.MaxLatency())
		if report.Verdict != check.OK {
			t.Fatal(report)
		}
		if counts.Unknown == 0 || counts.Refused == 0 || l.MaxLatency() < 150*time.Millisecond {
			t.Error("the failures were not felt")
		}
		if report.Counts.Acknowledged != int(counts.Acknowledged) || report.Counts.Acknowledged < 4000 {
			t.Errorf("the load counted %d acknowledgements, the judge %d", counts.Acknowledged, report.Counts.Acknowledged)
		}
	})
}

// TestLoad_crashes: nodes crash and come back, two at a time as well.
func TestLoad_crashes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, cfg := start(t, 2)
		l, err := New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { l.Run(ctx) })
		random := rand.New(rand.NewPCG(1, 2))
		awaitLeader(t, m, "hall", "")
		for round := range 12 {
			down := random.Perm(3)[:1+round%2]
			for _, i := range down {
				if err := m.Crash(m.IDs()[i]); err != nil {
					t.Fatal(err)
				}
				time.Sleep(rand.N(300 * time.Millisecond)) // virtual time
			}
			time.Sleep(500 * time.Millisecond)
			for _, i := range down {
				if err := m.Restart(m.IDs()[i]); err != nil {
					t.Fatal(err)
				}
			}
			awaitLeader(t, m, "hall", "")
			time.Sleep(500 * time.Millisecond)
		}
		stop()
		running.Wait()
		if report := judge(t, cfg); report.Verdict != check.OK {
			t.Fatal(report)
		}
	})
}

func awaitLeader(t *testing.T, m *cluster.Memory, conversation, other string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	leader, err := m.AwaitLeader(ctx, conversation, other)
	if err != nil {
		t.Fatal(err)
	}
	return leader
}

// TestLoad_negative_control: the same load through a cluster that breaks one
// promise. If the judge accepts it, its verdicts on the others mean nothing.
func TestLoad_negative_control(t *testing.T) {
	for name, breakIt := range map[string]func(http.RoundTripper) http.RoundTripper{
		"acknowledges without ordering": func(next http.RoundTripper) http.RoundTripper { return &liar{next: next, forge: true} },
		"says that it failed when it did not": func(next http.RoundTripper) http.RoundTripper {
			return &liar{next: next, deny: true}
		},
		"orders retries twice":    func(next http.RoundTripper) http.RoundTripper { return &liar{next: next, rename: true} },
		"reads from a stale copy": func(next http.RoundTripper) http.RoundTripper { return &liar{next: next, stale: true} },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m, cfg := start(t, 1)
				awaitLeader(t, m, "hall", "")
				honest := cfg
				cfg.Transport = breakIt(cfg.Transport)
				l, err := New(cfg)
				if err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
				defer cancel()
				l.Run(ctx)
				if report := judge(t, honest); report.Verdict != check.Violated {
					t.Error(report)
				} else {
					t.Log(report)
				}
			})
		})
	}
}

// TestLoad_coordinated_omission: a cluster that stands still for a second is
// felt by every message that was due in it, not by the few that were under way.
func TestLoad_coordinated_omission(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, cfg := start(t, 1)
		awaitLeader(t, m, "hall", "")
		cfg.Transport = &standstill{next: cfg.Transport, from: time.Now().Add(4 * time.Second), to: time.Now().Add(5 * time.Second)}
		cfg.Sessions, cfg.Rate, cfg.Reads, cfg.AttemptTimeout = 4, 100, 0, 5*time.Second
		l, err := New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		l.Run(ctx)
		if n := l.Counts().Acknowledged; n < 950 || n > 1010 {
			t.Errorf("%d messages in 10 s at 100 a second", n)
		}
		// A tenth of the messages was due in the stall and waited half of it on
		// average. Clients that wait, measured from the sending, would hide it.
		if p95 := l.Latency(0.95); p95 < 300*time.Millisecond {
			t.Errorf("p95 is %s: the stall is hidden", p95)
		}
		if p50 := l.Latency(0.5); p50 > 100*time.Millisecond {
			t.Errorf("p50 is %s: half the messages met no stall", p50)
		}
	})
}

// TestLoad_same_seed: what sessions choose follows from the seed.
func TestLoad_same_seed(t *testing.T) {
	choices := func(seed uint64) (list []string) {
		synctest.Test(t, func(t *testing.T) {
			m, cfg := start(t, 1)
			awaitLeader(t, m, "hall", "")
			cfg.Seed, cfg.Sessions, cfg.Recorder = seed, 1, history.NewRecorder(nil)
			l, err := New(cfg)
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			l.Run(ctx)
			for _, e := range cfg.Recorder.Events() {
				if e.Type == history.Invoke {
					list = append(list, fmt.Sprint(e.Kind, e.Conversation, e.ID, e.Level))
				}
			}
		})
		return list[:min(50, len(list))]
	}
	one, two, other := fmt.Sprint(choices(1)), fmt.Sprint(choices(1)), fmt.Sprint(choices(2))
	if one != two {
		t.Errorf("one seed, two runs:\n%s\n%s", one, two)
	}
	if one == other {
		t.Error("two seeds, one run")
	}
}
