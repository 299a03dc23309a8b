package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"lockstep/prototype/cluster"
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
			lines, err := reviewLines(cmd.Context(), &f)
			if err != nil {
				return err
			}
			revisions, err := review.OpenRevisions(filepath.Join(f.store(), "revisions"))
			if err != nil {
				return err
			}
			names, pages := byPage(lines)
			written, same := 0, 0
			for _, name := range names {
				d, ok := tree.Document(name)
				if !ok {
					// The page is gone; what was said about it is not.
					d = review.Document{Page: name, Title: name, Path: "/" + name + "/"}
				}
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
often it is run; a log that was empty has the same heads afterwards. The server
must not be running.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			tree, err := loadTree(f.dir)
			if err != nil {
				return err
			}
			lines, revisions, err := exportedLines(tree, f.dir)
			if err != nil {
				return err
			}
			return importLines(cmd, &f, lines, revisions)
		},
	}
	f.add(cmd)
	return cmd
}

func importLines(cmd *cobra.Command, f *reviewFlags, lines []review.Line, revisions func(*review.Revisions) error) error {
	err := withService(cmd.Context(), f, nil, func(s *review.Service, store *reviewStore) error {
		if err := revisions(store.Revisions); err != nil {
			return err
		}
		added, err := s.Import(cmd.Context(), lines)
		fmt.Fprintf(cmd.OutOrStdout(), "%d events added, %d were there\n", added, len(lines)-added)
		return err
	})
	if errors.Is(err, cluster.ErrInUse) {
		return usageError{"the server has the reviews open", "stop lockstep serve, and run this again"}
	}
	return err
}

// exportedLines reads what the repository has of reviews.
func exportedLines(tree *build.Tree, dir string) (lines []review.Line, revisions func(*review.Revisions) error, err error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, nil, err
	}
	defer root.Close()
	folder := tree.ReviewFolder()
	entries, err := fs.ReadDir(root.FS(), folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, err
	}
	var folders []string
	for _, e := range entries {
		file := path.Join(folder, e.Name(), review.EventsFile)
		data, err := root.ReadFile(file)
		if err != nil {
			continue
		}
		more, err := review.ReadLines(bytes.NewReader(data))
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", file, err)
		}
		lines = append(lines, more...)
		folders = append(folders, path.Join(folder, e.Name()))
	}
	return lines, func(into *review.Revisions) error {
		for _, folder := range folders {
			for _, doc := range review.ReadRevisions(os.DirFS(dir), folder) {
				if err := into.Save(doc); err != nil {
					return err
				}
			}
		}
		return nil
	}, nil
}

func newReviewBackupCommand() *cobra.Command {
	var f reviewFlags
	cmd := &cobra.Command{
		Use:     "backup FILE",
		Short:   "Write everything into one file, also while the server runs",
		Example: `  lockstep review backup reviews-2026-11-23.jsonl`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			lines, err := reviewLines(cmd.Context(), &f)
			if err != nil {
				return err
			}
			var b bytes.Buffer
			if err := review.WriteLines(&b, lines); err != nil {
				return err
			}
			// The texts that comments are about go along, one line each.
			revisions, err := review.OpenRevisions(filepath.Join(f.store(), "revisions"))
			if err != nil {
				return err
			}
			if err := review.WriteRevisions(&b, lines, revisions); err != nil {
				return err
			}
			temp := args[0] + ".new"
			if err := os.WriteFile(temp, b.Bytes(), 0o600); err != nil {
				return fmt.Errorf("backup: %w", err)
			}
			if err := os.Rename(temp, args[0]); err != nil {
				return fmt.Errorf("backup: %w", err)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%d events in %s\n", len(lines), args[0])
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
			if err := emptyStore(cmd.Context(), &f); err != nil {
				return err
			}
			return importLines(cmd, &f, lines, func(into *review.Revisions) error {
				for _, doc := range docs {
					if err := into.Save(doc); err != nil {
						return err
					}
				}
				return nil
			})
		},
	}
	f.add(cmd)
	return cmd
}

// emptyStore makes sure that a restored log is what was backed up, and no mixture.
func emptyStore(ctx context.Context, f *reviewFlags) error {
	return withService(ctx, f, nil, func(s *review.Service, _ *reviewStore) error {
		if n := len(s.Names()); n > 0 {
			return usageError{fmt.Sprintf("the store in %s has the reviews of %d pages", f.store(), n), "move it away first, or name another folder with --data"}
		}
		return nil
	})
}
