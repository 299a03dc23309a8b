package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

func newManCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "man DIR",
		Short: "Write the manual: a page for each verb",
		Long: `Writes the help of each verb as a manual page of section 1 into DIR, which is
created if it is missing.`,
		Example: `  lockstep man ~/.local/share/man/man1 && man lockstep-review-check`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return err
			}
			header := &doc.GenManHeader{Section: "1", Source: "lockstep " + builtFrom().Version, Manual: "Lockstep"}
			// The date is that of the source, so that the same source gives the same pages.
			if date, err := time.Parse(time.RFC3339, builtFrom().Time); err == nil {
				header.Date = &date
			}
			cmd.Root().DisableAutoGenTag = true
			if err := doc.GenManTree(cmd.Root(), header, args[0]); err != nil {
				return err
			}
			pages, err := filepath.Glob(filepath.Join(args[0], "lockstep*.1"))
			fmt.Fprintf(cmd.OutOrStdout(), "%d pages in %s\n", len(pages), args[0])
			return err
		},
	}
}
