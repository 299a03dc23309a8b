package main

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lockstep/prototype/lab/frame"
	"lockstep/site"
	"lockstep/site/build"
	labrun "lockstep/site/run"
)

func newLabRecordCommand() *cobra.Command {
	var dir string
	var check bool
	var only []string
	cmd := &cobra.Command{
		Use:   "record",
		Short: "Record the runs that texts show, or play them again",
		Long: `Plays each run that a block ` + "```run" + ` of a text shows, in the program that readers
run in their browser, asks the exact judge for its verdict, and writes verdicts, traces
and the chats of the moments to runs.json in the first folder of evidence. Node plays
the program. Runs that no text shows are left out.

With --check nothing is written: each run is played again, and one whose verdict or
trace is not the recorded one is a finding.`,
		Example: "  lockstep lab record\n  lockstep lab record --check\n  lockstep lab record --only cut-off,power-loss",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			tree, err := loadTree(dir)
			if err != nil {
				return err
			}
			shown := tree.Runs()
			runs := runsOf(shown)
			if len(only) > 0 {
				for _, name := range only {
					if !slices.ContainsFunc(runs, func(r *playedRun) bool { return r.Name == name }) {
						return usageError{fmt.Sprintf("no text shows a run %q", name), "lockstep lab record --help"}
					}
				}
				left := func(name string) bool { return !slices.Contains(only, name) }
				runs = slices.DeleteFunc(runs, func(r *playedRun) bool { return left(r.Name) })
				shown = slices.DeleteFunc(shown, func(s build.ShownRun) bool { return left(s.Run()) })
			}
			recorded, file := tree.Recording()
			if file == "" && len(runs) > 0 {
				return usageError{"the configuration names no folder for the recording", "write evidence: [docs/evidence] into lockstep.yaml"}
			}
			out := cmd.OutOrStdout()
			began := time.Now()
			err = playRuns(cmd.Context(), runs, !check, func(r *playedRun) {
				if !check {
					fmt.Fprintf(out, "%s: %s\n", r.Name, r.End.Says)
				}
			})
			if err != nil {
				return err
			}
			for _, r := range runs {
				if !r.judged() {
					return fmt.Errorf("play %s: the exact judge gave no verdict: %s", r.Name, cmp.Or(r.End.Says, "the story did not end"))
				}
			}
			if check {
				findings := compareRuns(shown, runs, recorded)
				printFindings(out, findings)
				if len(findings) > 0 {
					return errReported
				}
				fmt.Fprintf(out, "%d runs are as they were recorded\n", len(runs))
				return nil
			}
			if len(runs) == 0 && len(recorded.Values) == 0 {
				fmt.Fprintln(out, "no text shows a run")
				return nil
			}
			evidence := runsEvidence{origin: originOf(labrun.Evidence, "of each run", began), Recording: labrun.Recording{Values: map[string]labrun.Result{}, Stills: []labrun.Still{}}}
			if len(only) > 0 {
				evidence.Recording = *recorded // whose runs are all of one program only if the others have not changed
				evidence.Stills = slices.DeleteFunc(evidence.Stills, func(s labrun.Still) bool { return slices.Contains(only, s.Run) })
			}
			for _, r := range runs {
				evidence.Values[r.Name] = r.result()
				evidence.Stills = append(evidence.Stills, r.stills(shown)...)
			}
			slices.SortStableFunc(evidence.Stills, func(a, b labrun.Still) int { return cmp.Compare(a.Run, b.Run) })
			name := filepath.Join(dir, filepath.FromSlash(file))
			if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
				return fmt.Errorf("record runs: %w", err)
			}
			if err := writeJSON(name, evidence); err != nil {
				return err
			}
			fmt.Fprintf(out, "%d runs recorded in %s; next: lockstep check --fix\n", len(runs), file)
			return nil
		},
	}
	cmd.Flags().StringVar(&dir, "dir", ".", "the repository")
	cmd.Flags().StringSliceVar(&only, "only", nil, "names of runs, with commas; the others stay as they are (default: all)")
	cmd.Flags().BoolVar(&check, "check", false, "write nothing; fail if a run is not as it was recorded")
	return cmd
}

// runsEvidence is the recording as a file of evidence.
type runsEvidence struct {
	origin
	labrun.Recording
}

// runsOf are the runs behind figures, each once, with all their moments.
func runsOf(shown []build.ShownRun) []*playedRun {
	byName := map[string]*playedRun{}
	for _, s := range shown {
		r := byName[s.Run()]
		if r == nil {
			r = &playedRun{Name: s.Run(), Seed: s.Seed, Actions: s.Actions()}
			_, r.Story, r.Limit = lastStory(r.Actions)
			byName[s.Run()] = r
		}
		if !slices.Contains(r.Moments, s.Moment()) {
			r.Moments = append(r.Moments, s.Moment())
		}
	}
	for _, r := range byName {
		slices.Sort(r.Moments)
	}
	return slices.SortedFunc(maps.Values(byName), func(a, b *playedRun) int { return cmp.Compare(a.Name, b.Name) })
}

// result is the end of a run as it is recorded; without a story no lane is judged.
func (r *playedRun) result() labrun.Result {
	result := labrun.Result{Seed: r.Seed, Trace: r.Trace, Reached: r.End.Reached, Says: r.End.Says, Lanes: labrun.Lanes{}}
	for _, l := range r.End.Lanes {
		if !l.Judged {
			continue
		}
		result.Lanes[string(l.Lane)] = labrun.Verdict{Acknowledged: l.Acknowledged, Lost: l.Lost, Moved: l.Moved, Doubled: l.Doubled}
	}
	return result
}

// stills are the pictures of a run's moments as they are recorded, with the lanes that
// texts show.
func (r *playedRun) stills(shown []build.ShownRun) (all []labrun.Still) {
	for i, at := range r.Moments {
		still := labrun.Still{Run: r.Name, At: (at - labrun.Begins).Milliseconds(), Trace: r.Traces[i], Chats: map[string][]labrun.Chat{}}
		for _, l := range r.Stills[i].Lanes {
			if !slices.ContainsFunc(shown, func(s build.ShownRun) bool {
				return s.Run() == r.Name && s.Moment() == at && slices.Contains(s.Lanes, string(l.Lane))
			}) {
				continue
			}
			for _, c := range l.Chats {
				chat := labrun.Chat{Node: c.Node, Fresh: c.Fresh, Lines: []labrun.Line{}}
				for _, line := range c.Lines {
					chat.Lines = append(chat.Lines, lineOf(line))
				}
				still.Chats[string(l.Lane)] = append(still.Chats[string(l.Lane)], chat)
			}
		}
		all = append(all, still)
	}
	return all
}

// lineOf is a message as it is recorded.
func lineOf(l frame.Line) labrun.Line {
	return labrun.Line{Seq: l.Seq, Body: l.Body, Mark: string(l.Mark), Was: l.Was}
}

// compareRuns finds the figures whose runs are not as they were recorded.
func compareRuns(shown []build.ShownRun, runs []*playedRun, recorded *labrun.Recording) (findings []site.Finding) {
	for _, s := range shown {
		find := func(format string, args ...any) {
			findings = append(findings, site.Finding{File: s.File, Line: s.Line, Rule: "run", Message: fmt.Sprintf(format, args...),
				Mend: "run: lockstep lab record, then lockstep check --fix, and read the text beside it again"})
		}
		played := runs[slices.IndexFunc(runs, func(r *playedRun) bool { return r.Name == s.Run() })]
		was, still, ok := recorded.Find(s.Fence)
		now, trace := played.result(), played.Traces[slices.Index(played.Moments, s.Moment())]
		switch {
		case !ok:
			find("the run %s at %s is not recorded", s.Run(), s.At)
		case !maps.Equal(was.Lanes, now.Lanes) || was.Reached != now.Reached:
			find("the run %s ends otherwise than it was recorded: %s", s.Run(), strings.Join(differences(was, now), "; "))
		case still.Trace != trace:
			find("the run %s is another one than was recorded, with the same verdict: its trace at %s is %s, and was %s", s.Run(), s.At, trace, still.Trace)
		case was.Trace != now.Trace:
			find("the run %s is another one after %s than was recorded, with the same verdict: its trace at the end is %s, and was %s", s.Run(), s.At, now.Trace, was.Trace)
		}
	}
	return findings
}

// differences say in which lanes two ends of a run differ.
func differences(was, now labrun.Result) (says []string) {
	for _, lane := range slices.Sorted(maps.Keys(now.Lanes)) {
		if a, b := was.Lanes[lane], now.Lanes[lane]; a != b {
			says = append(says, fmt.Sprintf("of %s %d messages lost, %d moved, %d doubled of %d, and %d, %d, %d of %d were recorded", lane, b.Lost, b.Moved, b.Doubled, b.Acknowledged, a.Lost, a.Moved, a.Doubled, a.Acknowledged))
		}
	}
	if was.Reached != now.Reached {
		says = append(says, "its goal: "+now.Says)
	}
	return says
}
