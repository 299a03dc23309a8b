package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"lockstep/site/build"
)

// TestCommandTree: what the site reads from the source of the verbs and flags is what
// the program has, so no text can name a flag of another verb.
func TestCommandTree(t *testing.T) {
	b, err := build.Open("../..", build.Options{})
	if err != nil {
		t.Fatal(err)
	}
	tree, err := b.Load()
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		if c.Name() == "help" || c.Name() == "completion" {
			return
		}
		line := c.CommandPath()
		var flags []string
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if f.Name != "help" {
				flags = append(flags, f.Name)
			}
		})
		slices.Sort(flags)
		want = append(want, strings.TrimSpace(fmt.Sprint(line, " ", strings.Join(flags, " "))))
		for _, verb := range c.Commands() {
			walk(verb)
		}
	}
	walk(newRootCommand())
	slices.Sort(want)
	got := slices.DeleteFunc(tree.Commands(), func(line string) bool { return !strings.HasPrefix(line, "lockstep") })
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the source gives other verbs and flags than the program has (-program +source):\n%s", diff)
	}
}
