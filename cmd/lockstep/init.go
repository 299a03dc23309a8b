package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"text/template"
	"time"

	"github.com/spf13/cobra"

	"lockstep/site/build"
)

func newInitCommand() *cobra.Command {
	var design, hook bool
	var forge string
	cmd := &cobra.Command{
		Use:   "init DIR",
		Short: "Begin a site: configuration, first page, first decision",
		Long: `Writes what a site needs into a folder, which is created if it is missing. In a
repository that has texts and decisions already, only the configuration is
written, and it names them. Nothing that exists is overwritten. What lockstep itself
puts there and no commit needs is named in .gitignore; where there is such a file, it
stays, and the lines that it lacks are printed.

With --design it writes the skeleton of a whole design: problem, requirements, scale,
partitioning, consistency, caching, failure modes, objectives, a cost model that
computes, a runbook, first decisions, and a place for the prototype and its evidence.
Each section says what a good answer holds; lockstep milestones says what is
missing.

With --ci it writes what lets a forge check each change and publish the site, and
with --hook what lets git check before each commit. Both can be had later, too.`,
		Example: "  lockstep init .\n  lockstep init ../design && lockstep serve --dir ../design\n  lockstep init --design ../design && lockstep milestones --dir ../design\n  lockstep init . --ci github --hook",
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
			if forge != "" {
				if err := initialiseForge(cmd.OutOrStdout(), dir, forge); err != nil {
					return err
				}
			}
			if hook {
				if err := initialiseHook(cmd.Context(), cmd.OutOrStdout(), dir); err != nil {
					return err
				}
			}
			if err := initialiseIgnore(cmd.OutOrStdout(), dir); err != nil {
				return err
			}
			if design {
				written, kept, err := initialiseDesign(dir, time.Now())
				for _, name := range written {
					fmt.Fprintf(cmd.OutOrStdout(), "wrote  %s\n", name)
				}
				if err == nil {
					printNext(cmd.OutOrStdout(), args[0], kept)
				}
				return err
			}
			written, err := initialise(dir, time.Now())
			for _, name := range written {
				fmt.Fprintf(cmd.OutOrStdout(), "wrote  %s\n", name)
			}
			if err != nil {
				return err
			}
			if len(written) == 0 {
				fmt.Fprintf(cmd.OutOrStdout(), "%s is there already: nothing to do\n", build.ConfigName)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "now: lockstep serve --dir %s\n", args[0])
			return nil
		},
	}
	cmd.Flags().BoolVar(&design, "design", false, "write the skeleton of a whole design")
	cmd.Flags().StringVar(&forge, "ci", "", "write what a forge does with a change: "+strings.Join(forgeNames(), ", "))
	cmd.Flags().BoolVar(&hook, "hook", false, "let git check the texts before each commit")
	return cmd
}

// initialise writes what is missing, the configuration last: it stands for a
// beginning that is complete.
func initialise(dir string, now time.Time) (written []string, err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	if _, err := os.Stat(filepath.Join(dir, build.ConfigName)); err == nil {
		return nil, nil
	}
	found, err := build.Discover(dir)
	if err != nil {
		return nil, err
	}
	values := map[string]any{"Title": found.Title, "Date": now.Format(time.DateOnly)}
	write := func(name string, text *template.Template) error {
		err := writeNew(filepath.Join(dir, filepath.FromSlash(name)), text, values)
		if err == nil {
			written = append(written, name)
		} else if errors.Is(err, fs.ErrExist) {
			return nil
		}
		return err
	}
	if len(found.ADR) == 0 {
		found.ADR = []string{"adr"}
		if err := write("adr/0001-record-decisions.md", firstRecord); err != nil {
			return written, err
		}
	}
	values["ADR"] = found.ADR[0]
	if len(found.Content) == 0 && found.Home == "" {
		found.Content = []string{"content"}
		if err := write("content/index.md", firstPage); err != nil {
			return written, err
		}
	}
	values["Config"] = found
	return written, write(build.ConfigName, configText)
}

var scaffold = template.FuncMap{
	"quote": strconv.Quote,
	"list": func(items []string) string {
		quoted := make([]string, len(items))
		for i, item := range items {
			quoted[i] = strconv.Quote(item)
		}
		return "[" + strings.Join(quoted, ", ") + "]"
	},
}

var configText = template.Must(template.New("config").Funcs(scaffold).Parse(`# Where the texts lie, and how the site is named. All paths are below this folder.
title: {{quote .Title}}
{{- if .Config.Home}}
home: {{quote .Config.Home}}{{end}}
{{- if .Config.Content}}
content: {{list .Config.Content}}{{end}}
adr: {{list .Config.ADR}}

# strict: true                            the texts are written for this generator: see lockstep help strict
# rules: {missing-status: off}            rules that nobody shall mend
# url: https://example.org/design/        where the site will be published
# repository: https://github.com/you/it   where readers see the sources
# names:                                  what code spans name, looked up in the code: see lockstep help names
#   - {kind: test, from: go-tests}
#   - {kind: path, from: paths}
`))

var firstPage = template.Must(template.New("index").Funcs(scaffold).Parse(`---
title: {{quote .Title}}
summary: What this is, in a sentence.
---

The answer first: what is decided, and why.

The decisions are in [the log](../{{.ADR}}).
`))

var firstRecord = template.Must(template.New("first").Parse(`---
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
`))
