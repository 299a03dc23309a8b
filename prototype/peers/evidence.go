package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"time"
)

// evidence is a run as the site reads it: a file below content/evidence whose
// figures texts cite by their path, as in medians.wait64.etcd.p99_ms.
type evidence struct {
	Experiment  string            `json:"experiment"`
	Commit      string            `json:"commit"` // of the lockstep binary
	Machine     string            `json:"machine"`
	Seed        uint64            `json:"seed"`
	Date        string            `json:"date"`
	Command     string            `json:"command"` // that does it again
	Judges      []string          `json:"judges"`  // folders of the code that was measured
	Peers       map[string]string `json:"peers"`   // module: version
	Nodes       int               `json:"nodes"`
	Message     int               `json:"message_bytes"`
	Duration    float64           `json:"duration_s"`
	Rounds      int               `json:"rounds"`
	Connections int               `json:"connections"`
	Flush       float64           `json:"flush_ms"` // median of a small write with fsync

	Medians byRow[map[string]float64]   `json:"medians"`
	Ratios  byRow[map[string]float64]   `json:"ratios"` // above 1: better than the peer
	Samples byRow[[]map[string]float64] `json:"samples"`
	Windows byRow[[]float64]            `json:"windows_ms"`
}

// byRow has a value for each load and row.
type byRow[T any] map[string]map[string]T

func (b byRow[T]) set(r *row, value T) {
	if b[r.load] == nil {
		b[r.load] = map[string]T{}
	}
	b[r.load][r.name] = value
}

func newEvidence(o options, revision string, flush time.Duration, r *results) evidence {
	e := evidence{
		Experiment: "peers", Commit: revision, Machine: machine(), Seed: o.seed, Date: time.Now().UTC().Format(time.DateOnly),
		Command: fmt.Sprintf("cd prototype/peers && go run . --duration %s --rounds %d --kills %d --connections %d --seed %d", o.duration, o.rounds, o.kills, o.connections, o.seed),
		Judges:  []string{"durable", "prototype/api", "prototype/client", "prototype/jsontext", "prototype/link", "prototype/node", "prototype/order"},
		Peers:   peerModules(), Nodes: nodes, Message: bodyBytes, Duration: o.duration.Seconds(), Rounds: o.rounds, Connections: o.connections, Flush: ms(flush),
		Medians: byRow[map[string]float64]{}, Ratios: byRow[map[string]float64]{},
		Samples: byRow[[]map[string]float64]{}, Windows: byRow[[]float64]{},
	}
	for _, row := range r.rows {
		f := summarize(row.rounds)
		if f.Kills > 0 {
			e.Medians.set(row, map[string]float64{"kills": float64(f.Kills), "p50_ms": ms(f.P50), "max_ms": ms(f.Max)})
			e.Windows.set(row, windowsOf(row))
		} else {
			e.Medians.set(row, rates(f.Rate, f.P50, f.P99))
			e.Samples.set(row, samplesOf(row))
		}
		ratios := map[string]float64{}
		for _, peer := range []string{jetStreamSynced, etcdName} {
			if times, ok := r.ratio(row, peer); ok {
				ratios[peer] = rounded(times)
			}
		}
		e.Ratios.set(row, ratios)
	}
	return e
}

func rates(rate float64, p50, p99 time.Duration) map[string]float64 {
	return map[string]float64{"per_second": rounded(rate), "p50_ms": ms(p50), "p99_ms": ms(p99)}
}

// rounded to what such a measurement can tell, and more.
func rounded(x float64) float64 { return math.Round(x*100) / 100 }

func samplesOf(r *row) (all []map[string]float64) {
	for _, s := range r.rounds {
		all = append(all, rates(s.Rate, s.P50, s.P99))
	}
	return all
}

func windowsOf(r *row) (all []float64) {
	for _, s := range r.rounds {
		for _, window := range s.Windows {
			all = append(all, ms(window))
		}
	}
	return all
}

func writeEvidence(o options, revision string, flush time.Duration, r *results) error {
	data, err := json.MarshalIndent(newEvidence(o, revision, flush, r), "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(o.out, append(data, '\n'), 0o644); err != nil {
		return fmt.Errorf("write evidence: %w", err)
	}
	return nil
}
