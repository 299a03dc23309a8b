package cluster

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"lockstep/prototype/fault"
	"lockstep/prototype/node"
	"lockstep/prototype/node/replica"
	"lockstep/prototype/tracing"
)

// outline is the spans of a trace, the parts of each behind it in brackets, in the order in
// which they began.
func outline(spans tracetest.SpanStubs) string {
	slices.SortStableFunc(spans, func(a, b tracetest.SpanStub) int { return a.StartTime.Compare(b.StartTime) })
	parts := map[string][]tracetest.SpanStub{}
	known := map[string]bool{}
	for _, s := range spans {
		known[s.SpanContext.SpanID().String()] = true
	}
	for _, s := range spans {
		parent := s.Parent.SpanID().String()
		if !known[parent] {
			parent = ""
		}
		parts[parent] = append(parts[parent], s)
	}
	var write func(of string) string
	write = func(of string) string {
		var names []string
		for _, s := range parts[of] {
			name := s.Name
			if inner := write(s.SpanContext.SpanID().String()); inner != "" {
				name += "(" + inner + ")"
			}
			names = append(names, name)
		}
		return strings.Join(names, " ")
	}
	return write("")
}

// followed starts a cluster whose nodes tell the same exporter, and gives a tracer beside.
func followed(t *testing.T, tune func(*node.Config)) (*Memory, *tracing.Tracer, *tracetest.InMemoryExporter) {
	told := tracetest.NewInMemoryExporter()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSyncer(told), sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.NeverSample())))
	m := start(t, func(c *node.Config) {
		oneShard(c)
		c.Tracer = tracing.New(provider)
		if tune != nil {
			tune(c)
		}
	})
	return m, tracing.New(sdktrace.NewTracerProvider(sdktrace.WithSyncer(told))), told
}

// TestTraces: a send is followed over another node to the leader, and there through its
// stages, which are one after the other; the stage that a fault makes slow is the long one.
func TestTraces(t *testing.T) {
	for _, tt := range []struct {
		name   string
		follow bool // the send is given to a follower
		fault  func(leader string, others []string) (at string, f fault.Fault)
		long   string // the stage that takes as long as the fault
	}{
		{name: "at the leader"},
		{name: "at a follower", follow: true},
		{name: "slow disk of the leader", long: "flush", fault: func(leader string, _ []string) (string, fault.Fault) {
			return leader, fault.Fault{Kind: fault.SlowDisk, Delay: fault.Duration(100 * time.Millisecond)}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m, tracer, told := followed(t, nil)
				leader := awaitLeader(t, m, "")
				send(t, m, "before")
				if n := len(told.GetSpans()); n > 0 {
					t.Errorf("%d spans of a send that nobody follows", n)
				}
				at, want := leader, "send(order(batch flush quorum apply))"
				others := slices.DeleteFunc(slices.Clone(m.IDs()), func(id string) bool { return id == leader })
				if tt.follow {
					at, want = others[0], "send(forward(order(batch flush quorum apply)))"
				}
				if tt.fault != nil {
					where, f := tt.fault(leader, others)
					if _, err := m.Node(where).Fault(f); err != nil {
						t.Fatal(err)
					}
				}
				span := tracer.Begin(t.Context(), "send")
				if _, err := m.Node(at).Submit(span.In(t.Context()), room, message("followed")); err != nil {
					t.Fatal(err)
				}
				span.End()
				synctest.Wait()
				spans := told.GetSpans()
				if got := outline(spans); got != want {
					t.Fatalf("the trace is %s, want %s", got, want)
				}
				stages := map[string]tracetest.SpanStub{}
				for _, s := range spans {
					stages[s.Name] = s
					if s.SpanContext.TraceID().String() != span.TraceID() {
						t.Errorf("%s is of another trace", s.Name)
					}
					if took := s.EndTime.Sub(s.StartTime); took < 0 || (took >= 100*time.Millisecond) != (s.Name == tt.long || tt.long != "" && (s.Name == "send" || s.Name == "order")) {
						t.Errorf("%s took %s", s.Name, took)
					}
				}
				if stages["batch"].EndTime.After(stages["flush"].StartTime) || stages["quorum"].EndTime.After(stages["apply"].StartTime) || stages["flush"].EndTime.After(stages["apply"].StartTime) {
					t.Errorf("the stages overlap: %v", stages)
				}
			})
		})
	}
}

// TestTraces_versionBefore: a leader that does not understand spans gets the send without,
// and orders it.
func TestTraces_versionBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, tracer, told := followed(t, func(c *node.Config) {
			c.Features = func(string) (uint64, bool) { return replica.OncePerSender, true }
		})
		leader := awaitLeader(t, m, "")
		other := m.IDs()[(slices.Index(m.IDs(), leader)+1)%3]
		span := tracer.Begin(t.Context(), "send")
		if _, err := m.Node(other).Submit(span.In(t.Context()), room, message("1")); err != nil {
			t.Fatal(err)
		}
		span.End()
		synctest.Wait()
		if got, want := outline(told.GetSpans()), "send(forward)"; got != want {
			t.Errorf("the trace is %s, want %s", got, want)
		}
	})
}

// TestTraces_failed: what is refused, and what nobody answers, says so in its trace, and
// each attempt is a part of it.
func TestTraces_failed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, tracer, told := followed(t, nil)
		leader := awaitLeader(t, m, "")
		if _, err := m.Node(leader).Fault(isolate); err != nil {
			t.Fatal(err)
		}
		span := tracer.Begin(t.Context(), "send")
		_, err := m.Node(leader).Submit(span.In(t.Context()), room, message("1"))
		span.End()
		synctest.Wait()
		if err == nil {
			t.Fatal("a leader that is cut off has acknowledged a message")
		}
		said := map[string]string{}
		for _, s := range told.GetSpans() {
			if s.Name != "order" {
				continue
			}
			for _, a := range s.Attributes {
				said[string(a.Key)] = a.Value.AsString()
			}
			if s.Status.Description == "" {
				t.Error("the span does not say what is wrong")
			}
		}
		if said["lockstep.outcome"] != string(err.Outcome) || said["lockstep.reason"] != string(err.Reason) {
			t.Errorf("the trace says %v, and the client was told %s, %s", said, err.Outcome, err.Reason)
		}
	})
}
