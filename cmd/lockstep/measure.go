package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"lockstep/prototype/api"
	"lockstep/prototype/lab/frame"
	"lockstep/prototype/lab/scenarios"
	"lockstep/prototype/measure"
	labrun "lockstep/site/run"
)

func newMeasureCommand() *cobra.Command {
	var dir string
	var runs int
	var only []string
	var dirty bool
	cmd := &cobra.Command{
		Use:         "measure",
		Short:       "Play the laboratory's stories and record figures for the design",
		Annotations: map[string]string{whenInterrupted: "the stories that ended are written; go on with --only"},
		Long: `Plays each story of the laboratory many times in virtual time and writes what the
lanes and the reads made of it to content/evidence/scenarios.json, and how long
failovers take, beside the library's timers, to failover.json. What a message, an id
and a conversation take, and how long a node takes to restart, goes to sizes.json.
The design takes its numbers from there. Stories that are left out with --only keep the figures
that the file has.

The evidence names a commit, so the program must have been built from one without
changes; --dirty writes it nevertheless, and says so in it.`,
		Example: "  lockstep measure\n  lockstep measure --runs 20 --only cut-off,clean-kill --dirty",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			names := []string{failoverName, sizesName}
			for _, s := range scenarios.All() {
				names = append(names, s.Name)
			}
			for _, name := range only {
				if !slices.Contains(names, name) {
					return usageError{fmt.Sprintf("there is no story %q; there are %s", name, strings.Join(names, ", ")), "lockstep measure --help"}
				}
			}
			if runs < 1 || runs > 100_000 {
				return usageError{fmt.Sprintf("--runs %d: choose 1 to 100000", runs), "lockstep measure --help"}
			}
			if c := commit(); !dirty && (c == "unknown" || strings.HasSuffix(c, "-dirty")) {
				return usageError{"this program was not built from a commit without changes, so nobody could repeat what it measures", "commit, make build, bin/lockstep measure; or --dirty"}
			}
			evidence := filepath.Join(dir, "content", "evidence")
			if err := os.MkdirAll(evidence, 0o755); err != nil {
				return fmt.Errorf("measure: %w", err)
			}
			if len(only) == 0 || slices.Contains(only, failoverName) {
				if err := measureFailover(cmd, evidence, runs); err != nil {
					return err
				}
			}
			if len(only) == 0 || slices.Contains(only, sizesName) {
				if err := measureSizes(cmd, evidence); err != nil {
					return err
				}
			}
			if len(only) > 0 && !slices.ContainsFunc(scenarios.All(), func(s scenarios.Scenario) bool { return slices.Contains(only, s.Name) }) {
				return nil
			}
			return runMeasure(cmd, filepath.Join(evidence, "scenarios.json"), runs, only)
		},
	}
	cmd.Flags().StringVar(&dir, "dir", ".", "the repository")
	cmd.Flags().IntVar(&runs, "runs", 200, "runs of each story, and failovers")
	cmd.Flags().StringSliceVar(&only, "only", nil, "stories to play, with commas, or failover or sizes (default: all)")
	cmd.Flags().BoolVar(&dirty, "dirty", false, "measure a program that no commit describes")
	return cmd
}

// scenariosEvidence is what the scenarios leave for the site. The names say the units.
// Commit, machine and date are those of the scenario that was measured last; each
// has its own as well. Chance decides the runs, not a seed: see package measure.
type scenariosEvidence struct {
	origin
	Stories map[string]*scenarioEvidence `json:"stories"`
}

type scenarioEvidence struct {
	Commit  string                   `json:"commit"`
	Machine string                   `json:"machine"`
	Date    string                   `json:"date"`
	Took    float64                  `json:"took_s"`
	Runs    int                      `json:"runs"`
	Reached int                      `json:"reached"`
	Lanes   map[string]laneEvidence  `json:"lanes"`
	Reads   map[string]readsEvidence `json:"reads"`
	Window  distribution             `json:"window"`
	Bars    []histogramBar           `json:"window_histogram"`
}

type laneEvidence struct {
	Acknowledged uint64 `json:"acknowledged"`
	Refused      uint64 `json:"refused"`
	Unknown      uint64 `json:"unknown"`
	Lost         uint64 `json:"lost"`
	Moved        uint64 `json:"moved"`
	Duplicated   uint64 `json:"duplicated"`
	Broken       int    `json:"broken_runs"`
	// PerRun are means over all runs.
	LostPerRun  float64 `json:"lost_per_run"`
	MovedPerRun float64 `json:"moved_per_run"`
	// Medians over all runs, and of the longest stretches without service the
	// longest.
	P50    float64 `json:"p50_ms"`
	P99    float64 `json:"p99_ms"`
	Out    float64 `json:"out_ms"`
	OutMax float64 `json:"out_max_ms"`

	Judge judgeEvidence `json:"judge"`
}

// judgeEvidence is what the exact judge made of the runs.
type judgeEvidence struct {
	OK           int `json:"ok_runs"`
	Violated     int `json:"violated_runs"`
	Unknown      int `json:"unknown_runs"`
	Acknowledged int `json:"acknowledged"`
	Lost         int `json:"lost"`
	Duplicated   int `json:"duplicated"`
	Reordered    int `json:"reordered"`
}

type readsEvidence struct {
	Fresh   uint64 `json:"fresh"`
	Stale   uint64 `json:"stale"`
	Refused uint64 `json:"refused"`
}

// runMeasure writes after each scenario, so that an interrupt costs one of them.
func runMeasure(cmd *cobra.Command, path string, runs int, only []string) error {
	evidence := scenariosEvidence{Stories: map[string]*scenarioEvidence{}}
	if data, err := os.ReadFile(path); err == nil {
		if err := json.Unmarshal(data, &evidence); err != nil {
			return fmt.Errorf("read earlier evidence %s: %w; remove the file to begin anew", path, err)
		}
	}
	bar := newProgress(cmd.ErrOrStderr())
	missed := 0
	for _, s := range scenarios.All() {
		if len(only) > 0 && !slices.Contains(only, s.Name) {
			continue
		}
		began := time.Now()
		sum, err := measure.Play(cmd.Context(), s, runs, func(done int) { bar.show(s.Name, done, runs) })
		bar.clear()
		if err != nil {
			return fmt.Errorf("measure %s: %w", s.Name, err)
		}
		e := evidenceOf(sum)
		evidence.origin = originOf("scenarios", byChance, began)
		e.Commit, e.Machine, e.Date, e.Took = evidence.Commit, evidence.Machine, evidence.Date, time.Since(began).Seconds()
		evidence.Stories[s.Name] = e
		if err := writeJSON(path, evidence); err != nil {
			return err
		}
		printScenario(cmd.OutOrStdout(), s, sum)
		missed += sum.Runs - sum.Reached
	}
	fmt.Fprintf(cmd.OutOrStdout(), "written to %s\n", path)
	if missed > 0 {
		return errReported
	}
	return nil
}

func evidenceOf(sum measure.Summary) *scenarioEvidence {
	e := &scenarioEvidence{Runs: sum.Runs, Reached: sum.Reached, Lanes: map[string]laneEvidence{}, Reads: map[string]readsEvidence{},
		Window: distributionOf(sum.Windows), Bars: histogramOf(sum.Windows)}
	per := func(n uint64) float64 { return float64(n) / float64(max(sum.Runs, 1)) }
	for name, l := range sum.Lanes {
		e.Lanes[string(name)] = laneEvidence{l.Acknowledged, l.Refused, l.Unknown, l.Lost, l.Moved, l.Duplicated, l.Broken, per(l.Lost), per(l.Moved),
			ms(quantile(l.P50, 0.5)), ms(quantile(l.P99, 0.5)), ms(quantile(l.Out, 0.5)), ms(quantile(l.Out, 1)), judgeEvidence(l.Exact)}
	}
	for level, r := range sum.Reads {
		e.Reads[string(level)] = readsEvidence(*r)
	}
	return e
}

func printScenario(out io.Writer, s scenarios.Scenario, sum measure.Summary) {
	fmt.Fprintf(out, "%s: %d of %d runs reached the goal\n", s.Title, sum.Reached, sum.Runs)
	for i, says := range sum.Missed {
		if i == 3 {
			fmt.Fprintf(out, "  and %d more that missed it\n", len(sum.Missed)-3)
			break
		}
		fmt.Fprintf(out, "  missed: %s\n", says)
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "  lane\tacknowledged\tlost\tmoved\tdoubled\trefused\tunknown\tbroken runs\tjudged: ok\tviolated\tunknown\tlost")
	for _, name := range frame.Lanes {
		l := sum.Lanes[name]
		fmt.Fprintf(w, "  %s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\n", name, l.Acknowledged, l.Lost, l.Moved, l.Duplicated, l.Refused, l.Unknown, l.Broken, l.Exact.OK, l.Exact.Violated, l.Exact.Unknown, l.Exact.Lost)
	}
	fmt.Fprintln(w, "  reads\tfresh\tstale\trefused")
	for _, level := range api.Levels {
		r := sum.Reads[level]
		fmt.Fprintf(w, "  %s\t%d\t%d\t%d\n", level, r.Fresh, r.Stale, r.Refused)
	}
	w.Flush()
	if len(sum.Windows) > 0 {
		fmt.Fprintf(out, "  window of the quorum lane: p50 %s, p99 %s, max %s\n",
			milliseconds(quantile(sum.Windows, 0.5)), milliseconds(quantile(sum.Windows, 0.99)), milliseconds(quantile(sum.Windows, 1)))
	}
	fmt.Fprintf(out, "  one such run, in the page or for lockstep lab play: lab/#%s\n", labrun.Fence{Scenario: s.Name, Seed: 1}.Link())
}
