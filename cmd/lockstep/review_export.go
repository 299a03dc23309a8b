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
	"lockstep/site/review/repo"
	"lockstep/site/review/store"
	"lockstep/site/review/subject"
)

func newReviewExportCommand() *cobra.Command {
	var f reviewFlags
	var dry bool
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write the reviews into the repository, beside the decisions",
		Long: `Writes, for each page that was commented on, a folder below adr/reviews/. In
events/ each event is a file of its own, named by its hash and never changed, so
branches that add events merge without conflict and can be imported again.
revisions/ are the texts that the comments are about. Two more are derived from the
events and left out of version control: annotations.jsonld is the same as W3C Web
Annotations, and REVIEW.md is for people. The same events give the same bytes,
whatever came first. What the repository has already stays: commit the folder.`,
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
			exported, err := soundReviews(tree, f.dir)
			if err != nil {
				return err
			}
			return exportReviews(cmd, tree, &f, all, exported, dry)
		},
	}
	f.add(cmd)
	cmd.Flags().BoolVar(&dry, "dry-run", false, "say what would be written")
	return cmd
}

// exportReviews writes what the log and the repository together have.
func exportReviews(cmd *cobra.Command, tree *build.Tree, f *reviewFlags, all, exported reviewed, dry bool) error {
	revisions := store.HoldRevisions(append(slices.Clone(exported.docs), all.docs...))
	names, pages := byPage(append(slices.Clone(all.lines), exported.lines...))
	written, same := 0, 0
	for _, name := range names {
		d, ok := tree.Document(name)
		if !ok {
			// The page is gone; what was said about it is not.
			d = subject.Page{Name: name, Title: name, Path: "/" + name + "/"}
		}
		d.Name = name // its review goes on under the name under which it began
		files, err := repo.Files(pages[name], d, revisions)
		if err != nil {
			return fmt.Errorf("export %s: %w", name, err)
		}
		folder := path.Join(tree.ReviewFolder(), subject.FolderOf(name))
		w, s, err := writeReview(f.dir, folder, files, dry)
		if err != nil {
			return fmt.Errorf("export %s: %w", name, err)
		}
		if w > 0 {
			fmt.Fprintf(cmd.OutOrStdout(), "%s: %d files written\n", folder, w)
		}
		written, same = written+w, same+s
		if err := dropOldFile(f.dir, folder, dry); err != nil {
			return err
		}
	}
	if _, _, err := writeReview(f.dir, tree.ReviewFolder(), map[string][]byte{".gitignore": []byte(repo.IgnoreText)}, dry || len(names) == 0); err != nil {
		return err
	}
	verb := "written"
	if dry {
		verb = "to be written"
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%d pages, %d files %s, %d as they were\n", len(names), written, verb, same)
	return nil
}

// dropOldFile removes the one file that held all events before each had its own.
// They have been written, each to its file.
func dropOldFile(dir, folder string, dry bool) error {
	root, err := os.OpenRoot(dir)
	if err != nil || dry {
		return err
	}
	defer root.Close()
	if err := root.Remove(path.Join(folder, repo.EventsFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("export: %w", err)
	}
	return nil
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
	var mail, asJSON, page string
	cmd := &cobra.Command{
		Use:   "import",
		Short: "Read the reviews of the repository into this machine's log",
		Long: `Adds what adr/reviews/ has and the log has not. Nothing is doubled, however
often it is run, and all who have the same events have the same heads and the same
state afterwards, whatever came first.

What cannot be added is listed with the reason, and the exit code is 1: an event
that was altered, that stands on one which is missing, or whose text is missing.
An event that has no effect is listed as well: it had none where it was written.

With --mail it reads a message, or a mailbox of them, in which people have quoted
passages and commented below. Which page that is says --page, the subject, the mail
that is answered, or the passage. The sender is a name that nobody has proved.
Plain text alone is read, in UTF-8 or Latin-1.

With --json it reads comments from elsewhere, an array of objects or one after the
other:

  {"page": "adr/0001-use-a-log", "quote": "one log per shard",
   "body": "Why not per key?", "author": "Ada", "id": "17",
   "intent": "question", "time": "2026-11-27T10:00:00Z"}
  {"page": "adr/0001-use-a-log", "reply_to": "17",
   "body": "Keys move.", "author": "Ben"}

page, body and author are needed. reply_to is an id of the file, or the beginning of
one on the page. Fields that are not listed here are errors. What is read twice is
there once; what cannot be placed is listed, and the exit code is 1.`,
		Example: `  lockstep review import
  lockstep review import --mail answer.eml
  lockstep review import --mail - --page adr/0001-use-a-log < reviewers.mbox
  lockstep review import --json comments.json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case mail != "" && asJSON != "":
				return usageError{"--mail and --json read two kinds of files: name one", "lockstep review import --help"}
			case page != "" && mail == "":
				return usageError{"--page goes with --mail", "lockstep review import --mail FILE --page " + page}
			case mail != "":
				if err := checkPage(cmd.Context(), &f, page); err != nil {
					return err
				}
				return bringComments(cmd, &f, mail, bringMail(page))
			case asJSON != "":
				return bringComments(cmd, &f, asJSON, bringJSON)
			}
			tree, err := loadTree(f.dir)
			if err != nil {
				return err
			}
			exported, problems := exportedReviews(tree, f.dir)
			if err := printAdded(cmd, &f, exported, false); err != nil && !errors.Is(err, errReported) {
				return err
			} else if err == nil && len(problems) == 0 {
				return nil
			}
			printProblems(cmd, problems)
			return errReported
		},
	}
	f.add(cmd)
	cmd.Flags().StringVar(&mail, "mail", "", "read a message or a mailbox; - is standard input")
	cmd.Flags().StringVar(&asJSON, "json", "", "read comments as JSON; - is standard input")
	cmd.Flags().StringVar(&page, "page", "", "the page that the mails are about")
	return cmd
}

func printProblems(cmd *cobra.Command, problems []repo.Problem) {
	for _, p := range problems {
		fmt.Fprintf(cmd.OutOrStdout(), "%s: %s\n\tmend: %s\n", p.File, p.Message, p.Mend)
	}
}

func printAdded(cmd *cobra.Command, f *reviewFlags, r reviewed, empty bool) error {
	done, err := addReviews(cmd.Context(), f, r, empty)
	for _, left := range done.Dropped {
		fmt.Fprintf(cmd.OutOrStdout(), "dropped: %s\n", left)
	}
	for _, left := range done.Idle {
		fmt.Fprintf(cmd.OutOrStdout(), "without effect: %s\n", left)
	}
	if err == nil || done.Added > 0 {
		fmt.Fprintf(cmd.OutOrStdout(), "%d events added, %d were there", done.Added, done.Known)
		if n := len(done.Dropped); n > 0 {
			fmt.Fprintf(cmd.OutOrStdout(), ", %d dropped", n)
		}
		fmt.Fprintln(cmd.OutOrStdout())
	}
	if err == nil && len(done.Dropped) > 0 {
		return errReported
	}
	return err
}

// exportedReviews reads what the repository has of reviews, as far as it is sound.
func exportedReviews(tree *build.Tree, dir string) (r reviewed, problems []repo.Problem) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return r, []repo.Problem{{File: dir, Message: err.Error(), Mend: "make it readable"}}
	}
	defer root.Close()
	pages, problems := repo.Read(root.FS(), tree.ReviewFolder())
	for _, p := range pages {
		r.lines = append(r.lines, p.Lines...)
		r.docs = append(r.docs, p.Docs...)
	}
	return r, problems
}

// soundReviews is exportedReviews for what must not go on with half of them.
func soundReviews(tree *build.Tree, dir string) (reviewed, error) {
	r, problems := exportedReviews(tree, dir)
	if len(problems) > 0 {
		return r, fmt.Errorf("%s: %s\n\tmend: %s", problems[0].File, problems[0].Message, problems[0].Mend)
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
			lines, docs, err := store.ReadBackup(bytes.NewReader(data))
			if err != nil {
				return fmt.Errorf("restore %s: %w", args[0], err)
			}
			return printAdded(cmd, &f, reviewed{lines, docs}, true)
		},
	}
	f.add(cmd)
	return cmd
}
