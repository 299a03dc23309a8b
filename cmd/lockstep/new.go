package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"text/template"
	"time"
	"unicode"

	"github.com/spf13/cobra"

	"lockstep/site"
	"lockstep/site/build"
)

func newNewCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "new", Short: "Begin a new text", RunE: func(*cobra.Command, []string) error {
		return usageError{"say what to begin", `lockstep new adr "Title"`}
	}}
	cmd.AddCommand(newADRCommand())
	return cmd
}

func newADRCommand() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   `adr "Title"`,
		Short: "Begin the next decision record",
		Long: `Writes a decision record, as proposed, into the repository's folder of decisions.
Its number, the form of its name and its style (MADR, or Nygard where most
records are) follow the records that are there.`,
		Example: `  lockstep new adr "Use one queue"`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 || !strings.ContainsFunc(args[0], says) {
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

// says whether a sign can stand for something: a letter, a digit, a picture.
func says(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.So, r)
}

// newADR writes the record and gives its path. The name follows those of the
// records that are there, and so does the style.
func newADR(dir, title string, now time.Time) (string, error) {
	title = strings.Join(strings.Fields(title), " ")
	b, err := build.Open(dir, build.Options{Lab: playable()})
	if err != nil {
		return "", err
	}
	folder, records := "adr", []*site.Page(nil)
	tree, err := b.Load()
	switch {
	case err == nil:
		records = tree.Log().Decisions
		if folders := tree.ADRFolders(); len(folders) > 0 {
			folder = folders[0]
		}
	case !errors.Is(err, build.ErrNoSources):
		return "", err
	}
	nygard := 0
	for _, p := range records {
		if build.Element(p.Title) == build.Element(title) {
			return "", fmt.Errorf("there is a decision with that title already: %s", p.Source)
		}
		if p.Decision.Format == site.FormatNygard {
			nygard++
		}
	}
	prefix, number := nextRecord(records, now)
	text := madrTemplate
	if nygard > len(records)/2 {
		text = nygardTemplate
	}
	name := filepath.Join(b.Dir(), filepath.FromSlash(folder), prefix+build.Element(title)+".md")
	err = writeNew(name, text, map[string]any{"Title": plainTitle.Replace(title), "Number": number, "Date": now.Format(time.DateOnly)})
	if errors.Is(err, fs.ErrExist) {
		return "", fmt.Errorf("%s exists; nothing is overwritten", name)
	}
	if short, relErr := filepath.Rel(b.Dir(), name); relErr == nil {
		name = filepath.Join(dir, short)
	}
	return name, err
}

// plainTitle keeps a title from being read as markup. Code stays code.
var plainTitle = strings.NewReplacer("<", `\<`, "[", `\[`, "]", `\]`, "*", `\*`)

var (
	numberPrefix = regexp.MustCompile(`^(\D*?)(\d+)([-_. ]+)`)
	datePrefix   = regexp.MustCompile(`^(\d{4}-\d{2}-\d{2}|\d{8})([-_ ])`)
)

// nextRecord is the beginning of the next record's name: the next number, as wide
// as the last one, or the date where records are named by date.
func nextRecord(records []*site.Page, now time.Time) (prefix string, number int) {
	prefix, number = "0001-", 1
	for _, p := range records {
		base := path.Base(p.Source)
		if m := datePrefix.FindStringSubmatch(base); m != nil && p.Decision.Number == 0 {
			layout := time.DateOnly
			if !strings.Contains(m[1], "-") {
				layout = "20060102"
			}
			prefix = now.Format(layout) + m[2]
		} else if m := numberPrefix.FindStringSubmatch(base); m != nil && p.Decision.Number >= number-1 {
			number = p.Decision.Number + 1
			prefix = fmt.Sprintf("%s%0*d%s", m[1], len(m[2]), number, m[3])
		}
	}
	return prefix, number
}

// writeNew writes a file that must not exist yet; if it does, the error is
// fs.ErrExist.
func writeNew(name string, text *template.Template, values any) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	return errors.Join(text.Execute(file, values), file.Close())
}

var nygardTemplate = template.Must(template.New("adr").Parse(`# {{.Number}}. {{.Title}}

Date: {{.Date}}

## Status

Proposed

## Context

What forces a decision, in two or three sentences.

## Decision

We will …

## Consequences

What becomes easier, and what becomes harder.
`))

var madrTemplate = template.Must(template.New("adr").Parse(`---
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
