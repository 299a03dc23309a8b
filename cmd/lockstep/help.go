package main

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"lockstep/site"
	"lockstep/site/reference"
)

func newHelpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [VERB... | TOPIC]",
		Short: "Explain a verb, a rule, a key or a block, or show the guide",
		Long: `Without an argument it lists the verbs and the texts of the reference. A name in
[brackets] behind a finding is a rule, and is explained with an example; so is a key
of lockstep.yaml, a key of front matter, and the language of a block.`,
		Example: `  lockstep help guide          # from a repository to a published site
  lockstep help dead-link      # a rule
  lockstep help review check   # a verb`,
		ValidArgsFunction: func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return helpNames(cmd.Root()), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error { return help(cmd.Root(), cmd.OutOrStdout(), args) },
	}
}

func help(root *cobra.Command, w io.Writer, args []string) error {
	if len(args) == 0 {
		if err := root.Help(); err != nil {
			return err
		}
		fmt.Fprint(w, "\nTexts, each by \"lockstep help NAME\":\n")
		for _, p := range reference.Pages() {
			fmt.Fprintf(w, "  %-14s %s\n", p.Name, strings.ReplaceAll(filled(p.Summary), "\n", "\n                 "))
		}
		return nil
	}
	texts := helpTexts(strings.Join(args, " "))
	verb, rest, err := root.Find(args)
	if err == nil && len(rest) == 0 && verb != root {
		if err := verb.Help(); err != nil || len(texts) == 0 {
			return err
		}
		fmt.Fprintln(w)
	}
	if len(texts) > 0 {
		_, err := fmt.Fprintln(w, strings.Join(texts, "\n\n"))
		return err
	}
	near := site.Nearest(args[0], helpNames(root))
	if near == "" {
		near = "guide"
	}
	return usageError{fmt.Sprintf("there is no help for %q", strings.Join(args, " ")), "lockstep help " + near}
}

// helpTexts are what the reference says of a name. One word may be a rule and a key.
func helpTexts(name string) (texts []string) {
	for _, p := range reference.Pages() {
		if p.Name == name {
			texts = append(texts, inTerminal(p.Text))
		}
		for _, t := range p.Topics {
			if t.Name == name && p.Name != "commands" { // which repeats the help of verbs
				texts = append(texts, fmt.Sprintf("%s, in %s\n\n%s", t.Name, p.Name, inTerminal(t.Text)))
			}
		}
	}
	return texts
}

// helpNames are all words that help explains.
func helpNames(root *cobra.Command) (names []string) {
	for _, c := range root.Commands() {
		names = append(names, c.Name())
	}
	for _, p := range reference.Pages() {
		names = append(names, p.Name)
		for _, t := range p.Topics {
			if !strings.Contains(t.Name, " ") {
				names = append(names, t.Name)
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

var (
	textLink  = regexp.MustCompile(`\[([^\]]+)\]\([^)]*\)`)
	codeTitle = regexp.MustCompile(`title="([^"]*)"`)
)

var (
	rule   = regexp.MustCompile(`^[\s|:-]+$`)
	barred = regexp.MustCompile(`\\\|`)
)

// rowInTerminal writes a row of a table: what it is about, and below, set in and filled,
// what its last cell says of it. The rule below the head is left out.
func rowInTerminal(line string) string {
	if rule.MatchString(line) {
		return ""
	}
	line = strings.Trim(strings.TrimSpace(barred.ReplaceAllString(line, "\x00")), "|")
	cells := strings.Split(strings.ReplaceAll(line, "`", ""), "|")
	for i, c := range cells {
		cells[i] = strings.ReplaceAll(strings.TrimSpace(c), "\x00", "|")
	}
	last := len(cells) - 1
	var out strings.Builder
	out.WriteString("  " + strings.Join(strings.Fields(strings.Join(cells[:last], "  ")), " "))
	column := helpWidth // so that the first word begins a line
	for word := range strings.FieldsSeq(cells[last]) {
		width := len([]rune(word))
		if column+1+width > helpWidth {
			out.WriteString("\n     ")
			column = 5
		}
		out.WriteString(" " + word)
		column += 1 + width
	}
	return out.String() + "\n"
}

// inTerminal writes Markdown for a terminal: paragraphs filled, code set in below the
// name of its file, tables as lists, links without their addresses.
func inTerminal(markdown string) string {
	var out, prose strings.Builder
	flush := func() {
		if text := filled(prose.String()); text != "" {
			out.WriteString(text + "\n\n")
		}
		prose.Reset()
	}
	fence := ""
	for line := range strings.Lines(markdown) {
		marks := line[:len(line)-len(strings.TrimLeft(line, "`"))]
		switch {
		case fence == "" && len(marks) >= 3:
			flush()
			fence = marks
			if m := codeTitle.FindStringSubmatch(line); m != nil {
				out.WriteString("  " + m[1] + "\n")
			}
		case fence != "" && strings.TrimSpace(line) == fence:
			fence = ""
			out.WriteByte('\n')
		case fence != "":
			out.WriteString(strings.TrimRight("    "+line, " \n") + "\n")
		case strings.HasPrefix(line, "#"):
			flush()
			prose.WriteString(strings.TrimLeft(line, "# "))
			flush()
		case strings.HasPrefix(line, "|"):
			prose.WriteString(rowInTerminal(textLink.ReplaceAllString(line, "$1")))
		case strings.HasPrefix(line, "- "):
			prose.WriteString("  " + textLink.ReplaceAllString(line, "$1"))
		default:
			prose.WriteString(textLink.ReplaceAllString(line, "$1"))
		}
	}
	flush()
	return strings.TrimRight(out.String(), "\n")
}
