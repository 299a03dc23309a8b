package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"lockstep/site/review/access"
	"lockstep/site/review/display"
	"lockstep/site/review/state"
	"lockstep/site/review/store"
)

func newReviewListCommand() *cobra.Command {
	var f reviewFlags
	var open, asJSON, exported bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List threads and where they stand in the text as it is now",
		Long: `Prints a line for each thread. It begins with as much of the thread's id as no
other thread of the page has: lockstep review apply takes that.`,
		Example: `  lockstep review list --open
  lockstep review list --json
  lockstep review list --exported            # what the repository has`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			tree, err := loadTree(f.dir)
			if err != nil {
				return err
			}
			var all reviewed
			if exported {
				all, err = soundReviews(tree, f.dir)
			} else {
				all, err = readReviews(cmd.Context(), &f)
			}
			if err != nil {
				return err
			}
			revisions := store.HoldRevisions(all.docs)
			type row struct {
				Page     string `json:"page"`
				ID       string `json:"id"`
				Status   string `json:"status"`
				Intent   string `json:"intent"`
				State    string `json:"state"`
				Source   string `json:"source,omitempty"`
				Line     int    `json:"line,omitempty"`
				Author   string `json:"author"`
				Quote    string `json:"quote,omitempty"`
				Comments int    `json:"comments"`
				Body     string `json:"body"`
			}
			rows, ids := []row{}, make(map[string][]string)
			names, pages := byPage(all.lines)
			for _, name := range names {
				state, err := state.Of(pages[name])
				if err != nil {
					return fmt.Errorf("%s: %w", name, err)
				}
				d, _ := tree.Document(name)
				d.Name = name
				for _, t := range display.Show(state, d, revisions, access.Actor{}).Threads {
					ids[name] = append(ids[name], t.ID)
					if open && t.Status != "open" {
						continue
					}
					r := row{Page: name, ID: t.ID, Status: t.Status, Intent: t.Intent, State: t.State, Source: d.Source, Author: t.Comments[0].Author, Quote: t.Quote,
						Comments: len(t.Comments), Body: t.Comments[0].Body}
					if t.Block >= 0 && t.Block < len(d.Blocks) {
						r.Line = d.Blocks[t.Block].Line
					}
					rows = append(rows, r)
				}
			}
			if asJSON {
				encoder := json.NewEncoder(cmd.OutOrStdout())
				encoder.SetIndent("", "  ")
				return encoder.Encode(rows)
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 4, 2, ' ', 0)
			for _, r := range rows {
				place := r.Page
				if r.Line > 0 {
					place = fmt.Sprintf("%s:%d", r.Source, r.Line)
				}
				text, _, _ := strings.Cut(r.Body, "\n")
				if text == "" {
					text = "(redacted)"
				}
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s: %s\n", shortID(r.ID, ids[r.Page]), place, r.Status, r.Intent, r.State, r.Author, oneLine(text, 60))
			}
			if err := w.Flush(); err != nil {
				return err
			}
			if len(rows) == 0 {
				fmt.Fprintln(cmd.OutOrStdout(), "no threads")
			}
			return nil
		},
	}
	f.add(cmd)
	cmd.Flags().BoolVar(&open, "open", false, "open threads only")
	cmd.Flags().BoolVar(&exported, "exported", false, "read the repository instead of the server's log")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// oneLine is a text for a terminal: nothing in it moves the cursor.
func oneLine(text string, limit int) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return ' '
		}
		return r
	}, text)
	if runes := []rune(text); len(runes) > limit {
		return string(runes[:limit]) + "…"
	}
	return text
}
