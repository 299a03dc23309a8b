package bridge

import (
	"context"
	"strings"

	"lockstep/site"
	"lockstep/site/review"
	"lockstep/site/review/access"
	"lockstep/site/review/offline"
)

// inward carries what was said at the forge to the pages.
func (r *run) inward(ctx context.Context) error {
	there := make(map[string]bool)
	for _, t := range r.talks {
		for _, c := range t.Comments {
			there[c.ID] = true
		}
		if err := r.talk(ctx, t); err != nil {
			return err
		}
	}
	return r.deleted(ctx, there)
}

// talk carries one discussion.
func (r *run) talk(ctx context.Context, t Discussion) error {
	if len(t.Comments) == 0 {
		return nil
	}
	page, root, ok, err := r.root(ctx, t)
	if err != nil || !ok {
		return err
	}
	for _, c := range t.Comments {
		if _, marked := markOf(c.Body); marked && r.ours(c.Author) {
			continue
		}
		if err := r.comment(ctx, page, root, t, c); err != nil {
			return err
		}
	}
	return r.settle(ctx, page, root, t)
}

// root finds the page of a discussion, and the comment there that it goes on
// with; the one that begins it, if it began at the forge.
func (r *run) root(ctx context.Context, t Discussion) (page pageOf, root string, ok bool, err error) {
	first := t.Comments[0]
	if m, marked := markOf(first.Body); marked && r.ours(first.Author) {
		for _, p := range r.pages {
			shown, err := r.shown(ctx, p)
			if err != nil {
				return page, "", false, err
			}
			if shown.Page == m.Page && m.Kind == "comment" && thread(shown, m.ID) != nil {
				return p, m.ID, true, nil
			}
		}
		for _, c := range t.Comments[1:] {
			if !r.ours(c.Author) {
				r.left("%s answered a post of the bridge that stands for no thread of these pages: comment anew (%s)", c.Author.Login, c.URL)
			}
		}
		return page, "", false, nil
	}
	root = r.pull.idOf(first.ID)
	// A comment stays with the page that has it, whatever the pull request changes since.
	for _, p := range r.pages {
		shown, err := r.shown(ctx, p)
		if err != nil {
			return page, "", false, err
		}
		if has := thread(shown, root); has != nil {
			return p, root, true, nil
		}
	}
	page, ok = r.about(t)
	return page, root, ok, nil
}

// about finds the page that a discussion is about. One about the whole is about the
// only page there is, or the one that has the passage that it quotes.
func (r *run) about(t Discussion) (page pageOf, ok bool) {
	if t.Path != "" {
		for _, p := range r.pages {
			if p.file.Path == t.Path || p.file.Old == t.Path {
				return p, true
			}
		}
		return page, false // a file that is no page
	}
	if len(r.pages) == 1 {
		return r.pages[0], true
	}
	if quote, _ := leadingQuote(t.Comments[0].Body); quote != "" {
		for _, p := range r.pages {
			if _, err := passageIn(p.doc, quote); err == nil {
				if ok {
					ok = false // two have it
					break
				}
				page, ok = p, true
			}
		}
	}
	if !ok && len(r.pages) > 1 {
		r.left("a comment by %s about the whole pull request, which changes %d pages: quote a passage of the page that is meant, or comment on a line (%s)", t.Comments[0].Author.Login, len(r.pages), t.Comments[0].URL)
	}
	return page, ok
}

// comment carries one comment: a new one, or an edit of one that was carried.
func (r *run) comment(ctx context.Context, page pageOf, root string, t Discussion, c Comment) error {
	shown, err := r.shown(ctx, page)
	if err != nil {
		return err
	}
	id, author := r.pull.idOf(c.ID), r.pull.actor(c.Author, access.Commenter)
	if in := thread(shown, id); in != nil {
		if quote, rest := leadingQuote(c.Body); id == root && t.Path == "" && in.Kind == "passage" && quote != "" && rest != "" {
			c.Body = rest // what it quotes is where it stands
		}
		return r.edit(ctx, page, *commentIn(in, id), author, c)
	}
	r.o.Desk.At(when(c))
	if id == root {
		at, said := anchorOf(page.doc, t, c.Body)
		_, _, err = r.o.Desk.OpenThread(ctx, author, page.doc, review.ThreadRequest{ID: id, Body: said, Anchor: &at})
	} else {
		on := thread(shown, root)
		if on == nil {
			return nil // what it answers was not carried, which was said
		}
		_, _, err = r.o.Desk.Reply(ctx, author, page.doc, on.ID, review.CommentRequest{ID: id, Body: c.Body})
	}
	if why, no := offline.Refused(err); no {
		r.left("%s: a comment by %s: %s (%s)", page.doc.Name, author.Name, why, c.URL)
		return nil
	}
	if err == nil {
		r.in(page, "%s: %s", author.Name, beginning(c.Body))
	}
	return err
}

// edit carries an edit. Who has the comment on the page must be its author here:
// ids can be chosen.
func (r *run) edit(ctx context.Context, page pageOf, was site.Comment, author access.Actor, c Comment) error {
	switch {
	case was.AuthorID != author.ID:
		r.left("%s: a comment by %s: somebody else has its id on the page (%s)", page.doc.Name, author.Name, c.URL)
		return nil
	case was.Redacted:
		r.left("%s: a comment by %s was redacted on the page and still stands at the forge: delete it there, too (%s)", page.doc.Name, author.Name, c.URL)
		return nil
	case sameWords(was.Body, c.Body):
		return nil
	}
	at := c.Updated
	if at.IsZero() {
		at = when(c)
	}
	r.o.Desk.At(at)
	err := r.o.Desk.Edit(ctx, author, page.doc, was.ID, review.CommentRequest{ID: editOf(was.ID, c.Body, at), Body: c.Body})
	if why, no := offline.Refused(err); no {
		r.left("%s: an edit by %s: %s (%s)", page.doc.Name, author.Name, why, c.URL)
		return nil
	}
	if err == nil {
		r.in(page, "%s edited: %s", author.Name, beginning(c.Body))
	}
	return err
}

// sameWords compares a body on a page with one at a forge, which ends lines and
// texts in its own way. A passage that was put before it is no edit.
func sameWords(page, forge string) bool {
	forge = cleaned(forge)
	return page == forge || strings.HasSuffix(page, "\n\n"+forge) && strings.HasPrefix(page, "> ")
}

// deleted redacts what was deleted at the forge, once the forge says so of the very
// comment: a list that lacks it is not enough for what cannot be undone.
func (r *run) deleted(ctx context.Context, there map[string]bool) error {
	for _, page := range r.pages {
		shown, err := r.shown(ctx, page)
		if err != nil {
			return err
		}
		for _, t := range shown.Threads {
			for _, c := range t.Comments {
				id, ok := r.pull.forgeID(c.ID, c.AuthorID)
				if !ok || there[id] || c.Redacted || strings.HasPrefix(id, "review-") {
					continue
				}
				gone, err := r.o.Forge.Gone(ctx, id)
				if err != nil || !gone {
					r.left("%s: a comment by %s is in no list of the forge, which does not say either that it was deleted; it stays (%v)", page.doc.Name, c.Author, err)
					continue
				}
				r.o.Desk.At(c.Created)
				author := access.Actor{ID: c.AuthorID, Name: c.Author, Role: access.Commenter}
				if err := r.o.Desk.Redact(ctx, author, page.doc, c.ID); err != nil {
					return err
				}
				r.in(page, "%s deleted a comment: its text is redacted; the history of the repository still has it if it was committed", c.Author)
			}
		}
	}
	return nil
}
