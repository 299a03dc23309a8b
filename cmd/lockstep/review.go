package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"lockstep/prototype/cluster"
	"lockstep/site/build"
	"lockstep/site/review"
	"lockstep/site/review/access"
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
in. Those that only read work while the server runs.`,
		Example: `  lockstep review export                     # into adr/reviews/
  lockstep review check                      # accepted decisions with open blockers?
  lockstep review invite --name Ada --role reviewer
  lockstep review backup reviews.jsonl`,
	}
	cmd.AddCommand(newReviewExportCommand(), newReviewImportCommand(), newReviewListCommand(), newReviewVerifyCommand(), newReviewCheckCommand(),
		newReviewBackupCommand(), newReviewRestoreCommand(), newReviewApplyCommand(), newReviewInviteCommand(), newReviewInvitesCommand(), newReviewRevokeCommand(),
		newReviewReplayCommand())
	return cmd
}

// serving is what a running server leaves for commands on its machine.
type serving struct {
	URL   string `json:"url"`
	Token string `json:"token"`
}

const servingFile = "serving.json"

// announce writes down where this server is, until undo is called.
func announce(store string, s serving) (undo func(), err error) {
	data, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(store, servingFile)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		return nil, fmt.Errorf("announce the reviews: %w", err)
	}
	return func() { os.Remove(path) }, nil
}

// withService opens the store for a command of its own. It fails while a server
// has it.
func withService(ctx context.Context, f *reviewFlags, pages review.Pages, use func(*review.Service, *reviewStore) error) error {
	store, err := openReviewStore(ctx, f.store(), slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	service, err := review.Open(ctx, review.Options{Log: store.Log, Keys: store.Keys, Revisions: store.Revisions, Pages: pages, Who: access.Any{}})
	if err != nil {
		return errors.Join(damagedReviews(f.store(), err), store.Close())
	}
	return errors.Join(use(service, store), store.Close())
}

// reviewLines reads everything from the store, or from the server that has it.
func reviewLines(ctx context.Context, f *reviewFlags) (lines []review.Line, err error) {
	if _, err := os.Stat(f.store()); errors.Is(err, os.ErrNotExist) {
		return nil, usageError{fmt.Sprintf("there are no reviews in %s", f.store()), "lockstep serve, and comment on a page; --data names another folder"}
	}
	err = withService(ctx, f, nil, func(s *review.Service, _ *reviewStore) error {
		for _, name := range s.Names() {
			more, err := s.Lines(ctx, name)
			if err != nil {
				return err
			}
			lines = append(lines, more...)
		}
		return nil
	})
	if errors.Is(err, cluster.ErrInUse) {
		return dumped(ctx, f)
	}
	return lines, err
}

// dumped asks the running server.
func dumped(ctx context.Context, f *reviewFlags) ([]review.Line, error) {
	data, err := os.ReadFile(filepath.Join(f.store(), servingFile))
	if err != nil {
		return nil, fmt.Errorf("another command has the reviews in %s open; wait until it has ended", f.store())
	}
	var s serving
	if err := json.Unmarshal(data, &s); err != nil {
		return nil, fmt.Errorf("read %s: %w", servingFile, err)
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL+"/api/reviews/-/-/dump", nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Authorization", "Bearer "+s.Token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, fmt.Errorf("ask the server at %s for its reviews: %w", s.URL, err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("ask the server at %s for its reviews: %s %w", s.URL, answer.Status, err)
	}
	return review.ReadLines(bytes.NewReader(body))
}

// byPage groups lines, in their order.
func byPage(lines []review.Line) (names []string, pages map[string][]review.Line) {
	pages = make(map[string][]review.Line)
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
	b, err := build.Open(dir, build.Options{Cache: cacheDir(dir)})
	if err != nil {
		return nil, err
	}
	return b.Load()
}
