package main

import (
	"fmt"
	"strings"
	"sync"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"lockstep/site"
)

// helpWidth is what help is filled to: the width of the narrowest terminal in use.
const helpWidth = 80

// strictly makes each command of a tree answer a line that makes no sense in the same
// way: with a usageError that says what may have been meant. A group of verbs without
// one of them shows its help.
func strictly(cmd *cobra.Command) {
	switch args := cmd.Args; {
	case cmd.HasSubCommands():
		if cmd.RunE == nil {
			cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
		}
		if args == nil { // a word that is no verb means nothing to the group itself
			cmd.Args = noVerb
		}
	case args != nil:
		cmd.Args = func(cmd *cobra.Command, given []string) error {
			err := args(cmd, given)
			if _, ours := err.(usageError); err == nil || ours {
				return err
			}
			return usageError{fmt.Sprintf("%s takes other arguments than %q: %s", cmd.CommandPath(), given, cmd.UseLine()), cmd.CommandPath() + " --help"}
		}
	}
	for _, verb := range cmd.Commands() {
		strictly(verb)
	}
}

// noVerb refuses what follows a group of verbs and is none of them.
func noVerb(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var verbs []string
	for _, c := range cmd.Commands() {
		verbs = append(verbs, c.Name())
	}
	return usageError{fmt.Sprintf("%s has no verb %q", cmd.CommandPath(), args[0]), meant(cmd, site.Nearest(args[0], verbs))}
}

// noFlag says of a flag that the command does not have which one may have been meant.
func noFlag(cmd *cobra.Command, err error) error {
	name, unknown := strings.CutPrefix(err.Error(), "unknown flag: --")
	if !unknown {
		return usageError{err.Error(), cmd.CommandPath() + " --help"}
	}
	var flags []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { flags = append(flags, f.Name) })
	near := site.Nearest(name, flags)
	if near != "" {
		near = "--" + near
	}
	return usageError{fmt.Sprintf("%s has no flag --%s", cmd.CommandPath(), name), meant(cmd, near)}
}

// meant is the line to try: that with the nearest word, or the help.
func meant(cmd *cobra.Command, near string) string {
	if near == "" {
		near = "--help"
	}
	return cmd.CommandPath() + " " + near
}

// addFilled is done once: cobra keeps such functions for all commands of a process.
var addFilled = sync.OnceFunc(func() { cobra.AddTemplateFunc("filled", filled) })

// fillHelp makes help fit a terminal.
func fillHelp(root *cobra.Command) {
	addFilled()
	root.SetHelpTemplate(`{{with (or .Long .Short)}}{{filled .}}

{{end}}{{if or .Runnable .HasSubCommands}}{{.UsageString}}{{end}}`)
	root.SetUsageTemplate(strings.ReplaceAll(root.UsageTemplate(), ".FlagUsages", fmt.Sprintf(".FlagUsagesWrapped %d", helpWidth)))
}

// filled breaks the lines of paragraphs anew. Lines that are set in are tables and
// examples, and stay.
func filled(text string) string {
	var out strings.Builder
	column := 0
	for line := range strings.Lines(strings.TrimSpace(text)) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" || strings.HasPrefix(line, " ") {
			if column > 0 {
				out.WriteByte('\n')
			}
			column = 0
			out.WriteString(line + "\n")
			continue
		}
		for word := range strings.FieldsSeq(line) {
			width := len([]rune(word))
			switch {
			case column == 0:
			case column+1+width > helpWidth:
				out.WriteByte('\n')
				column = 0
			default:
				out.WriteByte(' ')
				column++
			}
			out.WriteString(word)
			column += width
		}
	}
	return strings.TrimRight(out.String(), "\n")
}

// whenInterrupted is the key of the annotation in which a verb says what an interrupt
// leaves undone.
const whenInterrupted = "when interrupted"

// leftUndone is what the verb of a line says of an interrupt.
func leftUndone(root *cobra.Command, args []string) string {
	cmd, _, err := root.Find(args)
	if err != nil || cmd.Annotations[whenInterrupted] == "" {
		return ""
	}
	return ": " + cmd.Annotations[whenInterrupted]
}
