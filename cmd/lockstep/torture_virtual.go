package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lockstep/prototype/check"
	"lockstep/prototype/fault"
	"lockstep/prototype/torture"
)

// shrinkTries is how often a smaller schedule is run before it counts as sound: a
// schedule does not decide in which order goroutines run.
const shrinkTries = 3

// runCampaign carries out drawn schedules until enough has failed.
func runCampaign(cmd *cobra.Command, f tortureFlags) error {
	bar := newProgress(cmd.ErrOrStderr())
	bar.show("torture", 0, f.failures)
	began := time.Now()
	var carryOut func(fault.Schedule) (torture.Result, error) // nil for virtual time
	in := "virtual"
	if f.processes {
		carryOut = func(s fault.Schedule) (torture.Result, error) { return onTemporary(cmd.Context(), s) }
		in = "real"
	}
	totals := torture.Campaign{
		Family: torture.Family(f.family), CarryOut: carryOut, Failures: f.failures, Seed: f.seed, Topology: fault.Topology{Nodes: f.nodes, Shards: f.shards},
		Progress: func(t torture.Totals) {
			if f.verbose {
				bar.clear()
				fmt.Fprintf(cmd.ErrOrStderr(), "%s, %d runs that do not count, %s\n", t, t.VoidRuns, t.Took.Round(time.Second))
			}
			bar.show("torture", min(t.LeaderFailures, f.failures-1), f.failures)
		},
	}.Run(cmd.Context())
	bar.clear()

	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", totals)
	fmt.Fprintf(&b, "  cluster   %d nodes, %d shards, seeds from %d; %s of %s time in %s\n",
		f.nodes, f.shards, f.seed, totals.Simulated.Round(time.Second), in, totals.Took.Round(100*time.Millisecond))
	fmt.Fprintf(&b, "  faults    %s\n", countsByName(totals.Faults))
	fmt.Fprintf(&b, "  attempts  %d refused, %d unknown; %d reads\n", totals.Refused, totals.Unknown, totals.Reads)
	fmt.Fprintf(&b, "  window    p50 %s, p99 %s, max %s (seed %d) without service for the failed leader's shard, in %s time\n",
		milliseconds(totals.Window(0.5)), milliseconds(totals.Window(0.99)), milliseconds(totals.Window(1)), totals.LongestSeed, in)
	if totals.DataLosses > 0 {
		fmt.Fprintf(&b, "  repaired  %d nodes refused to start, and what they asked for was done\n", totals.Repaired)
	}
	if totals.VoidRuns > 0 {
		fmt.Fprintf(&b, "  void      %d of %d runs do not count, since a fault had no effect\n", totals.VoidRuns, totals.Runs)
	}
	fmt.Fprintf(&b, "  verdict   %s", totals.Verdict)
	if totals.Interrupted {
		b.WriteString(" (interrupted)")
	}
	fmt.Fprintln(cmd.OutOrStdout(), b.String())
	if totals.Verdict == check.OK && len(totals.Windows) > 0 {
		printLabLink(cmd.OutOrStdout(), longestWindow, around(totals.Longest, totals.LongestStep))
	}
	if f.out != "" {
		if err := writeCampaign(f, began, totals); err != nil {
			return err
		}
	}
	if totals.Verdict == check.OK {
		return nil
	}
	return keepFailures(cmd, f, totals)
}

// keepFailures writes down what did not pass, and for a violation in virtual time
// looks for the smallest schedule that shows one.
func keepFailures(cmd *cobra.Command, f tortureFlags, totals torture.Totals) error {
	if len(totals.NoPass) == 0 {
		return errReported
	}
	dir, err := os.MkdirTemp("", "lockstep-torture-")
	if err != nil {
		return fmt.Errorf("torture: %w", err)
	}
	out := cmd.OutOrStdout()
	for _, r := range totals.NoPass {
		fmt.Fprintf(out, "seed %d: %s\n", r.Schedule.Seed, r.Verdict)
		for _, reason := range r.Reasons {
			fmt.Fprintf(out, "  %s\n", reason)
		}
		if err := totals.Errors[r.Schedule.Seed]; err != nil {
			fmt.Fprintf(out, "  %s\n", err)
		}
		if err := torture.Keep(dir, fmt.Sprintf("seed-%d", r.Schedule.Seed), r); err != nil {
			return err
		}
		if r.Verdict == check.Violated {
			fmt.Fprintf(out, "  %s\n", r.Report)
		}
	}
	if worst := totals.NoPass[len(totals.NoPass)-1]; worst.Verdict == check.Violated && !f.processes {
		small := torture.Shrink(cmd.Context(), worst, shrinkTries, torture.Virtual)
		if err := torture.Keep(dir, "shrunk", small); err != nil {
			return err
		}
		fmt.Fprintf(out, "the smallest schedule that was found to fail:\n%s\n%s\n", small.Schedule, small.Report)
		printLabLink(out, "these failures", small.Schedule)
	}
	fmt.Fprintf(out, "schedules, results and histories are in %s\n", dir)
	return errReported
}

func countsByName(counts map[string]int) string {
	var words []string
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		words = append(words, fmt.Sprintf("%d %s", counts[name], name))
	}
	return strings.Join(words, ", ")
}

// campaignEvidence is what a campaign leaves for the site. The names say the
// units; windows are in virtual time.
type campaignEvidence struct {
	origin
	Nodes     int     `json:"nodes"`
	Shards    int     `json:"shards"`
	Simulated float64 `json:"simulated_s"`
	Took      float64 `json:"took_s"`
	torture.Totals
	Window    distribution   `json:"window"`
	Histogram []histogramBar `json:"window_histogram"`
}

func writeCampaign(f tortureFlags, began time.Time, t torture.Totals) error {
	experiment := "torture-virtual"
	if f.family != string(torture.Leaders) {
		experiment = "torture-" + f.family
	}
	return writeJSON(f.out, campaignEvidence{
		origin: originOf(experiment, f.seed, began),
		Nodes:  f.nodes, Shards: f.shards, Simulated: t.Simulated.Seconds(), Took: t.Took.Seconds(), Totals: t,
		Window: distributionOf(t.Windows), Histogram: histogramOf(t.Windows),
	})
}

// readSchedule reads and checks a file.
func readSchedule(path string) (fault.Schedule, error) {
	file, err := os.Open(path)
	if err != nil {
		return fault.Schedule{}, fmt.Errorf("read schedule: %w", err)
	}
	defer file.Close()
	s, err := fault.Read(file)
	if errors.Is(err, fault.ErrSchedule) {
		return s, usageError{path + ": " + err.Error(), "examples are in prototype/torture/testdata"}
	}
	return s, err
}
