package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"lockstep/site"
	"lockstep/site/build"
)

// withoutKnown leaves out what the baseline knows, and says how much that is.
func withoutKnown(cmd *cobra.Command, tree *build.Tree, findings []site.Finding) []site.Finding {
	fresh, known, gone := tree.Fresh(findings)
	if known > 0 {
		fmt.Fprintf(cmd.ErrOrStderr(), "%d known problems are in %s\n", known, tree.BaselineFile())
	}
	if gone > 0 {
		fmt.Fprintf(cmd.ErrOrStderr(), "%d entries of %s are found no more: lockstep check --write-baseline leaves them out\n", gone, tree.BaselineFile())
	}
	off := tree.OffRules()
	for _, rule := range slices.Sorted(maps.Keys(off)) {
		if off[rule] == 0 {
			fmt.Fprintf(cmd.ErrOrStderr(), "%s: the rule %s is off and would find nothing\n", build.ConfigName, rule)
		} else {
			fmt.Fprintf(cmd.ErrOrStderr(), "%s: the rule %s is off: %d findings are not shown\n", build.ConfigName, rule, off[rule])
		}
	}
	return fresh
}

func writeBaseline(cmd *cobra.Command, tree *build.Tree, findings []site.Finding) error {
	if err := tree.WriteBaseline(findings); err != nil {
		return err
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%d problems are known now: %s\n", len(site.Errors(findings)), tree.BaselineFile())
	return nil
}

func printJSON(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}
