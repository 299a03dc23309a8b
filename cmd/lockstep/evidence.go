package main

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
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
}

const byChance = "none: chance decides"

func originOf(experiment string, seed any, began time.Time) origin {
	return origin{experiment, commit(), machine(), seed, began.UTC().Format(time.DateOnly)}
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
