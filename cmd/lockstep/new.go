package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"text/template"
	"time"

	"github.com/spf13/cobra"

	"lockstep/site/build"
	"lockstep/site/markdown"
)

func newNewCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "new", Short: "Begin a new text", Args: func(_ *cobra.Command, args []string) error {
		return usageError{"say what to begin", `lockstep new adr "Title"`}
	}, RunE: func(*cobra.Command, []string) error { return nil }}
	cmd.AddCommand(newADRCommand())
	return cmd
}

func newADRCommand() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:     `adr "Title"`,
		Short:   "Begin the next decision record",
		Long:    "Writes a decision record (MADR) with the next number, as proposed, into the repository's folder of decisions.",
		Example: `  lockstep new adr "Use one queue"`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 || markdown.Slug(args[0]) == "" {
				return usageError{"a decision needs a title, in quotes", `lockstep new adr "Use one queue"`}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			name, err := newADR(dir, args[0], time.Now())
			if err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), name)
			return nil
		},
	}
	cmd.Flags().StringVar(&dir, "dir", ".", "the repository")
	return cmd
}

// newADR writes the record and gives its path.
func newADR(dir, title string, now time.Time) (string, error) {
	folder, number := "adr", 1
	if b, err := build.Open(dir, build.Options{}); err == nil {
		if tree, err := b.Load(); err == nil {
			if folders := tree.ADRFolders(); len(folders) > 0 {
				folder = folders[0]
			}
			for _, p := range tree.Log().Decisions {
				number = max(number, p.Decision.Number+1)
				if strings.EqualFold(p.Title, title) {
					return "", fmt.Errorf("there is a decision with that title already: %s", p.Source)
				}
			}
		}
	}
	name := filepath.Join(dir, filepath.FromSlash(folder), fmt.Sprintf("%04d-%s.md", number, markdown.Slug(title)))
	return name, writeNew(name, adrTemplate, map[string]any{"Title": title, "Date": now.Format(time.DateOnly)})
}

// writeNew writes a file that must not exist yet.
func writeNew(name string, text *template.Template, values any) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s exists; nothing is overwritten", name)
	}
	if err != nil {
		return err
	}
	return errors.Join(text.Execute(file, values), file.Close())
}

var adrTemplate = template.Must(template.New("adr").Parse(`---
status: proposed
date: {{.Date}}
decision-makers: []
---

# {{.Title}}

## Context and Problem Statement

What forces a decision, in two or three sentences. End with the question.

## Decision Drivers

* What the answer must achieve, with numbers where there are any.

## Considered Options

* First option
* Second option

## Decision Outcome

Chosen option: "First option", because …

### Consequences

* Good, because …
* Bad, because …

### Confirmation

The test or measurement that will show whether the decision is followed and was right.

## Pros and Cons of the Options

### First option

* Good, because …
* Bad, because …

### Second option

* Good, because …
* Bad, because …

## More Information

What would make us decide again.
`))
