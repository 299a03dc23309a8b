package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"lockstep/site"
	"lockstep/site/build"
	"lockstep/site/verify"
)

func newCheckCommand() *cobra.Command {
	var dir string
	var fix, asJSON bool
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Judge the sources: links, references, decisions, numbers",
		Long: `Reads every source, builds the site into a temporary folder and judges both:
dead links and anchors, unknown references, decisions that contradict each other
or have no status, numbers that differ from the model, markup that would be
lost. Each finding names file, line and mend; the exit code is 1 if there is any.`,
		Example: `  lockstep check
  lockstep check --fix           # write the model's values into the text
  lockstep check --dir ../repo --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			b, err := build.Open(dir, build.Options{Cache: cacheDir(dir)})
			if err != nil {
				return err
			}
			tree, err := b.Load()
			if err != nil {
				return err
			}
			fixed := 0
			if fix {
				if fixed, err = tree.FixNumbers(); err != nil {
					return err
				}
				if tree, err = b.Load(); err != nil {
					return err
				}
			}
			findings, err := judge(cmd, tree)
			if err != nil {
				return err
			}
			if asJSON {
				encoder := json.NewEncoder(cmd.OutOrStdout())
				encoder.SetIndent("", "  ")
				if err := encoder.Encode(append([]site.Finding{}, findings...)); err != nil {
					return err
				}
			} else {
				printFindings(cmd.OutOrStdout(), findings)
			}
			if fixed > 0 {
				fmt.Fprintf(cmd.ErrOrStderr(), "%d numbers rewritten\n", fixed)
			}
			if len(findings) > 0 {
				return errReported
			}
			if !asJSON {
				fmt.Fprintln(cmd.OutOrStdout(), counted(tree))
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&dir, "dir", ".", "the repository")
	cmd.Flags().BoolVar(&fix, "fix", false, "rewrite numbers in the text that differ from the model")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the findings as JSON")
	return cmd
}

// judge builds into a temporary folder and adds what only the output shows.
func judge(cmd *cobra.Command, tree *build.Tree) ([]site.Finding, error) {
	temp, err := os.MkdirTemp("", "lockstep-check")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(temp)
	result, err := tree.Write(cmd.Context(), filepath.Join(temp, "public"))
	if err != nil {
		return nil, err
	}
	findings := result.Findings
	output, err := verify.Output(os.DirFS(filepath.Join(temp, "public")), build.FilePath(""))
	if err != nil {
		return nil, err
	}
	output = slices.DeleteFunc(output, func(f site.Finding) bool {
		switch f.Rule {
		case "dead-link", "dead-anchor", "rooted-link":
			return len(findings) > 0 // a source's, seen again in the output
		case "too-heavy":
			return tree.Foreign() // a promise of ours, not of theirs
		}
		return false
	})
	return append(findings, output...), nil
}

func counted(tree *build.Tree) string {
	links, references, numbers := 0, 0, 0
	for _, d := range tree.Documents() {
		links += len(d.Links)
		references += len(d.References)
		numbers += len(d.Numbers)
	}
	return fmt.Sprintf("sound: %d pages, %d decisions, %d links, %d references, %d numbers, %d names in code", len(tree.Pages), len(tree.Log().Decisions), links, references, numbers, tree.Names())
}
