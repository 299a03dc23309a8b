package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"lockstep/site"
)

func newReviewCheckCommand() *cobra.Command {
	var dir, base, format string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Judge accepted decisions, and a change, by their exported reviews",
		Long: `Fails if a decision is accepted while a blocking thread is open, or while a
decision-maker has not approved its very text. The rule is set in lockstep.yaml:

  review:
    approvals: reviewed     # of decisions with a review (default), all, none

lockstep check does the same, among other things.

With --base it judges the change since a commit as well, for continuous integration.
It fails if an open blocker loses its place or is deleted, if events are taken out
of a review, and if the change touches an approved text without saying so. To say
so, set the status back, bring the new approval, or write into a commit:

  Changes-approved: adr/0007-shards`,
		Example: `  lockstep review check
  lockstep review check --base origin/main --format github
  lockstep review check --base origin/main --format sarif > review.sarif
  lockstep review check --base "$CI_MERGE_REQUEST_DIFF_BASE_SHA" \
    --format gitlab > gl-code-quality-report.json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if asJSON {
				format = "json"
			}
			print, ok := findingFormats[format]
			if !ok {
				return usageError{fmt.Sprintf("there is no format %q; there are %s", format, formatNames), "lockstep review check --format plain"}
			}
			tree, err := loadTree(dir)
			if err != nil {
				return err
			}
			findings := slices.DeleteFunc(slices.Clone(tree.Findings), func(f site.Finding) bool { return !strings.HasPrefix(f.Rule, "review") })
			if base != "" {
				more, err := changesSince(cmd.Context(), tree, dir, base)
				if err != nil {
					return err
				}
				findings = append(findings, more...)
				site.SortFindings(findings)
			}
			if err := print(cmd.OutOrStdout(), findings); err != nil {
				return err
			}
			if len(site.Errors(findings)) > 0 {
				return errReported
			}
			if format == "plain" {
				fmt.Fprintf(cmd.OutOrStdout(), "sound: the reviews of %d pages\n", len(tree.ReviewStates()))
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&dir, "dir", ".", "the repository")
	cmd.Flags().StringVar(&base, "base", "", "judge the change since this commit or branch: origin/main")
	cmd.Flags().StringVar(&format, "format", "plain", "form of the findings: "+formatNames)
	cmd.Flags().BoolVar(&asJSON, "json", false, "the same as --format json")
	return cmd
}
