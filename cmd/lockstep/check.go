package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"lockstep/site"
	"lockstep/site/build"
	"lockstep/site/verify"
)

func newCheckCommand() *cobra.Command {
	var dir string
	var fix, release, asJSON, baseline bool
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Judge the sources: links, decisions, numbers, claims, names",
		Long: `Reads every source, builds the site into a temporary folder and judges both:
dead links and anchors, unknown references, decisions that contradict each other
or have no status, numbers that differ from the model, words that differ from the
ledger, markup that would be lost. Each finding names file, line and mend, and its
rule in [brackets], which lockstep help RULE explains with an example; the exit code
is 1 if there is any.

The last line is the account of all texts of the repository: how many are pages, why
the others are none, and which dialects of Markdown they are written in. What is not
understood in them is one finding a kind and text. With --json it names every file.

How much is judged is for lockstep.yaml to say: see lockstep help configuration. There,
"strict" is for texts that are written for this generator, "rules" switches rules off,
"claims" asks what stands behind numbers and words, and "names" looks up in the code
what code spans and blocks of shell commands name.

Evidence that is older than the code that it judges is a warning, which leaves the
exit code as it is, and with --release an error.`,
		Example: `  lockstep check
  lockstep check --fix           # write the values of model and ledger
  lockstep check --release       # and no evidence is older than its code
  lockstep check --dir ../repo --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			b, err := build.Open(dir, build.Options{Lab: playable(), Cache: cacheDir(dir)})
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
			if release {
				for i := range findings {
					findings[i].Severity = ""
				}
			}
			for _, note := range tree.Notes() {
				fmt.Fprintln(cmd.ErrOrStderr(), note)
			}
			if baseline {
				return writeBaseline(cmd, tree, findings)
			}
			findings = withoutKnown(cmd, tree, findings)
			account := tree.Account()
			if asJSON {
				report := struct {
					Findings []site.Finding `json:"findings"`
					Account  *site.Account  `json:"account"`
				}{append([]site.Finding{}, findings...), account}
				if err := printJSON(cmd.OutOrStdout(), report); err != nil {
					return err
				}
			} else {
				printFindings(cmd.OutOrStdout(), findings)
			}
			if fixed > 0 {
				fmt.Fprintf(cmd.ErrOrStderr(), "%d numbers rewritten\n", fixed)
			}
			wrong := len(site.Errors(findings)) > 0
			if !asJSON && !wrong {
				fmt.Fprintln(cmd.OutOrStdout(), counted(tree))
			}
			if !asJSON {
				fmt.Fprintln(cmd.OutOrStdout(), account)
			}
			if !asJSON && len(findings) > 0 {
				fmt.Fprintf(cmd.ErrOrStderr(), "what a rule in [brackets] means: lockstep help %s\n", findings[0].Rule)
			}
			if wrong {
				return errReported
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&dir, "dir", ".", "the repository")
	cmd.Flags().BoolVar(&fix, "fix", false, "rewrite what differs from the model or the ledger")
	cmd.Flags().BoolVar(&release, "release", false, "let warnings fail: no evidence is older than the code that it judges")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print findings and account as JSON, by the names findings and account")
	cmd.Flags().BoolVar(&baseline, "write-baseline", false, "make what is found today known, so that only what is new fails")
	return cmd
}

// judge builds into a temporary folder and adds what only the output shows.
func judge(cmd *cobra.Command, tree *build.Tree) ([]site.Finding, error) {
	temp, err := os.MkdirTemp("", "lockstep-check")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(temp)
	result, err := tree.WriteToJudge(cmd.Context(), filepath.Join(temp, "public"))
	if err != nil {
		return nil, err
	}
	findings := result.Findings
	output, err := verify.Output(os.DirFS(filepath.Join(temp, "public")), build.FilePath(""))
	if err != nil {
		return nil, err
	}
	output = slices.DeleteFunc(output, func(f site.Finding) bool {
		if tree.IsOff(f.Rule) {
			return true
		}
		switch f.Rule {
		case "dead-link", "dead-anchor", "rooted-link":
			return len(site.Errors(findings)) > 0 // a source's, seen again in the output
		case "too-heavy":
			return !tree.Strict() // a promise of ours, not of theirs
		}
		return false
	})
	return append(findings, output...), nil
}

// counted says how much was held.
func counted(tree *build.Tree) string {
	var all []string
	for _, c := range tree.Counts() {
		all = append(all, c.String())
	}
	return "sound: " + strings.Join(all, ", ")
}
