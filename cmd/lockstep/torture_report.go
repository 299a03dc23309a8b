package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"lockstep/prototype/check"
	"lockstep/prototype/fault"
	"lockstep/prototype/torture"
)

// tortureReport tells how a run on processes went.
type tortureReport struct {
	flags  tortureFlags
	began  time.Time
	result torture.Result
}

// print tells a person how it went.
func (t tortureReport) print(out io.Writer) error {
	var b strings.Builder
	var kinds []string
	for _, name := range tortureFaults {
		if n := t.count(name); n > 0 {
			kinds = append(kinds, fmt.Sprintf("%d %s", n, name))
		}
	}
	r, counts := t.result, t.result.Counts
	fmt.Fprintf(&b, "%d leader failures (%s), seed %d, %d nodes, %d shards, %.0f messages a second for %s\n",
		r.LeaderFailures(), strings.Join(kinds, ", "), t.flags.seed, t.flags.nodes, t.flags.shards, t.flags.rate, r.Took.Round(time.Second))
	fmt.Fprintf(&b, "  messages  %d acknowledged, %d given up; attempts: %d refused, %d unknown; %d reads\n",
		counts.Acknowledged, counts.GivenUp, counts.Refused, counts.Unknown, counts.Reads)
	windows := t.windows()
	fmt.Fprintf(&b, "  window    p50 %s, p99 %s, max %s without service for the failed leader's shard\n",
		milliseconds(quantile(windows, 0.5)), milliseconds(quantile(windows, 0.99)), milliseconds(quantile(windows, 1)))
	if notice, elect, serve := t.parts(); len(notice) > 0 {
		fmt.Fprintf(&b, "            of which p50 %s to notice, %s to elect, %s to serve\n",
			milliseconds(quantile(notice, 0.5)), milliseconds(quantile(elect, 0.5)), milliseconds(quantile(serve, 0.5)))
	}
	fmt.Fprintf(&b, "  latency   p50 %.1f ms, p99 %.1f ms, max %.1f ms from due to acknowledged, stalls included\n",
		ms(r.Latency.P50), ms(r.Latency.P99), ms(r.Latency.Max))
	fmt.Fprintf(&b, "  verdict   %s", r.Report)
	for _, reason := range r.Reasons {
		fmt.Fprintf(&b, "\n  %s", reason)
	}
	_, err := fmt.Fprintln(out, b.String())
	return err
}

func (t tortureReport) count(kind string) (n int) {
	for _, e := range t.result.Effects {
		if string(t.result.Schedule.Faults[e.Step].Kind) == kind {
			n++
		}
	}
	return n
}

func (t tortureReport) windows() (windows []time.Duration) {
	for _, e := range t.result.Effects {
		if e.LeaderFailed {
			windows = append(windows, e.Window.D())
		}
	}
	return windows
}

// longest is the step of the schedule with the longest window.
func (t tortureReport) longest() (step int, found bool) {
	var most fault.Duration
	for _, e := range t.result.Effects {
		if e.LeaderFailed && e.Window > most {
			step, found, most = e.Step, true, e.Window
		}
	}
	return step, found
}

func (t tortureReport) parts() (notice, elect, serve []time.Duration) {
	for _, e := range t.result.Effects {
		if p := e.Parts; p != nil {
			notice, elect, serve = append(notice, p.Notice.D()), append(elect, p.Elect.D()), append(serve, p.Serve.D())
		}
	}
	return notice, elect, serve
}

// tortureEvidence is what a run leaves for the site. The names say the units.
type tortureEvidence struct {
	origin
	Verdict string `json:"verdict"`

	Nodes    int            `json:"nodes"`
	Shards   int            `json:"shards"`
	Rate     float64        `json:"rate"` // messages a second
	Load     float64        `json:"load_s"`
	Failures map[string]int `json:"failures"` // by kind, and in total

	Acknowledged uint64       `json:"acknowledged"`
	GivenUp      uint64       `json:"given_up"`
	Refused      uint64       `json:"refused"`
	Unknown      uint64       `json:"unknown"`
	Reads        uint64       `json:"reads"`
	Lost         int          `json:"lost"`
	Duplicated   int          `json:"duplicated"`
	Reordered    int          `json:"reordered"`
	Window       distribution `json:"window"`
	Notice       distribution `json:"notice"`
	Elect        distribution `json:"elect"`
	Serve        distribution `json:"serve"`
	Latency      struct {
		P50 float64 `json:"p50_ms"`
		P99 float64 `json:"p99_ms"`
		Max float64 `json:"max_ms"`
	} `json:"latency"`
	Histogram []histogramBar `json:"window_histogram"`
	Report    check.Report   `json:"report"`
}

func (t tortureReport) writeEvidence(path string) error {
	r, counts := t.result.Report, t.result.Counts
	notice, elect, serve := t.parts()
	e := tortureEvidence{
		origin: originOf("torture", t.flags.seed, t.began), Verdict: string(t.result.Verdict),
		Nodes: t.flags.nodes, Shards: t.flags.shards, Rate: t.flags.rate, Load: t.result.Took.Round(100 * time.Millisecond).Seconds(),
		Failures:     map[string]int{"total": t.result.LeaderFailures()},
		Acknowledged: counts.Acknowledged, GivenUp: counts.GivenUp, Refused: counts.Refused, Unknown: counts.Unknown, Reads: counts.Reads,
		Lost: r.Counts.Lost, Duplicated: r.Counts.Duplicated, Reordered: r.Counts.Reordered,
		Window: distributionOf(t.windows()), Notice: distributionOf(notice), Elect: distributionOf(elect), Serve: distributionOf(serve),
		Histogram: histogramOf(t.windows()), Report: r,
	}
	for _, name := range tortureFaults {
		e.Failures[name] = t.count(name)
	}
	l := t.result.Latency
	e.Latency.P50, e.Latency.P99, e.Latency.Max = ms(l.P50), ms(l.P99), ms(l.Max)
	return writeJSON(path, e)
}
