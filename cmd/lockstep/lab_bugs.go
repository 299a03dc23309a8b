package main

import (
	"cmp"
	"context"
	"fmt"
	"html"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"lockstep/prototype/lab/frame"
	labrun "lockstep/site/run"
)

// mostBugSeeds is with how many seeds every story may be tried: a bug that no story
// catches costs a run of each.
const mostBugSeeds = 20

func newLabBugsCommand() *cobra.Command {
	var dir string
	var record, check bool
	var seeds int
	var stories []string
	cmd := &cobra.Command{
		Use:   "bugs",
		Short: "List the deliberate bugs, and runs in which the judge catches them",
		Long: `Lists the deliberate bugs of the cluster, and for each the story of the
laboratory, with its seed, in which the exact judge finds a promise of the lane
quorum broken while the bug is on. The last column is what lab play and the page
take; lab play --bug switches a bug on in any other run.

With --record stories are played until one catches the bug, with seed 1 first,
by the program that readers get; the same story without the bug must keep every
promise. What was found is written to bugs.json in the first folder of evidence,
after each story. With --check nothing is written: each recorded run is played
again, and one that comes out otherwise is an error, as is a bug that nothing is
recorded of.`,
		Example: "  lockstep lab bugs\n  lockstep lab bugs --check\n  lockstep lab bugs --record --stories cut-off,power-loss",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if seeds < 1 || seeds > mostBugSeeds || record && check {
				return usageError{fmt.Sprintf("--seeds is between 1 and %d, and --record and --check exclude each other", mostBugSeeds), "lockstep lab bugs --help"}
			}
			if len(stories) == 0 {
				for _, s := range playable().Scenarios {
					stories = append(stories, s.Name)
				}
			}
			for _, name := range stories {
				if _, ok := playable().Scenario(name); !ok {
					return usageError{fmt.Sprintf("there is no story %q", name), "lockstep lab bugs --help"}
				}
			}
			tree, err := loadTree(dir)
			if err != nil {
				return err
			}
			recorded, file := tree.RecordedBugs()
			if file == "" && record {
				return usageError{"the configuration names no folder for the recording", "write evidence: [docs/evidence] into lockstep.yaml"}
			}
			out := cmd.OutOrStdout()
			switch {
			case record:
				if recorded, err = recordBugs(cmd.Context(), cmd.ErrOrStderr(), filepath.Join(dir, filepath.FromSlash(file)), stories, seeds); err != nil {
					return err
				}
				listBugs(out, recorded)
			case check:
				wrong, err := checkBugs(cmd.Context(), recorded)
				for _, w := range wrong {
					fmt.Fprintln(out, w)
				}
				if err == nil && len(wrong) > 0 {
					err = errReported
				} else if err == nil {
					fmt.Fprintf(out, "%d bugs are caught as they were recorded\n", len(recorded.Caught()))
				}
				return err
			default:
				listBugs(out, recorded)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&dir, "dir", ".", "the repository")
	cmd.Flags().BoolVar(&record, "record", false, "play stories until they catch each bug, and write that down")
	cmd.Flags().BoolVar(&check, "check", false, "write nothing; fail if a run is not as it was recorded")
	cmd.Flags().StringSliceVar(&stories, "stories", nil, "with --record, which stories, with commas, in this order (default: all)")
	cmd.Flags().IntVar(&seeds, "seeds", 1, "with --record, with how many seeds every story is tried")
	return cmd
}

// recordBugs hunts the bugs in stories, and writes what is known after each of them.
func recordBugs(ctx context.Context, said io.Writer, file string, stories []string, seeds int) (recorded labrun.Bugs, err error) {
	began := time.Now()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return recorded, fmt.Errorf("record bugs: %w", err)
	}
	err = huntInLab(ctx, stories, seeds, func(found labrun.Bugs) error {
		fmt.Fprintf(said, "%s: %d of %d caught\n", found.Tried[len(found.Tried)-1], len(found.Caught()), len(found.Bugs))
		recorded = found
		return writeJSON(file, bugsEvidence{originOf(labrun.BugEvidence, "of each run", began), found})
	})
	return recorded, err
}

// bugsEvidence is what was recorded of bugs as a file of evidence.
type bugsEvidence struct {
	origin
	labrun.Bugs
}

// storyRun is a story by itself, with a bug or, for "", without.
func storyRun(scenario string, seed int, bug string) *playedRun {
	r := &playedRun{Name: scenario, Seed: seed, Bug: bug, Tried: bug != "", Judged: true, Actions: labrun.Story(scenario)}
	if bug != "" {
		r.Name += " with " + bug
	}
	_, r.Story, r.Limit = lastStory(r.Actions)
	return r
}

// huntInLab plays stories with each seed until one has caught each bug, and hands over
// what it knows after each story: to play all takes long.
func huntInLab(ctx context.Context, stories []string, seeds int, soFar func(labrun.Bugs) error) error {
	found := map[string]labrun.CaughtBug{}
	var all labrun.Bugs
	for seed := 1; seed <= seeds; seed++ {
		for _, story := range stories {
			sound := storyRun(story, seed, "")
			runs := []*playedRun{sound}
			for _, b := range playable().Bugs {
				if _, done := found[b.Name]; !done {
					runs = append(runs, storyRun(story, seed, b.Name))
				}
			}
			if len(runs) == 1 {
				return nil
			}
			if err := playRuns(ctx, runs, false, nil); err != nil {
				return err
			}
			if c := sound.caught(); !sound.judged() || c.Promise != "" {
				return fmt.Errorf("without a bug %s with seed %d does not keep all promises: %s", story, seed, cmp.Or(c.Proof, "it has no verdict"))
			}
			for _, r := range runs[1:] {
				if c := r.caught(); c.Promise != "" {
					found[r.Bug] = c
				}
			}
			all.Tried = append(all.Tried, fmt.Sprintf("%s with seed %d", story, seed))
			all.Bugs = nil
			for _, b := range playable().Bugs {
				all.Bugs = append(all.Bugs, cmp.Or(found[b.Name], labrun.CaughtBug{Bug: b.Name}))
			}
			if err := soFar(all); err != nil {
				return err
			}
		}
	}
	return nil
}

// quorumProof is how the page tells a broken promise of the strong lane.
var quorumProof = regexp.MustCompile(`(?s)<b>` + string(frame.LaneQuorum) + `, ([^<:]+):</b>\s*(.*?)\s*<a class="proof"`)

// caught is what the exact judge found first in the strong lane; Promise is "" if it kept
// all, or if there is no verdict.
func (r *playedRun) caught() (c labrun.CaughtBug) {
	if r.Failed != "" || !r.judged() || len(r.Last) == 0 {
		return c
	}
	proof := quorumProof.FindStringSubmatch(r.Last[0].HTML)
	if proof == nil {
		return c
	}
	return labrun.CaughtBug{Bug: r.Bug, Scenario: r.Actions[0].Scenario, Seed: r.Seed, At: r.Last[0].At, Promise: html.UnescapeString(proof[1]), Proof: html.UnescapeString(proof[2]), Trace: r.Trace}
}

// checkBugs says what is not as it was recorded.
func checkBugs(ctx context.Context, recorded labrun.Bugs) (wrong []string, err error) {
	const mend = "; run: lockstep lab bugs --record"
	for _, b := range playable().Bugs {
		if _, ok := recorded.Of(b.Name); !ok {
			wrong = append(wrong, "nothing is recorded of the bug "+b.Name+mend)
		}
	}
	var runs []*playedRun
	for _, c := range recorded.Caught() {
		if err := labrun.CheckFragment(c.Address().Fragment(), playable()); err != nil {
			wrong = append(wrong, fmt.Sprintf("the recorded run of the bug %s: %v%s", c.Bug, err, mend))
			continue
		}
		runs = append(runs, storyRun(c.Scenario, c.Seed, c.Bug))
	}
	if err := playRuns(ctx, runs, false, nil); err != nil {
		return wrong, err
	}
	for _, r := range runs {
		was, _ := recorded.Of(r.Bug)
		if now := r.caught(); now != was {
			wrong = append(wrong, fmt.Sprintf("with the bug %s the story %s and seed %d end otherwise than recorded: %q, trace %s, and was %q, trace %s%s", r.Bug, was.Scenario, was.Seed, now.Proof, now.Trace, was.Proof, was.Trace, mend))
		}
	}
	return wrong, nil
}

func listBugs(out io.Writer, recorded labrun.Bugs) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "bug\tbreaks\tstory\tseed\trun")
	for _, b := range playable().Bugs {
		switch c, ok := recorded.Of(b.Name); {
		case c.Promise != "":
			fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\n", b.Name, c.Promise, c.Scenario, c.Seed, c.Address().Fragment())
		case ok:
			fmt.Fprintf(w, "%s\t–\tcaught by none\t\t\n", b.Name)
		default:
			fmt.Fprintf(w, "%s\t–\tnot recorded\t\t\n", b.Name)
		}
	}
	w.Flush()
	fmt.Fprintf(out, "%d of %d are caught by a story\n", len(recorded.Caught()), len(playable().Bugs))
}
