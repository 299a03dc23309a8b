package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"

	"github.com/spf13/cobra"

	"lockstep/durable"
	"lockstep/site/build"
	"lockstep/site/review"
)

func newReviewExportCommand() *cobra.Command {
	var f reviewFlags
	var dry bool
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write the reviews into the repository, beside the decisions",
		Long: `Writes, for each page that was commented on, a folder below adr/reviews/:
events.jsonl holds everything and can be imported again, annotations.jsonld is the
same as W3C Web Annotations, REVIEW.md is for people, and revisions/ are the texts
that the comments are about. The same log gives the same bytes.`,
		Example: `  lockstep review export
  lockstep review export --dry-run`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			tree, err := loadTree(f.dir)
			if err != nil {
				return err
			}
			all, err := readReviews(cmd.Context(), &f)
			if err != nil {
				return err
			}
			revisions := review.HoldRevisions(all.docs)
			names, pages := byPage(all.lines)
			written, same := 0, 0
			for _, name := range names {
				d, ok := tree.Document(name)
				if !ok {
					// The page is gone; what was said about it is not.
					d = review.Document{Page: name, Title: name, Path: "/" + name + "/"}
				}
				d.Page = name // its review goes on under the name under which it began
				files, err := review.Files(pages[name], d, revisions)
				if err != nil {
					return fmt.Errorf("export %s: %w", name, err)
				}
				folder := path.Join(tree.ReviewFolder(), review.FolderOf(name))
				w, s, err := writeReview(f.dir, folder, files, dry)
				if err != nil {
					return fmt.Errorf("export %s: %w", name, err)
				}
				if w > 0 {
					fmt.Fprintf(cmd.OutOrStdout(), "%s: %d events, %d files written\n", folder, len(pages[name]), w)
				}
				written, same = written+w, same+s
			}
			verb := "written"
			if dry {
				verb = "to be written"
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%d pages, %d files %s, %d as they were\n", len(names), written, verb, same)
			return nil
		},
	}
	f.add(cmd)
	cmd.Flags().BoolVar(&dry, "dry-run", false, "say what would be written")
	return cmd
}

// writeReview writes the files that differ. Nothing outside of the repository can
// be reached, whatever links lie in it.
func writeReview(dir, folder string, files map[string][]byte, dry bool) (written, same int, err error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return 0, 0, err
	}
	defer root.Close()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		file := path.Join(folder, name)
		if old, err := root.ReadFile(file); err == nil && bytes.Equal(old, files[name]) {
			same++
			continue
		}
		written++
		if dry {
			continue
		}
		if err := root.MkdirAll(path.Dir(file), 0o755); err != nil {
			return written, same, err
		}
		if err := root.WriteFile(file+".new", files[name], 0o644); err != nil {
			return written, same, err
		}
		if err := root.Rename(file+".new", file); err != nil {
			return written, same, err
		}
	}
	return written, same, nil
}

func newReviewImportCommand() *cobra.Command {
	var f reviewFlags
	cmd := &cobra.Command{
		Use:   "import",
		Short: "Read the reviews of the repository into this machine's log",
		Long: `Adds what adr/reviews/ has and the log has not. Nothing is doubled, however
often it is run; a log that was empty has the same heads afterwards.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			tree, err := loadTree(f.dir)
			if err != nil {
				return err
			}
			exported, err := exportedReviews(tree, f.dir)
			if err != nil {
				return err
			}
			return printAdded(cmd, &f, exported, false)
		},
	}
	f.add(cmd)
	return cmd
}

func printAdded(cmd *cobra.Command, f *reviewFlags, r reviewed, empty bool) error {
	done, err := addReviews(cmd.Context(), f, r, empty)
	if err == nil || done.Added > 0 {
		fmt.Fprintf(cmd.OutOrStdout(), "%d events added, %d were there\n", done.Added, done.Known)
	}
	return err
}

// exportedReviews reads what the repository has of reviews.
func exportedReviews(tree *build.Tree, dir string) (r reviewed, err error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return r, err
	}
	defer root.Close()
	folder := tree.ReviewFolder()
	entries, err := fs.ReadDir(root.FS(), folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return r, err
	}
	for _, e := range entries {
		file := path.Join(folder, e.Name(), review.EventsFile)
		data, err := root.ReadFile(file)
		if err != nil {
			continue
		}
		more, err := review.ReadLines(bytes.NewReader(data))
		if err != nil {
			return r, fmt.Errorf("%s: %w", file, err)
		}
		r.lines = append(r.lines, more...)
		r.docs = append(r.docs, review.ReadRevisions(os.DirFS(dir), path.Join(folder, e.Name()))...)
	}
	return r, nil
}

func newReviewBackupCommand() *cobra.Command {
	var f reviewFlags
	cmd := &cobra.Command{
		Use:     "backup FILE",
		Short:   "Write everything into one file, also while the server runs",
		Example: `  lockstep review backup reviews-2026-11-23.jsonl`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			all, err := readReviews(cmd.Context(), &f)
			if err != nil {
				return err
			}
			// The texts that comments are about go along, one line each.
			var b bytes.Buffer
			if err := all.write(&b); err != nil {
				return err
			}
			if err := durable.WriteFile(args[0], b.Bytes(), 0o600); err != nil {
				return fmt.Errorf("backup: %w", err)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%d events in %s\n", len(all.lines), args[0])
			return nil
		},
	}
	f.add(cmd)
	return cmd
}

func newReviewRestoreCommand() *cobra.Command {
	var f reviewFlags
	cmd := &cobra.Command{
		Use:   "restore FILE",
		Short: "Read a backup into an empty store",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			data, err := os.ReadFile(args[0])
			if err != nil {
				return fmt.Errorf("restore: %w", err)
			}
			lines, docs, err := review.ReadBackup(bytes.NewReader(data))
			if err != nil {
				return fmt.Errorf("restore %s: %w", args[0], err)
			}
			return printAdded(cmd, &f, reviewed{lines, docs}, true)
		},
	}
	f.add(cmd)
	return cmd
}
