package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"lockstep/site/review/replay"
)

func newReviewReplayCommand() *cobra.Command {
	var dir, pattern, evidence string
	var seed uint64
	var asJSON, mistakes bool
	cmd := &cobra.Command{
		Use:         "replay",
		Short:       "Measure on a history how well comments find their place",
		Annotations: map[string]string{whenInterrupted: "nothing was written"},
		Long: `Anchors quotes in old revisions of a repository's Markdown and looks where they
are placed in revisions 1, 5 and 20 commits later. Right and wrong are decided
apart from that, by following each word through every commit.

It also makes texts with tables, lists and code in which the same values recur,
edits them, and looks whether comments stay on their cell, item or line. There
the right answer is known from the edits.`,
		Example: `  lockstep review replay
  lockstep review replay --dir ../other --path 'docs/adr/*.md'`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			histories, err := replay.Git(cmd.Context(), dir, pattern)
			if err != nil {
				return err
			}
			table := replay.Run(histories, replay.Options{Seed: seed, Progress: func(done, of int) {
				fmt.Fprintf(cmd.ErrOrStderr(), "\r%d of %d documents", done, of)
			}})
			fmt.Fprintln(cmd.ErrOrStderr())
			invented := replay.Invent(seed, inventedEdits)
			if asJSON {
				encoder := json.NewEncoder(cmd.OutOrStdout())
				encoder.SetIndent("", "  ")
				return encoder.Encode(struct {
					replay.Table
					Invented replay.Invented `json:"invented"`
				}{table, invented})
			}
			if table.Documents == 0 {
				return usageError{fmt.Sprintf("no Markdown file that matches %q has two revisions here", pattern), "a full clone: git fetch --unshallow; or --path '*'"}
			}
			out := cmd.OutOrStdout()
			w := tabwriter.NewWriter(out, 0, 4, 2, ' ', tabwriter.AlignRight)
			fmt.Fprintln(w, "what became of it\tquotes\tright\tright paragraph\twrong\tnot placed\t")
			for _, class := range replay.Classes {
				c := table.Classes[class]
				share := func(n int) string {
					if c.Samples == 0 {
						return "-"
					}
					return fmt.Sprintf("%.1f %%", 100*float64(n)/float64(c.Samples))
				}
				fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t%s\t\n", class, c.Samples, share(c.Right), share(c.Paragraph), share(c.Wrong), share(c.Unplaced))
			}
			w.Flush()
			fmt.Fprintf(out, "%d documents, %d revisions, %d quotes left out as unclear; %.2f ms a thread, p99 %.2f ms\n", table.Documents, table.Revisions, table.Unclear, table.MeanMS, table.P99MS)
			writeInvented(out, invented)
			if evidence != "" {
				if err := writeReplayEvidence(evidence, pattern, seed, table, invented); err != nil {
					return err
				}
			}
			if mistakes {
				for _, m := range append(table.Mistakes, invented.Mistakes...) {
					fmt.Fprintln(out, "  wrong:", oneLine(m, 300))
				}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&dir, "dir", ".", "a repository")
	cmd.Flags().StringVar(&pattern, "path", "*", "which files, as in adr/*.md; * for all Markdown")
	cmd.Flags().Uint64Var(&seed, "seed", 1, "chooses the quotes")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	cmd.Flags().StringVar(&evidence, "evidence", "", "also write the figures into this file, for the site's text")
	cmd.Flags().BoolVar(&mistakes, "mistakes", false, "show some of the wrong placements")
	return cmd
}

// inventedEdits are enough for a rule that is wrong once in a thousand comments to show.
const inventedEdits = 4000

func writeInvented(out io.Writer, table replay.Invented) {
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\ninvented, a comment on a\tthere\tas unchanged\twith a reason\tnear it\tgone\twrong and exact\twrong with a reason\t")
	for _, kind := range replay.FrameKinds {
		c := table.Kinds[kind]
		share := func(n int) string { return fmt.Sprintf("%.1f %%", 100*float64(n)/float64(max(c.Samples, 1))) }
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t%d\t%d\t%d\t\n", kind, c.Samples, share(c.Exact), share(c.Labelled), share(c.Unsure), c.Gone, c.WrongExact, c.WrongLabelled)
	}
	w.Flush()
	fmt.Fprintf(out, "%d edits of invented tables, lists and code\n", table.Edits)
}

// writeReplayEvidence writes what the site's text can refer to.
func writeReplayEvidence(path, pattern string, seed uint64, table replay.Table, invented replay.Invented) error {
	out := map[string]any{"experiment": "anchors", "commit": commit(), "machine": machine(), "seed": seed, "date": time.Now().UTC().Format(time.DateOnly),
		"command": called(os.Args[1:]), "judges": codeOf["anchors"],
		"path": pattern, "documents": table.Documents, "revisions": table.Revisions, "unclear": table.Unclear, "mean_ms": table.MeanMS, "p99_ms": table.P99MS}
	for _, class := range replay.Classes {
		c := table.Classes[class]
		share := func(n int) map[string]any {
			return map[string]any{"value": 100 * float64(n) / float64(max(c.Samples, 1)), "unit": "%"}
		}
		out[string(class)] = map[string]any{"quotes": c.Samples, "right": share(c.Right), "paragraph": share(c.Paragraph), "wrong": share(c.Wrong), "unplaced": share(c.Unplaced)}
	}
	framed := map[string]any{"edits": invented.Edits}
	for _, kind := range replay.FrameKinds {
		c := invented.Kinds[kind]
		framed[kind] = map[string]any{"quotes": c.Samples + c.Gone, "wrong_exact": c.WrongExact, "wrong_labelled": c.WrongLabelled,
			"right": map[string]any{"value": 100 * float64(c.Exact+c.Labelled) / float64(max(c.Samples, 1)), "unit": "%"}}
	}
	out["invented"] = framed
	data, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(path, append(data, '\n'), 0o644); err != nil {
		return fmt.Errorf("write evidence: %w", err)
	}
	return nil
}
