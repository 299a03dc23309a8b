package main

import (
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/spf13/cobra"

	"lockstep/site"
	"lockstep/site/build"
)

func newDiffCommand() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "diff PAGE [FROM [TO]]",
		Short: "Show how a page differs between two of its revisions",
		Long: `Compares two revisions of a page block by block: words that are [-gone-] and {+new+},
blocks that moved, rows of tables, lines of code. What is the same is left out, but for
its neighbours. PAGE is its file or its address on the site.

A revision is anything that git understands, a commit, a tag, a branch, HEAD~3, or "now",
the text as it is. FROM is HEAD unless it is said, and TO is now.

The site shows the same: /changes/ lists what changed on all pages by day, and each page
leads to its own history. lockstep.yaml says how many differences a built site keeps:

  changes: {page: 10, site: 200}   # of each page, and of all together;
                                   # site: 0 leaves /changes/ out

lockstep serve compares any two revisions at the foot of a page's history.`,
		Example: `  lockstep diff adr/0003-shard-by-conversation.md
  lockstep diff /adr/0003-shard-by-conversation/ v1.0 HEAD
  lockstep diff --dir ../other-repo docs/design.md main~20 main`,
		Args: cobra.RangeArgs(1, 3),
		RunE: func(cmd *cobra.Command, args []string) error {
			tree, err := loadTree(dir)
			if err != nil {
				return err
			}
			p := pageNamed(tree, args[0])
			if p == nil {
				return fmt.Errorf("%s is no page of this site; name a file like content/design/scale.md, or an address like /design/scale/", args[0])
			}
			revisions := append(args[1:], []string{"HEAD", "now"}[len(args)-1:]...)
			for i, name := range revisions {
				if revisions[i], err = tree.Changes.RevisionOf(p, name); err != nil {
					return err
				}
			}
			shown, err := tree.Changes.Between(p, revisions[0], revisions[1])
			if err != nil {
				return err
			}
			printDifference(cmd.OutOrStdout(), shown.Compared)
			return nil
		},
	}
	cmd.Flags().StringVar(&dir, "dir", ".", "the repository")
	return cmd
}

// pageNamed finds a page by its file or its address.
func pageNamed(tree *build.Tree, name string) *site.Page {
	if p := tree.ByPath("/" + strings.Trim(name, "/") + "/"); p != nil && p.Source != "" {
		return p
	}
	for _, p := range tree.Pages {
		if p.Source != "" && (p.Source == path.Clean(name) || p.Path == name) {
			return p
		}
	}
	return nil
}

func printDifference(w io.Writer, d *site.Difference) {
	for _, c := range []struct {
		what string
		site.Change
	}{{"from", d.From}, {"to", d.To}} {
		if c.Commit == "" {
			fmt.Fprintf(w, "%-4s  %s\n", c.what, c.Subject)
		} else {
			fmt.Fprintf(w, "%-4s  %s  %s  %s\n", c.what, c.Commit[:min(10, len(c.Commit))], c.At.UTC().Format("2 Jan 2006, 15:04"), c.Subject)
		}
	}
	if len(d.To.Words) == 0 {
		fmt.Fprintln(w, "\nNothing differs that a reader sees.")
		return
	}
	fmt.Fprintln(w, "\n"+strings.Join(d.To.Words, "; "))
	for _, p := range d.Pieces {
		fmt.Fprintln(w)
		if p.Op == site.PieceSkipped {
			fmt.Fprintf(w, "  … %d the same\n", p.Skipped)
			continue
		}
		fmt.Fprintf(w, "%s %s", p.Op, p.Kind)
		if len(p.From) > 0 {
			fmt.Fprintf(w, " (%s)", strings.Join(p.From, " › "))
		}
		fmt.Fprintf(w, "\n  %s\n", marked(p.Spans))
		for _, r := range p.Rows {
			if r.Op == '.' {
				fmt.Fprintf(w, "    … %d the same\n", r.Skipped)
				continue
			}
			var cells []string
			for _, cell := range r.Cells {
				if p.Kind == "code" {
					cell = []site.Span{{Op: '=', Text: strings.TrimSuffix(cell[0].Text, "\n")}}
				}
				cells = append(cells, marked(cell))
			}
			fmt.Fprintf(w, "  %c %s\n", r.Op, strings.Join(cells, " | "))
		}
	}
	if d.Omitted > 0 {
		fmt.Fprintf(w, "\n%d more blocks differ; they are too large to be shown\n", d.Omitted)
	}
}

// marked writes words that are gone and new as git does.
func marked(spans []site.Span) string {
	var b strings.Builder
	for _, s := range spans {
		switch s.Op {
		case '-':
			b.WriteString("[-" + s.Text + "-]")
		case '+':
			b.WriteString("{+" + s.Text + "+}")
		default:
			b.WriteString(s.Text)
		}
	}
	return b.String()
}
