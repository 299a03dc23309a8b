package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"

	"lockstep/site/reference"
)

var updateReference = flag.Bool("update", false, "write the page of commands from the verbs and flags")

const commandsFile = "../../site/reference/guide/commands.md"

// TestReference_commands: the page of commands is what the verbs say of themselves.
func TestReference_commands(t *testing.T) {
	want := commandsPage(newRootCommand())
	if *updateReference {
		if err := os.WriteFile(commandsFile, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	page, ok := reference.Find("commands")
	if !ok {
		t.Fatal("there is no page of commands")
	}
	if _, text, _ := strings.Cut(want, "\n---\n"); text != page.Text {
		t.Errorf("run go test ./cmd/lockstep -run TestReference_commands -update:\n%s", cmp.Diff(text, page.Text))
	}
}

// commandsPage writes the help of all verbs as a page.
func commandsPage(root *cobra.Command) string {
	var out strings.Builder
	out.WriteString("---\ntitle: Commands\nsummary: Every verb and flag of the program, as its help has them.\n---\n\n# Commands\n\n" +
		"This page is made from the program: `lockstep check --help` prints the part of that verb, and `lockstep man` writes all of it as manual pages.\n")
	ofCluster := make(map[string]bool)
	for _, c := range clusterCommands() {
		ofCluster[c.Name()] = true
	}
	others := "\n## The cluster\n\nThese verbs run what this project designs; `--help` behind each says what it does.\n\n"
	var verbs func(*cobra.Command)
	verbs = func(c *cobra.Command) {
		for _, verb := range c.Commands() {
			if verb.Name() == "completion" {
				continue
			}
			if c == root && ofCluster[verb.Name()] {
				others += fmt.Sprintf("- `%s`\n", verb.CommandPath())
				continue
			}
			fmt.Fprintf(&out, "\n## %s\n\n%s.\n\n```text\n%s\n", strings.TrimPrefix(verb.CommandPath(), "lockstep "), verb.Short, filled(verb.Long))
			if verb.Runnable() && !verb.HasSubCommands() {
				fmt.Fprintf(&out, "\n%s\n", verb.UseLine())
			}
			if verb.HasExample() {
				fmt.Fprintf(&out, "\n%s\n", verb.Example)
			}
			if flags := verb.NonInheritedFlags().FlagUsagesWrapped(helpWidth); strings.TrimSpace(flags) != "" {
				fmt.Fprintf(&out, "\n%s", flags)
			}
			out.WriteString("```\n")
			verbs(verb)
		}
	}
	verbs(root)
	return out.String() + others
}
