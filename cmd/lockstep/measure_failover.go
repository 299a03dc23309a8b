package main

import (
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"lockstep/prototype/measure"
)

// failoverName is the experiment beside the scenarios.
const failoverName = "failover"

// failoverEvidence compares ways to notice that a leader has failed.
type failoverEvidence struct {
	origin
	Took    float64        `json:"took_s"`
	Tuned   windowEvidence `json:"tuned"`
	Library windowEvidence `json:"library"`
	Bound   libraryBound   `json:"library_bound"`
}

type windowEvidence struct {
	distribution
	Mean float64        `json:"mean_ms"`
	Bars []histogramBar `json:"histogram"`
}

// libraryBound is what the code of hashicorp/raft's timers promises for three
// nodes: a follower waits for one to two heartbeat timeouts and looks again after
// one to two, and both followers must have waited.
type libraryBound struct {
	Mean float64 `json:"mean_ms"`
	Max  float64 `json:"max_ms"`
}

func measureFailover(cmd *cobra.Command, dir string, count int) error {
	began := time.Now()
	bar := newProgress(cmd.ErrOrStderr())
	e := failoverEvidence{origin: originOf(failoverName, byChance, began), Bound: libraryBound{Mean: 2000, Max: 3000}}
	for _, x := range []struct {
		timers measure.Timers
		into   *windowEvidence
	}{{measure.Tuned, &e.Tuned}, {measure.Library, &e.Library}} {
		windows, err := measure.Failovers(cmd.Context(), x.timers, count, func(done int) { bar.show(string(x.timers), done, count) })
		bar.clear()
		if err != nil {
			return fmt.Errorf("measure %s: %w", failoverName, err)
		}
		var sum time.Duration
		for _, w := range windows {
			sum += w
		}
		*x.into = windowEvidence{distributionOf(windows), ms(sum / time.Duration(len(windows))), histogramOf(windows)}
		fmt.Fprintf(cmd.OutOrStdout(), "failover, %s timers: %d leaders cut off; mean %.0f ms, p50 %.0f ms, p99 %.0f ms, max %.0f ms\n",
			x.timers, x.into.Count, x.into.Mean, x.into.P50, x.into.P99, x.into.Max)
	}
	e.Took = time.Since(began).Seconds()
	return writeJSON(filepath.Join(dir, failoverName+".json"), e)
}
