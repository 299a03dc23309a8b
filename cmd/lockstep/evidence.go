package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
)

// origin says where evidence comes from.
type origin struct {
	Experiment string `json:"experiment"`
	Commit     string `json:"commit"`
	Machine    string `json:"machine"`
	Seed       any    `json:"seed"` // a number, or why there is none
	Date       string `json:"date"`
	Command    string `json:"command"` // that does it again
	// Judges are the folders whose code it is that was tried. When they change, the
	// evidence is aged: see lockstep check --release.
	Judges []string `json:"judges"`
}

const byChance = "none: chance decides"

func originOf(experiment string, seed any, began time.Time) origin {
	return origin{experiment, commit(), machine(), seed, began.UTC().Format(time.DateOnly), called(os.Args[1:]), codeOf[experiment]}
}

var engine = []string{"durable", "prototype/api", "prototype/client", "prototype/jsontext", "prototype/link", "prototype/node", "prototype/order"}

// codeOf names the folders and files that each experiment is about. What breaks the
// engine and judges it is left out: it may grow without making a record less true.
var codeOf = map[string][]string{
	"torture": engine, "torture-virtual": engine, "torture-disks": engine, failoverName: engine, sizesName: engine,
	"scenarios":   append([]string{"prototype/lab", "prototype/lane"}, engine...),
	"bugs":        append([]string{"prototype/check", "prototype/lab", "prototype/lane", "prototype/mutant"}, engine...),
	"skew":        {"site/model/simulate"},
	"alerts":      append([]string{"prototype/probe", "site/slo"}, engine...),
	"dashboard":   append([]string{"prototype/probe", "site/slo", "content/slo.yaml"}, engine...),
	rehearsalName: append([]string{"prototype/probe", "prototype/backup"}, engine...),
	upgradeName:   engine,
	"anchors":     {"site/markdown", "site/review/anchor", "site/review/replay"},
}

// called is how the program was called, without the places that it wrote to.
func called(args []string) string {
	kept := []string{"lockstep"}
	for i := 0; i < len(args); i++ {
		name, _, joined := strings.Cut(args[i], "=")
		if slices.Contains([]string{"--out", "--evidence", "--dir", "--history"}, name) {
			if !joined {
				i++
			}
			continue
		}
		kept = append(kept, args[i])
	}
	return strings.Join(kept, " ")
}

// writeJSON writes a file for people and programs.
func writeJSON(path string, value any) error {
	data, err := json.MarshalIndent(value, "", "  ")
	if err == nil {
		err = os.WriteFile(path, append(data, '\n'), 0o644)
	}
	if err != nil {
		return fmt.Errorf("write evidence: %w", err)
	}
	return nil
}

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%d ms", d.Round(time.Millisecond).Milliseconds())
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

// commit is the source that the program was built from, "-dirty" if that had
// changes, or "unknown".
func commit() string {
	v := builtFrom()
	if v.Modified {
		return v.Commit + "-dirty"
	}
	return v.Commit
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
