package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"lockstep/site"
	"lockstep/site/build"
	"lockstep/site/milestone"
)

func newMilestonesCommand() *cobra.Command {
	var dir string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "milestones",
		Short: "Say which of five steps of a design stand, and what is missing",
		Long: `Asks a repository the questions of five steps: pick the hard problem; design for
scale and failure; make it observable and cost it; record decisions; prototype the
risk. Every answer is counted from the sources: chapters, requirements, failure modes,
decisions, the model with its assertions, recorded runs with their age. What fails is
named with file, line and mend, and the exit code is 1 if one step does not stand.

A chapter says what it is about in its front matter, part: caching, or part:
[partitioning, hotspots] where a section is about a second thing.
lockstep init --design DIR writes a skeleton that has them all.`,
		Example: `  lockstep milestones
  lockstep milestones --dir ../other-repo
  lockstep milestones --json | jq '.[].checks[] | select(.verdict=="fails").id'`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			all, err := milestonesOf(dir)
			if err != nil {
				return err
			}
			if asJSON {
				encoder := json.NewEncoder(cmd.OutOrStdout())
				encoder.SetIndent("", "  ")
				if err := encoder.Encode(withVerdicts(all)); err != nil {
					return err
				}
			} else {
				if _, err := os.Stat(filepath.Join(dir, build.ConfigName)); err != nil {
					fmt.Fprintf(cmd.OutOrStdout(), "There is no %s, so the usual places were read. lockstep init %s writes one, and lockstep init --design %s\nthe skeleton of a design as well.\n\n", build.ConfigName, dir, dir)
				}
				printMilestones(cmd.OutOrStdout(), all)
			}
			for _, m := range all {
				if !m.Stands() {
					return errReported
				}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&dir, "dir", ".", "the repository")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print steps, checks and findings as JSON")
	return cmd
}

// milestonesOf: a repository without any text has a way as well, all of it ahead.
func milestonesOf(dir string) ([]site.Milestone, error) {
	b, err := build.Open(dir, build.Options{Lab: playable(), Cache: cacheDir(dir)})
	if err != nil {
		return nil, err
	}
	tree, err := b.Load()
	switch {
	case errors.Is(err, build.ErrNoSources):
		return milestone.Judge(&milestone.Facts{Config: build.ConfigName, Folder: "."}), nil
	case err != nil:
		return nil, err
	}
	return tree.Milestones(), nil
}

// withVerdicts adds the verdicts, which follow from the rest, for programs.
func withVerdicts(all []site.Milestone) (steps []any) {
	type check struct {
		Verdict string `json:"verdict"`
		site.Check
	}
	for _, m := range all {
		var checks []check
		for _, c := range m.Checks {
			checks = append(checks, check{c.Verdict(), c})
		}
		steps = append(steps, struct {
			ID     string  `json:"id"`
			Title  string  `json:"title"`
			Stands bool    `json:"stands"`
			Checks []check `json:"checks"`
		}{m.ID, m.Title, m.Stands(), checks})
	}
	return steps
}

var marks = map[string]string{"stands": "✓", "fails": "✗", "waits": "·"}

func printMilestones(w io.Writer, all []site.Milestone) {
	stand := 0
	for i, m := range all {
		state := "does not stand"
		if m.Stands() {
			state, stand = "stands", stand+1
		}
		fmt.Fprintf(w, "%d  %s: %s, %d of %d\n", i+1, m.Title, state, m.Standing(), len(m.Checks))
		for _, c := range m.Checks {
			fmt.Fprintf(w, "   %s %s  %s\n", marks[c.Verdict()], c.Question, count(c))
			for _, f := range c.Findings {
				at := f.File
				if f.Line > 0 {
					at = fmt.Sprintf("%s:%d", f.File, f.Line)
				}
				fmt.Fprintf(w, "       %s: %s\n         mend: %s\n", at, f.Message, f.Mend)
			}
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintf(w, "%d of %d steps stand\n", stand, len(all))
}

func count(c site.Check) string {
	if c.Waits != "" && len(c.Findings) == 0 {
		return "waits for: " + milestone.Question(c.Waits)
	}
	return c.Count()
}
