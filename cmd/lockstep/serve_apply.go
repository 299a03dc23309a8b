package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"lockstep/site/git"
	"lockstep/site/review"
	"lockstep/site/review/event"
	"lockstep/site/review/patch"
)

// applier writes suggestions into the repository of whoever runs the server. Where
// people sign in, the sources are not theirs to write, and they take a patch.
func applier(dir string, d *door) func(context.Context, review.SourceEdit) (string, error) {
	if d.Start == "" {
		return nil
	}
	if _, err := git.Run(context.Background(), dir, "rev-parse", "--is-inside-work-tree"); err != nil {
		return nil
	}
	return func(ctx context.Context, e review.SourceEdit) (string, error) { return applyEdit(ctx, dir, e) }
}

// applyEdit replaces a block and commits its file, with the one who suggested it as
// the author. Either both happen or neither.
func applyEdit(ctx context.Context, dir string, e review.SourceEdit) (hash string, err error) {
	// A commit may ask for a passphrase that nobody here can type.
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	said, err := git.Line(ctx, dir, "status", "--porcelain", "--", e.Source)
	switch {
	case err != nil:
		return "", fmt.Errorf("git does not know %s: %w", e.Source, err)
	case strings.HasPrefix(said, "??"):
		return "", fmt.Errorf("%s is in no commit yet: commit it first", e.Source)
	case len(said) > 0:
		return "", fmt.Errorf("%s has changes that are not committed, and they would go with the edit: commit or stash them first", e.Source)
	}
	if _, err := replaceBlock(dir, e.Source, e.Old, e.New); err != nil {
		return "", err
	}
	message := fmt.Sprintf("Apply what %s suggested for %s\n\nReview-Thread: %s", patch.Plain(e.By.Name), patch.Plain(e.Title), e.Thread)
	if hash, err = commitFile(ctx, dir, e.Source, message, "--author", authorOf(e.By)); err != nil {
		if _, back := replaceBlock(dir, e.Source, e.New, e.Old); back != nil {
			return "", fmt.Errorf("the edit is written to %s, and git did not commit it: %w", e.Source, err)
		}
		return "", fmt.Errorf("git did not commit the edit, and %s is as it was: %w", e.Source, err)
	}
	return hash, nil
}

// authorOf is a person as git names the author of a commit.
func authorOf(p event.Person) string {
	return fmt.Sprintf("%s <%s>", patch.Plain(p.Name), patch.Plain(patch.AddressOf(p)))
}
