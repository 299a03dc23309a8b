package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"lockstep/site/build"
	"lockstep/site/review/access"
	"lockstep/site/review/offline"
	"lockstep/site/review/signature"
	"lockstep/site/review/subject"
)

// reviewDesk is where commands write reviews. What they write lands in the log of
// this machine if there is one, and in the files of the repository otherwise.
type reviewDesk struct {
	*offline.Desk
	f        *reviewFlags
	tree     *build.Tree
	exported reviewed
	log      bool
}

func openDesk(ctx context.Context, f *reviewFlags, o offline.Options) (*reviewDesk, error) {
	d := &reviewDesk{f: f}
	var err error
	if d.tree, err = loadTree(f.dir); err != nil {
		return nil, err
	}
	if d.exported, err = soundReviews(d.tree, f.dir); err != nil {
		return nil, err
	}
	all := d.exported
	switch _, err := os.Stat(f.store()); {
	case err == nil:
		logged, err := readReviews(ctx, f)
		if err != nil {
			return nil, err
		}
		d.log = true
		all = reviewed{append(logged.lines, all.lines...), append(logged.docs, all.docs...)}
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	d.Desk, err = offline.Open(ctx, all.lines, all.docs, o)
	return d, err
}

// page finds a page, under the name under which its review goes on.
func (d *reviewDesk) page(ctx context.Context, name string) (subject.Page, error) {
	doc, ok := d.tree.Document(name)
	if !ok {
		return doc, usageError{fmt.Sprintf("there is no page %q", name), "lockstep review list; the name of a page is its path: adr/0001-use-a-log"}
	}
	shown, err := d.Review(ctx, doc, access.Actor{})
	if err == nil {
		doc.Name = shown.Page
	}
	return doc, err
}

// write brings what is new to where it belongs, and says where that is.
func (d *reviewDesk) write(cmd *cobra.Command) error {
	ctx := cmd.Context()
	n, err := d.Changed(ctx)
	if err != nil || n == 0 {
		return err
	}
	lines, docs, err := d.All(ctx)
	if err != nil {
		return err
	}
	all := reviewed{lines, docs}
	if !d.log {
		return exportReviews(cmd, d.tree, d.f, all, d.exported, false)
	}
	done, err := addReviews(ctx, d.f, all, false)
	if err != nil {
		return err
	}
	if len(done.Dropped) > 0 {
		return fmt.Errorf("not added: %s", done.Dropped[0])
	}
	fmt.Fprintf(cmd.OutOrStdout(), "in the log in %s: %d events; lockstep review export writes them into the repository\n", d.f.store(), done.Added)
	return nil
}

// deskSigner signs as the person whom git knows here: with the key with which git
// signs, or with that of the log. Without either nothing is signed.
func deskSigner(f *reviewFlags) (sign func(ctx context.Context, person string, message []byte) (string, error), err error) {
	if _, err := os.Stat(f.store()); err == nil {
		s, err := openReviewSigner(f.dir, f.store())
		return s.Sign, err
	}
	if key := gitConfig(f.dir, "user.signingkey"); gitConfig(f.dir, "gpg.format") == "ssh" && key != "" {
		git := signature.Git{Program: gitConfig(f.dir, "gpg.ssh.program"), Key: key}
		return func(ctx context.Context, _ string, message []byte) (string, error) { return git.Sign(ctx, message) }, nil
	}
	return nil, nil
}

// oneOf finds the only one of some ids that begins so.
func oneOf(ids []string, begins string) (string, error) {
	var found []string
	for _, id := range ids {
		if id == begins {
			return id, nil
		}
		if strings.HasPrefix(id, begins) {
			found = append(found, id)
		}
	}
	switch {
	case len(found) == 0:
		return "", usageError{fmt.Sprintf("there is no thread or comment %q on this page", begins), "lockstep review list"}
	case len(found) > 1 || len(begins) < 4:
		return "", usageError{fmt.Sprintf("%q may be any of %s", begins, strings.Join(found, ", ")), "more characters of the id"}
	}
	return found[0], nil
}
