package probe_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	dto "github.com/prometheus/client_model/go"

	"lockstep/prototype/cluster"
	"lockstep/prototype/node"
	"lockstep/prototype/probe"
)

// liar changes what one node answers.
type liar struct {
	http.RoundTripper
	host string
	lie  func(path string, body []byte) []byte
}

func (l liar) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := l.RoundTripper.RoundTrip(r)
	if err != nil || r.URL.Host != l.host || l.lie == nil || resp.StatusCode != http.StatusOK {
		return resp, err
	}
	body, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	body = l.lie(r.URL.Path, body)
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return resp, err
}

// watch runs a probe over a cluster for twenty seconds of virtual time, and gives what
// it has counted and said.
func watch(t *testing.T, lie func(path string, body []byte) []byte, during func(m *cluster.Memory, via http.RoundTripper)) (count func(name, label string) float64, counts probe.Counts, said, notes []string) {
	t.Helper()
	m, err := cluster.NewMemory(3, func(c *node.Config) { c.Shards = 1 })
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if _, err := m.AwaitLeader(ctx, "p", ""); err != nil {
		t.Fatal(err)
	}
	via := m.Transport()
	p := probe.New(probe.Config{Targets: []string{"http://n1", "http://n2", "http://n3"}, Conversation: "p", Every: 100 * time.Millisecond, Deadline: 2 * time.Second,
		Transport: liar{via, "n3", lie}, Breach: func(s string) { said = append(said, s) }, Note: func(s string) { notes = append(notes, s) }})
	ctx, cancel = context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if during != nil {
		time.AfterFunc(5*time.Second, func() { during(m, via) }) // virtual time
	}
	p.Run(ctx)
	if err := m.Close(); err != nil {
		t.Error(err)
	}
	families, err := p.Metrics().Gather()
	if err != nil {
		t.Fatal(err)
	}
	return func(name, label string) float64 {
		for _, f := range families {
			for _, x := range f.GetMetric() {
				if f.GetName() == name && (len(x.GetLabel()) == 0 || x.GetLabel()[0].GetValue() == label) {
					if f.GetType() == dto.MetricType_GAUGE {
						return x.GetGauge().GetValue()
					}
					return x.GetCounter().GetValue()
				}
			}
		}
		t.Errorf("no metric %s with %s", name, label)
		return 0
	}, p.Counts(), said, notes
}

// TestProbe_failures: what happens to a cluster is no breach, and shows in the sends.
func TestProbe_failures(t *testing.T) {
	for name, tt := range map[string]struct {
		during func(t *testing.T, m *cluster.Memory)
		failed bool // some sends are
		silent bool // n3 is
	}{
		"nothing": {},
		"the leader is paused and resumed": {during: func(t *testing.T, m *cluster.Memory) {
			leader, err := m.AwaitLeader(t.Context(), "p", "")
			if err != nil {
				t.Error(err)
			}
			m.Pause(leader)
			time.AfterFunc(5*time.Second, func() { m.Resume(leader) })
		}},
		"a node is paused":       {during: func(t *testing.T, m *cluster.Memory) { m.Pause("n3") }, silent: true},
		"the majority is paused": {during: func(t *testing.T, m *cluster.Memory) { m.Pause("n2"); m.Pause("n3") }, failed: true, silent: true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var during func(*cluster.Memory, http.RoundTripper)
				if tt.during != nil {
					during = func(m *cluster.Memory, _ http.RoundTripper) { tt.during(t, m) }
				}
				count, c, said, notes := watch(t, nil, during)
				if c.Breaches != 0 || count("lockstep_probe_digests_total", "different") != 0 {
					t.Errorf("%d breaches: %q", c.Breaches, said)
				}
				if c.Sent < 30 || float64(c.Sent) != count("lockstep_probe_sends_total", "ok") || c.Compared == 0 {
					t.Errorf("it saw %+v", c)
				}
				if failed := count("lockstep_probe_sends_total", "fail") + count("lockstep_probe_sends_total", "unknown"); failed > 0 != tt.failed {
					t.Errorf("%v sends failed", failed)
				}
				text := strings.Join(notes, "\n")
				if strings.Contains(text, "http://n3 does not answer: ") != tt.silent || strings.Contains(text, "the service does not answer: ") != tt.failed || !tt.silent && !tt.failed && len(notes)%2 != 0 {
					t.Errorf("it notes %q", notes)
				}
				if answers := count("lockstep_probe_node_answers", "http://n3") == 1; answers == tt.silent {
					t.Errorf("n3 answers: %t", answers)
				}
			})
		})
	}
}

// TestProbe_breaches: a node that shows something else is found, and named.
func TestProbe_breaches(t *testing.T) {
	messages := func(path string) bool { return strings.HasSuffix(path, "/messages") }
	for name, tt := range map[string]struct {
		lie          func(path string, body []byte) []byte
		metric, kind string
	}{
		"other digest": {func(path string, body []byte) []byte {
			if strings.HasSuffix(path, "/digest") {
				return bytes.Replace(body, []byte(`"digest":"`), []byte(`"digest":"0`), 1)
			}
			return body
		}, "lockstep_probe_digests_total", "different"},
		"other message": {func(path string, body []byte) []byte {
			if messages(path) {
				return bytes.ReplaceAll(body, []byte(`-7"`), []byte(`-seven"`))
			}
			return body
		}, "lockstep_probe_breaches_total", "missing"},
		"other text": {func(path string, body []byte) []byte {
			if messages(path) {
				return bytes.ReplaceAll(body, []byte(`"probe 7"`), []byte(`"probe 8"`))
			}
			return body
		}, "lockstep_probe_breaches_total", "changed"},
		"one id at two places": {func(path string, body []byte) []byte {
			if messages(path) {
				return bytes.ReplaceAll(body, []byte(`-9"`), []byte(`-7"`))
			}
			return body
		}, "lockstep_probe_breaches_total", "twice"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				count, c, said, _ := watch(t, tt.lie, nil)
				if count(tt.metric, tt.kind) == 0 || c.Breaches == 0 {
					t.Errorf("nothing was found: %+v", c)
				}
				if len(said) == 0 || !strings.Contains(said[0], "n3") {
					t.Errorf("it said %q", said)
				}
			})
		})
	}
}

// TestProbe_two: two probes in one conversation take each other's messages for no breach.
func TestProbe_two(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var other *probe.Probe
		ended := make(chan struct{})
		_, c, said, _ := watch(t, nil, func(_ *cluster.Memory, via http.RoundTripper) {
			other = probe.New(probe.Config{Targets: []string{"http://n1", "http://n2", "http://n3"}, Conversation: "p", Every: 100 * time.Millisecond, Deadline: 2 * time.Second, Transport: via})
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			other.Run(ctx)
			close(ended)
		})
		<-ended
		if o := other.Counts(); c.Breaches+o.Breaches != 0 || o.Sent < 30 || o.Compared == 0 || c.Sent < 100 {
			t.Errorf("they saw %+v and %+v: %q", c, o, said)
		}
	})
}
