package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"lockstep/site"
	"lockstep/site/review"
	"lockstep/site/review/access"
	"lockstep/site/review/offline"
)

// bringer brings comments from elsewhere: from mails, or from JSON. Each has an id
// that follows from where it came from, so it is brought once, however often it is
// read.
type bringer struct {
	cmd   *cobra.Command
	desk  *reviewDesk
	known map[string]string // ids of this run, by the id in the file
	added int
	there int
	left  []string
}

// opened reads a file, or standard input.
func opened(cmd *cobra.Command, name string) (io.ReadCloser, error) {
	if name == "-" {
		return io.NopCloser(cmd.InOrStdin()), nil
	}
	return os.Open(name)
}

func bringComments(cmd *cobra.Command, f *reviewFlags, file string, read func(b *bringer, in io.Reader) error) error {
	in, err := opened(cmd, file)
	if err != nil {
		return fmt.Errorf("import: %w", err)
	}
	defer in.Close()
	desk, err := openDesk(cmd.Context(), f, offline.Options{})
	if err != nil {
		return err
	}
	b := &bringer{cmd: cmd, desk: desk, known: make(map[string]string)}
	if err := read(b, in); err != nil {
		return fmt.Errorf("import %s: %w", file, err)
	}
	if err := desk.write(cmd); err != nil {
		return err
	}
	for _, left := range b.left {
		fmt.Fprintf(cmd.OutOrStdout(), "left out: %s\n", left)
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%d comments added, %d were there, %d left out\n", b.added, b.there, len(b.left))
	if len(b.left) > 0 {
		return errReported
	}
	return nil
}

func (b *bringer) leave(what, format string, args ...any) {
	b.left = append(b.left, what+": "+fmt.Sprintf(format, args...))
}

// bring puts one comment on its page.
func (b *bringer) bring(what, id string, who access.Actor, said offline.Said) error {
	ctx := b.cmd.Context()
	doc, err := b.desk.page(ctx, said.Page)
	if err != nil {
		b.leave(what, "there is no page %q", said.Page)
		return nil
	}
	shown, err := b.desk.Review(ctx, doc, access.Actor{})
	if err != nil {
		return err
	}
	if has(shown, id) {
		b.there++
		return nil
	}
	b.desk.At(said.Time)
	if said.ReplyTo != "" {
		thread, err := threadCalled(shown, said.ReplyTo)
		if known, ok := b.known[said.ReplyTo]; ok {
			thread, err = threadCalled(shown, known)
		}
		if err != nil {
			b.leave(what, "there is no comment %q to answer on %s", said.ReplyTo, doc.Name)
			return nil
		}
		_, _, err = b.desk.Reply(ctx, who, doc, thread, review.CommentRequest{ID: id, Body: said.Body})
		return b.done(what, err)
	}
	request := review.ThreadRequest{ID: id, Body: said.Body, Intent: said.Intent}
	if said.Quote != "" {
		found := offline.Find(doc, said.Quote)
		switch len(found) {
		case 1:
			request.Anchor = &found[0].Request
		case 0:
			b.leave(what, "what it quotes stands nowhere on %s: %s", doc.Name, oneLine(said.Quote, 60))
			return nil
		default:
			b.leave(what, "what it quotes stands in %d places of %s, so quote more: %s", len(found), doc.Name, oneLine(said.Quote, 60))
			return nil
		}
	}
	_, _, err = b.desk.OpenThread(ctx, who, doc, request)
	return b.done(what, err)
}

func (b *bringer) done(what string, err error) error {
	if why, no := offline.Refused(err); no {
		b.leave(what, "%s", why)
		return nil
	}
	if err == nil {
		b.added++
	}
	return err
}

func has(shown *site.Review, id string) bool {
	return slices.ContainsFunc(shown.Threads, func(t site.Thread) bool {
		return slices.ContainsFunc(t.Comments, func(c site.Comment) bool { return c.ID == id })
	})
}

func digest(parts ...string) string {
	data, _ := json.Marshal(parts) // strings cannot fail
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:10])
}

// bringJSON brings comments of the shape that --help describes.
func bringJSON(b *bringer, in io.Reader) error {
	all, err := offline.ReadSaid(in)
	if err != nil {
		return err
	}
	for i, said := range all {
		if said.Time.IsZero() {
			said.Time = time.Now()
		}
		id := "import." + digest(said.Page, said.Author, said.ID)
		if said.ID == "" {
			id = "import." + digest(said.Page, said.Author, said.Quote, said.ReplyTo, said.Body)
		} else {
			b.known[said.ID] = id
		}
		who := access.Actor{ID: "import:" + said.Author, Name: said.Author + " (imported, unverified)", Role: access.Commenter}
		if err := b.bring(fmt.Sprintf("comment %d", i+1), id, who, said); err != nil {
			return err
		}
	}
	return nil
}

// checkPage refuses a page that is not there, before anything is read.
func checkPage(ctx context.Context, f *reviewFlags, page string) error {
	if page == "" {
		return nil
	}
	tree, err := loadTree(f.dir)
	if err != nil {
		return err
	}
	if _, ok := tree.Document(page); !ok {
		return usageError{fmt.Sprintf("--page: there is no page %q", page), "lockstep review list"}
	}
	return ctx.Err()
}
