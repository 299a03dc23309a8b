package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lockstep/site/git"
	"lockstep/site/review/access"
	"lockstep/site/review/entry"
	"lockstep/site/review/repo"
)

func newReviewApplyCommand() *cobra.Command {
	var f reviewFlags
	var commit bool
	cmd := &cobra.Command{
		Use:   "apply PAGE THREAD",
		Short: "Write a suggested edit into its source, and pin the thread",
		Long: `Replaces the block that the suggestion was made for, if the source still has it
exactly as it was then, and resolves the thread as applied. With --commit the file
is committed, too, with who suggested it as the author, and the thread names the
commit; otherwise commit it yourself. THREAD is an id or the beginning of one, as
lockstep review list prints it.`,
		Example: `  lockstep review list --open
  lockstep review apply adr/0007-fixed-slots 3f2a9c
  lockstep review apply --commit adr/0007-fixed-slots 3f2a9c`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			tree, err := loadTree(f.dir)
			if err != nil {
				return err
			}
			d, ok := tree.Document(args[0])
			if !ok {
				return usageError{fmt.Sprintf("there is no page %q", args[0]), "lockstep review list"}
			}
			who, err := access.Local{Name: gitConfig(f.dir, "user.name"), Email: gitConfig(f.dir, "user.email")}.Person()
			if err != nil {
				return err
			}
			all, err := readReviews(cmd.Context(), &f)
			if err != nil {
				return err
			}
			_, pages := byPage(all.lines)
			thread, err := threadInLog(pages[d.Name], args[1])
			if err != nil {
				return err
			}
			s, err := repo.SuggestionIn(pages[d.Name], thread)
			if err != nil {
				return usageError{err.Error(), "lockstep review list"}
			}
			line, err := replaceBlock(f.dir, d.Source, s.Suggest.Old, s.Suggest.New)
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s:%d: written\n", d.Source, line)
			hash := ""
			if commit {
				if hash, err = commitFile(cmd.Context(), f.dir, d.Source, fmt.Sprintf("Apply what %s suggested for %s\n\nReview-Thread: %s", s.Opener.Name, d.Title, s.ID), "--author", authorOf(s.Opener)); err != nil {
					return fmt.Errorf("the edit is written to %s, and git did not commit it: %w", d.Source, err)
				}
				fmt.Fprintf(cmd.OutOrStdout(), "committed as %.10s\n", hash)
			}
			applied := s.Applied(who, hash, time.Now())
			signer, err := openReviewSigner(f.dir, f.store())
			if err != nil {
				return fmt.Errorf("the edit is written, and the thread is still open: %w", err)
			}
			if applied.Signature, err = signer.Sign(cmd.Context(), who.ID, entry.Message(applied.ID())); err != nil {
				return fmt.Errorf("the edit is written, and the thread is still open: %w", err)
			}
			if _, err := addReviews(cmd.Context(), &f, reviewed{lines: append(pages[d.Name], applied)}, false); err != nil {
				return fmt.Errorf("the edit is written, and the thread is still open: %w", err)
			}
			return nil
		},
	}
	f.add(cmd)
	cmd.Flags().BoolVar(&commit, "commit", false, "commit the file")
	return cmd
}

// commitFile commits one file, and nothing else that may be staged.
func commitFile(ctx context.Context, dir, file, message string, options ...string) (hash string, err error) {
	for _, args := range [][]string{slices.Concat([]string{"commit", "--quiet", "--only", "-m", message}, options, []string{"--", file}), {"rev-parse", "HEAD"}} {
		if hash, err = git.Line(ctx, dir, args...); err != nil {
			return "", err
		}
	}
	return hash, nil
}

// replaceBlock replaces text that stands exactly once, on whole lines, and gives
// its line.
func replaceBlock(dir, file, old, now string) (line int, err error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return 0, err
	}
	defer root.Close()
	data, err := root.ReadFile(file)
	if err != nil {
		return 0, err
	}
	text := "\n" + strings.ReplaceAll(string(data), "\r\n", "\n") + "\n"
	switch n := strings.Count(text, "\n"+old+"\n"); {
	case n == 0:
		return 0, fmt.Errorf("%s no longer has the text that the edit was suggested for; look at the thread and edit by hand", file)
	case n > 1:
		return 0, fmt.Errorf("%s has that text %d times; edit by hand", file, n)
	}
	at := strings.Index(text, "\n"+old+"\n")
	line = strings.Count(text[:at+1], "\n")
	text = text[:at+1] + now + text[at+1+len(old):]
	text = strings.TrimSuffix(strings.TrimPrefix(text, "\n"), "\n")
	if strings.Contains(string(data), "\r\n") {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	if err := root.WriteFile(file+".new", []byte(text), 0o644); err != nil {
		return 0, err
	}
	return line, root.Rename(file+".new", file)
}
