package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"lockstep/prototype/check"
)

// print tells a person how it went.
func (t *strikeRun) print(out io.Writer, r check.Report) error {
	var b strings.Builder
	var kinds []string
	for _, fault := range tortureFaults {
		if n := t.count(fault); n > 0 {
			kinds = append(kinds, fmt.Sprintf("%d %s", n, fault))
		}
	}
	counts := t.load.Counts()
	fmt.Fprintf(&b, "%d leader failures (%s), seed %d, %d nodes, %d shards, %.0f messages a second for %s\n",
		len(t.strikes), strings.Join(kinds, ", "), t.flags.seed, t.flags.nodes, t.flags.shards, t.flags.rate, t.ended.Sub(t.began).Round(time.Second))
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
		ms(t.load.Latency(0.5)), ms(t.load.Latency(0.99)), ms(t.load.MaxLatency()))
	fmt.Fprintf(&b, "  verdict   %s", r)
	_, err := fmt.Fprintln(out, b.String())
	return err
}

func (t *strikeRun) count(fault string) (n int) {
	for _, s := range t.strikes {
		if s.Fault == fault {
			n++
		}
	}
	return n
}

func (t *strikeRun) windows() (windows []time.Duration) {
	for _, s := range t.strikes {
		windows = append(windows, s.Window())
	}
	return windows
}

func (t *strikeRun) parts() (notice, elect, serve []time.Duration) {
	for _, s := range t.strikes {
		if n, e, v, ok := s.Split(); ok {
			notice, elect, serve = append(notice, n), append(elect, e), append(serve, v)
		}
	}
	return notice, elect, serve
}

// quantile is the value of the rank that the share q reaches.
func quantile(values []time.Duration, q float64) time.Duration {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}

func ms(d time.Duration) float64 { return float64(d.Round(10*time.Microsecond).Microseconds()) / 1000 }

// tortureEvidence is what a run leaves for the site. The names say the units.
type tortureEvidence struct {
	Experiment string `json:"experiment"`
	Commit     string `json:"commit"`
	Machine    string `json:"machine"`
	Seed       uint64 `json:"seed"`
	Date       string `json:"date"`
	Verdict    string `json:"verdict"`

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

type distribution struct {
	Count int     `json:"count"`
	P50   float64 `json:"p50_ms"`
	P99   float64 `json:"p99_ms"`
	Max   float64 `json:"max_ms"`
}

func distributionOf(values []time.Duration) distribution {
	return distribution{len(values), ms(quantile(values, 0.5)), ms(quantile(values, 0.99)), ms(quantile(values, 1))}
}

// histogramBar counts the windows up to a length that are longer than the bar
// before allows.
type histogramBar struct {
	UpTo  int `json:"up_to_ms"`
	Count int `json:"count"`
}

func histogramOf(values []time.Duration) (bars []histogramBar) {
	const width = 50
	for _, v := range slices.Sorted(slices.Values(values)) {
		up := (int(v.Milliseconds())/width + 1) * width
		if n := len(bars); n == 0 || bars[n-1].UpTo != up {
			bars = append(bars, histogramBar{UpTo: up})
		}
		bars[len(bars)-1].Count++
	}
	return bars
}

func (t *strikeRun) writeEvidence(path string, r check.Report) error {
	counts := t.load.Counts()
	notice, elect, serve := t.parts()
	e := tortureEvidence{
		Experiment: "torture", Commit: commit(), Machine: machine(), Seed: t.flags.seed, Date: t.began.UTC().Format(time.DateOnly), Verdict: string(r.Verdict),
		Nodes: t.flags.nodes, Shards: t.flags.shards, Rate: t.flags.rate, Load: t.ended.Sub(t.began).Round(100 * time.Millisecond).Seconds(),
		Failures:     map[string]int{"total": len(t.strikes)},
		Acknowledged: counts.Acknowledged, GivenUp: counts.GivenUp, Refused: counts.Refused, Unknown: counts.Unknown, Reads: counts.Reads,
		Lost: r.Counts.Lost, Duplicated: r.Counts.Duplicated, Reordered: r.Counts.Reordered,
		Window: distributionOf(t.windows()), Notice: distributionOf(notice), Elect: distributionOf(elect), Serve: distributionOf(serve),
		Histogram: histogramOf(t.windows()), Report: r,
	}
	for _, fault := range tortureFaults {
		e.Failures[fault] = t.count(fault)
	}
	e.Latency.P50, e.Latency.P99, e.Latency.Max = ms(t.load.Latency(0.5)), ms(t.load.Latency(0.99)), ms(t.load.MaxLatency())
	data, err := json.MarshalIndent(e, "", "  ")
	if err != nil {
		return fmt.Errorf("write evidence: %w", err)
	}
	if err := os.WriteFile(path, append(data, '\n'), 0o644); err != nil {
		return fmt.Errorf("write evidence: %w", err)
	}
	return nil
}

// commit is the source that the program was built from, "-dirty" if that had
// changes, or "unknown".
func commit() string {
	revision, dirty := "unknown", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			switch {
			case s.Key == "vcs.revision":
				revision = s.Value
			case s.Key == "vcs.modified" && s.Value == "true":
				dirty = "-dirty"
			}
		}
	}
	return revision + dirty
}

// machine says on what kind of machine something was measured.
func machine() string {
	kind := fmt.Sprintf("%d CPUs, %s/%s, %s", runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version())
	data, err := os.ReadFile("/proc/cpuinfo") // Linux alone
	if err != nil {
		return kind
	}
	for line := range strings.Lines(string(data)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return kind + ", " + strings.TrimSpace(value)
		}
	}
	return kind
}
