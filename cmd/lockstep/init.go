package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"text/template"
	"time"

	"github.com/spf13/cobra"
)

func newInitCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "init DIR",
		Short:   "Begin a site: configuration, first page, first decision",
		Long:    "Writes what a new site needs into a folder, which is created if it is missing. Nothing that exists is overwritten.",
		Example: "  lockstep init .\n  lockstep init ../design && lockstep serve --dir ../design",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageError{"name the folder", "lockstep init ."}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			dir, err := filepath.Abs(args[0])
			if err != nil {
				return err
			}
			values := map[string]any{"Title": filepath.Base(dir), "Date": time.Now().Format(time.DateOnly)}
			for _, f := range initFiles {
				name := filepath.Join(dir, filepath.FromSlash(f.name))
				if _, err := os.Stat(name); err == nil {
					fmt.Fprintf(cmd.OutOrStdout(), "kept   %s\n", f.name)
					continue
				} else if !errors.Is(err, os.ErrNotExist) {
					return err
				}
				if err := writeNew(name, f.text, values); err != nil {
					return err
				}
				fmt.Fprintf(cmd.OutOrStdout(), "wrote  %s\n", f.name)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "now: lockstep serve --dir %s\n", args[0])
			return nil
		},
	}
}

var initFiles = []struct {
	name string
	text *template.Template
}{
	{"lockstep.yaml", template.Must(template.New("config").Parse("# Where the texts lie, and how the site is named.\ntitle: {{.Title}}\ncontent: [content]\nadr: [adr]\ntitles:\n  adr: Decisions\n"))},
	{"content/index.md", template.Must(template.New("index").Parse("---\ntitle: {{.Title}}\nsummary: What this is, in a sentence.\n---\n\nThe answer first: what is decided, and why.\n\nThe decisions are in [the log](../adr/), beginning with ADR-0001.\n"))},
	{"adr/0001-record-decisions.md", template.Must(template.New("first").Parse(`---
status: accepted
date: {{.Date}}
---

# Record decisions

## Context and Problem Statement

Decisions are made in conversations and forgotten.
A year later nobody knows why, and either fears to change what was decided or changes it without knowing the price.
Where do decisions live?

## Considered Options

* A file for each decision, beside the code
* A wiki
* Nowhere

## Decision Outcome

Chosen option: "A file for each decision, beside the code", because it is reviewed, versioned and found together with what it decides.

### Consequences

* Good, because the reasons are there when they are needed.
* Bad, because writing one takes an hour that nobody planned.

### Confirmation

` + "`lockstep check`" + ` fails when a record has no status or contradicts another.
`))},
}
