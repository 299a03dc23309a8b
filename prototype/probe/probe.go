// Package probe watches a cluster from outside, as two of its members would see it:
// one sends, and one reads at every node, compares digests, and looks for what was
// acknowledged. It shares with the nodes what any client shares, and judges by its own
// memory.
//
// What it finds are three invariants: at equal positions nodes have equal digests; what
// was acknowledged stands where the acknowledgement said, unchanged; and one message
// has one position. A node that lags is behind, and not wrong: positions are compared
// where both are.
package probe

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"lockstep/prototype/api"
	"lockstep/prototype/client"
	"lockstep/prototype/tracing"
)

// Config says what is watched.
type Config struct {
	Targets      []string // base URLs of the nodes
	Conversation string   // in which the probe talks to itself
	Every        time.Duration
	Deadline     time.Duration // of a send: later is too late
	// Breach and Note, if not nil, are told in a sentence: of each breach, and when a node
	// or the service begins or ceases to answer. One goroutine calls them.
	Breach, Note func(string)
	// Transport carries requests; nil makes a new one.
	Transport http.RoundTripper
	// Tracer follows sends; nil follows none.
	Tracer *tracing.Tracer
}

// Probe watches. Its counts are metrics; they begin at zero, so that the first breach
// is an increase.
type Probe struct {
	cfg    Config
	id     string // of this run: its messages are told from those of others
	sender *client.Client
	nodes  []*node

	mu     sync.Mutex
	acked  []acknowledged // and not yet seen at every node
	failed error          // of the newest send, nil if it was acknowledged
	told   error          // what failed was when it was last told
	counts Counts

	registry *prometheus.Registry
	sends    *prometheus.CounterVec
	latency  prometheus.Histogram
	digests  *prometheus.CounterVec
	breaches *prometheus.CounterVec
	answers  *prometheus.GaugeVec
}

// Counts are what a run has seen.
type Counts struct{ Sent, Failed, Compared, Breaches int }

// node is one of those that are read from.
type node struct {
	target string
	client *client.Client
	seen   uint64 // up to where it was read
	from   uint64 // what it showed is remembered from here
	shown  map[uint64]api.Placed
	ids    map[string]uint64 // where ids stand there
	began  bool
	failed error // of the newest read
}

// acknowledged is a message with its place, and which nodes have shown that place.
type acknowledged struct {
	api.Placed
	at []bool
}

const (
	// remembered bounds what is kept of what each node has shown, and of acknowledgements
	// that a node has not shown.
	remembered = 20_000
	page       = 500
)

// New makes a probe. It asks nobody before Run.
func New(cfg Config) *Probe {
	p := &Probe{cfg: cfg, id: client.NewID(), sender: client.New(client.Config{Targets: client.Fixed(cfg.Targets...), Transport: cfg.Transport, Tracer: cfg.Tracer}), registry: prometheus.NewRegistry(),
		sends: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "lockstep_probe_sends_total",
			Help: "Messages that the probe sent, by outcome: ok within its deadline, fail, unknown."}, []string{"outcome"}),
		latency: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "lockstep_probe_send_seconds",
			Help: "Time from the probe's send to its acknowledgement, with all attempts.", Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2}}),
		digests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "lockstep_probe_digests_total",
			Help: "Comparisons of two nodes' digests at one position, by result: equal, different, or failed because one did not answer."}, []string{"result"}),
		breaches: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "lockstep_probe_breaches_total",
			Help: "Acknowledged messages that a node showed otherwise, by kind: missing, changed, twice."}, []string{"kind"}),
		answers: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "lockstep_probe_node_answers",
			Help: "1 if the node answered the probe's last read."}, []string{"node"}),
	}
	p.registry.MustRegister(p.sends, p.latency, p.digests, p.breaches, p.answers)
	for _, outcome := range []api.Outcome{api.OK, api.Fail, api.Unknown} {
		p.sends.WithLabelValues(string(outcome))
	}
	for _, result := range []string{"equal", "different", "failed"} {
		p.digests.WithLabelValues(result)
	}
	for _, kind := range []string{"missing", "changed", "twice"} {
		p.breaches.WithLabelValues(kind)
	}
	for _, target := range cfg.Targets {
		p.answers.WithLabelValues(target)
		p.nodes = append(p.nodes, &node{target: target, client: client.New(client.Config{Targets: client.Fixed(target), Transport: cfg.Transport}), shown: make(map[uint64]api.Placed), ids: make(map[string]uint64)})
	}
	return p
}

// Metrics is where the probe counts.
func (p *Probe) Metrics() *prometheus.Registry { return p.registry }

// Counts are what it has seen so far.
func (p *Probe) Counts() Counts {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.counts
}

// Run watches until the context ends. Sends go on while a read waits, and the other way
// round: a node that hangs keeps nobody from noticing.
func (p *Probe) Run(ctx context.Context) {
	var wait sync.WaitGroup
	defer wait.Wait()
	wait.Go(func() {
		var sending sync.WaitGroup
		defer sending.Wait()
		slots := make(chan struct{}, 64) // a probe is no load
		each(ctx, p.cfg.Every, func(n int) {
			select {
			case slots <- struct{}{}:
				sending.Go(func() { p.send(ctx, n); <-slots })
			default:
				p.refused(api.Fail, errAllWait) // that is no service
			}
		})
	})
	each(ctx, max(p.cfg.Every, 200*time.Millisecond), func(int) { p.look(ctx) })
}

// each calls f at once and then at each interval, until the context ends.
func each(ctx context.Context, every time.Duration, f func(n int)) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for n := 1; ctx.Err() == nil; n++ {
		f(n)
		select {
		case <-tick.C:
		case <-ctx.Done():
		}
	}
}

func (p *Probe) send(run context.Context, n int) {
	ctx, cancel := context.WithTimeout(run, p.cfg.Deadline)
	defer cancel()
	m := api.Message{ID: fmt.Sprint(p.id, "-", n), Sender: "probe-" + p.id, Body: fmt.Sprint("probe ", n)}
	start := time.Now()
	ack, err := p.sender.Send(ctx, p.cfg.Conversation, m)
	if err != nil && run.Err() != nil {
		return // the run ends, and nobody waited for this one
	}
	outcome := client.OutcomeOf(err)
	if outcome != api.OK {
		p.refused(outcome, err)
		return
	}
	p.sends.WithLabelValues(string(outcome)).Inc()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.failed = nil
	p.latency.Observe(time.Since(start).Seconds())
	p.counts.Sent++
	p.acked = append(p.acked, acknowledged{api.Placed{Seq: ack.Seq, ID: m.ID, Sender: m.Sender, Body: m.Body}, make([]bool, len(p.nodes))})
	if len(p.acked) > remembered {
		p.acked = p.acked[len(p.acked)-remembered:]
	}
}

var errAllWait = errors.New("all sends that may wait at once do")

// refused counts a send that was not acknowledged in time.
func (p *Probe) refused(outcome api.Outcome, err error) {
	p.sends.WithLabelValues(string(outcome)).Inc()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.counts.Failed++
	p.failed = err
}

// look reads at every node and compares what they have.
func (p *Probe) look(run context.Context) {
	ctx, cancel := context.WithTimeout(run, p.cfg.Deadline)
	defer cancel()
	at := make([]uint64, len(p.nodes)) // 0 for a node that did not answer
	var wait sync.WaitGroup
	breaches := make([][]breach, len(p.nodes))
	before := make([]error, len(p.nodes))
	for i, n := range p.nodes {
		before[i] = n.failed
		wait.Go(func() { at[i], breaches[i] = p.read(ctx, n) })
	}
	wait.Wait()
	if run.Err() != nil {
		return
	}
	for i, n := range p.nodes {
		p.note(n.target, before[i], n.failed)
	}
	p.mu.Lock()
	was, is := p.told, p.failed
	p.told = is
	p.mu.Unlock()
	p.note("the service", was, is)
	for i, n := range p.nodes {
		answers := 0.0
		if at[i] > 0 {
			answers = 1
		}
		p.answers.WithLabelValues(n.target).Set(answers)
		for _, b := range breaches[i] {
			p.tell(b.kind, n.target+": "+b.says)
		}
	}
	for _, b := range p.hold() {
		p.tell(b.kind, b.says)
	}
	p.compare(run, ctx, at)
}

type breach struct{ kind, says string }

// read reads what is new at a node, and gives the position up to which it has read: 0 if
// it does not answer.
func (p *Probe) read(ctx context.Context, n *node) (at uint64, found []breach) {
	for {
		view, err := n.client.Read(ctx, api.ReadRequest{Conversation: p.cfg.Conversation, Level: api.LevelLocal, After: n.seen, Limit: page})
		if n.failed = err; err != nil {
			return 0, found
		}
		if !n.began { // what was said before this run is compared by digest alone
			n.began, n.seen, n.from = true, view.Last, view.Last+1
		}
		for _, m := range view.Messages {
			if m.Seq < n.from {
				continue
			}
			if first, known := n.ids[m.ID]; known && first != m.Seq {
				found = append(found, breach{"twice", fmt.Sprintf("message %s stands at %d and at %d", m.ID, first, m.Seq)})
			}
			n.ids[m.ID], n.shown[m.Seq], n.seen = m.Seq, m, max(n.seen, m.Seq)
		}
		for ; len(n.shown) > remembered; n.from++ {
			if m, ok := n.shown[n.from]; ok {
				delete(n.shown, n.from)
				delete(n.ids, m.ID)
			}
		}
		if n.seen >= view.Last || len(view.Messages) == 0 {
			return max(n.seen, 1), found
		}
	}
}

// hold holds acknowledgements against what nodes have shown at their positions. Those
// that all have shown are done with.
func (p *Probe) hold() (found []breach) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.acked = slices.DeleteFunc(p.acked, func(a acknowledged) bool {
		done := true
		for i, n := range p.nodes {
			switch m, ok := n.shown[a.Seq]; {
			case a.at[i] || a.Seq < n.from && n.began:
				continue // seen, or too long ago
			case a.Seq > n.seen:
				done = false // it is behind
				continue
			case !ok || m.ID != a.ID:
				found = append(found, breach{"missing", fmt.Sprintf("%s: message %s was acknowledged at %d, where %q stands", n.target, a.ID, a.Seq, m.ID)})
			case m.Body != a.Body || m.Sender != a.Sender:
				found = append(found, breach{"changed", fmt.Sprintf("%s: message %s at %d is not what was sent", n.target, a.ID, a.Seq)})
			}
			a.at[i] = true
		}
		return done
	})
	return found
}

// compare asks nodes for their digests up to where all of them are.
func (p *Probe) compare(run, ctx context.Context, at []uint64) {
	var first api.Digest
	var from string
	upto := uint64(0)
	for _, seq := range at {
		if seq > 0 && (upto == 0 || seq < upto) {
			upto = seq
		}
	}
	for i, n := range p.nodes {
		d, err := api.Digest{}, error(nil)
		if at[i] > 0 {
			d, err = n.client.Digest(ctx, p.cfg.Conversation, upto)
		}
		switch {
		case run.Err() != nil:
			return
		case at[i] == 0 || err != nil || d.Seq < upto:
			p.digests.WithLabelValues("failed").Inc()
		case from == "":
			first, from = d, n.target
		case d.Seq == first.Seq && d.Digest != first.Digest:
			p.digests.WithLabelValues("different").Inc()
			p.tell("", fmt.Sprintf("%s and %s differ up to %d: %s, %s", from, n.target, d.Seq, first.Digest, d.Digest))
		default:
			p.digests.WithLabelValues("equal").Inc()
			p.mu.Lock()
			p.counts.Compared++
			p.mu.Unlock()
		}
	}
}

// note tells when somebody begins or ceases to answer.
func (p *Probe) note(who string, before, now error) {
	switch {
	case p.cfg.Note == nil || (before == nil) == (now == nil):
	case now != nil:
		p.cfg.Note(who + " does not answer: " + now.Error())
	default:
		p.cfg.Note(who + " answers again")
	}
}

func (p *Probe) tell(kind, says string) {
	if kind != "" {
		p.breaches.WithLabelValues(kind).Inc()
	}
	p.mu.Lock()
	p.counts.Breaches++
	p.mu.Unlock()
	if p.cfg.Breach != nil {
		p.cfg.Breach(says)
	}
}
