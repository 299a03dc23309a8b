package main

import (
	"path/filepath"

	"github.com/spf13/cobra"

	"lockstep/site/build"
	"lockstep/site/review/entry"
)

// reviewFlags say where the site and its reviews are.
type reviewFlags struct{ dir, data string }

func (f *reviewFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.dir, "dir", ".", "the repository")
	cmd.Flags().StringVar(&f.data, "data", "", "folder of the server's data (default: var, in the repository)")
}

// store is the folder of the reviews.
func (f *reviewFlags) store() string {
	if f.data == "" {
		return filepath.Join(f.dir, "var", "review")
	}
	return filepath.Join(f.data, "review")
}

func newReviewCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "review",
		Short: "What people said about the pages: export, import, judge",
		Long: `The reviews of a served site live in an ordered log beside it. These commands
bring them into the repository and back, judge decisions by them, and let people
in. They work while the server runs, and while it does not.`,
		Example: `  lockstep review export                     # into adr/reviews/
  lockstep review check                   # do accepted decisions have blockers?
  lockstep review invite --name Ada --role reviewer
  lockstep review backup reviews.jsonl`,
	}
	cmd.AddCommand(newReviewExportCommand(), newReviewImportCommand(), newReviewListCommand(), newReviewVerifyCommand(), newReviewCheckCommand(),
		newReviewBackupCommand(), newReviewRestoreCommand(), newReviewApplyCommand(), newReviewInviteCommand(), newReviewTokenCommand(), newReviewInvitesCommand(), newReviewRevokeCommand(), newReviewSignerCommand(),
		newReviewReplayCommand(), newReviewCommentCommand(), newReviewBridgeCommand())
	return cmd
}

// byPage groups lines, in their order.
func byPage(lines []entry.Line) (names []string, pages map[string][]entry.Line) {
	pages = make(map[string][]entry.Line)
	for _, line := range lines {
		if pages[line.Page] == nil {
			names = append(names, line.Page)
		}
		pages[line.Page] = append(pages[line.Page], line)
	}
	return names, pages
}

// loadTree reads the site's sources.
func loadTree(dir string) (*build.Tree, error) {
	b, err := build.Open(dir, build.Options{Lab: playable(), Cache: cacheDir(dir)})
	if err != nil {
		return nil, err
	}
	return b.Load()
}
