package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"lockstep/prototype/cluster"
	"lockstep/site/build"
	"lockstep/site/review"
	"lockstep/site/review/access"
)

func newReviewApplyCommand() *cobra.Command {
	var f reviewFlags
	cmd := &cobra.Command{
		Use:   "apply PAGE THREAD",
		Short: "Write a suggested edit into its source, and pin the thread",
		Long: `Replaces the block that the suggestion was made for, if the source still has it
exactly as it was then, and resolves the thread as applied. The server must not be
running; commit the change yourself.`,
		Example: `  lockstep review apply adr/0007-fixed-slots 3f2a…`,
		Args:    cobra.ExactArgs(2),
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
			err = withService(cmd.Context(), &f, treePages{tree}, func(s *review.Service, _ *reviewStore) error {
				shown, err := s.Review(cmd.Context(), d, who)
				if err != nil {
					return err
				}
				for _, t := range shown.Threads {
					if t.ID != args[1] {
						continue
					}
					switch {
					case t.Suggestion == nil:
						return fmt.Errorf("the thread %s suggests no edit", t.ID)
					case t.Status != "open":
						return fmt.Errorf("the thread %s is resolved as %s", t.ID, t.Resolution.Kind)
					}
					line, err := replaceBlock(f.dir, d.Source, t.Suggestion.Old, t.Suggestion.New)
					if err != nil {
						return err
					}
					fmt.Fprintf(cmd.OutOrStdout(), "%s:%d: written\n", d.Source, line)
					return s.Resolve(cmd.Context(), who, d, t.ID, review.ResolveRequest{Kind: review.Applied, Reason: "written by lockstep review apply", Version: t.Version})
				}
				return usageError{fmt.Sprintf("there is no thread %q on %s", args[1], d.Page), "lockstep review list"}
			})
			if errors.Is(err, cluster.ErrInUse) {
				return usageError{"the server has the reviews open", "stop lockstep serve, and run this again"}
			}
			return err
		},
	}
	f.add(cmd)
	return cmd
}

// treePages are the pages of a tree that does not change.
type treePages struct{ tree *build.Tree }

func (t treePages) Document(page string) (review.Document, bool) { return t.tree.Document(page) }

func (t treePages) Documents() []review.Document { return t.tree.ReviewDocuments() }

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
