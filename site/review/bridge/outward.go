package bridge

import (
	"context"
	"fmt"
	"strings"
	"time"

	"lockstep/site"
)

// outward carries what was said on the pages to the forge: open threads, and those
// that are there already.
func (r *run) outward(ctx context.Context) error {
	for _, page := range r.pages {
		shown, err := r.shown(ctx, page)
		if err != nil {
			return err
		}
		for _, t := range shown.Threads {
			if err := r.threadOut(ctx, page, shown.Page, t); err != nil {
				return err
			}
		}
		for _, v := range shown.Verdicts {
			if err := r.verdictOut(ctx, page, shown.Page, v); err != nil {
				return err
			}
		}
	}
	return nil
}

// discussion finds that of a thread: it began with a comment of the forge, or with a
// post that stands for one of the thread.
func (r *run) discussion(name string, t site.Thread) (d Discussion, ok bool) {
	for _, c := range t.Comments {
		if id, there := r.pull.forgeID(c.ID, c.AuthorID); there {
			for _, d := range r.talks {
				for _, other := range d.Comments {
					if other.ID == id {
						return d, true
					}
				}
			}
		}
		if p, posted := r.posted[mark{Kind: "comment", Page: name, ID: c.ID}.key()]; posted {
			return p.talk, true
		}
	}
	return d, false
}

func (r *run) threadOut(ctx context.Context, page pageOf, name string, t site.Thread) error {
	d, there := r.discussion(name, t)
	if !there && t.Status != "open" {
		return nil
	}
	for i, c := range t.Comments {
		if _, native := r.pull.forgeID(c.ID, c.AuthorID); native {
			continue
		}
		m := mark{Kind: "comment", Page: name, ID: c.ID}
		if was, posted := r.posted[m.key()]; posted {
			if err := r.editOut(ctx, page, t, i, was); err != nil {
				return err
			}
			continue
		}
		if c.Redacted {
			continue
		}
		if there {
			if err := r.out(page, func() error { return r.o.Forge.Reply(ctx, r.pull, d, marked(m, r.postOf(page, c, "", ""))) }, "reply: %s", beginning(c.Body)); err != nil {
				return err
			}
			continue
		}
		if d, there = r.discussion(name, t); there {
			continue
		}
		opened, err := r.begin(ctx, page, t, i, m)
		if err != nil {
			return err
		}
		if !opened {
			return nil
		}
		// What follows needs to know where it was begun.
		if d, there, err = r.begun(ctx, m); err != nil {
			return err
		}
		if !there {
			for _, later := range t.Comments[i+1:] {
				if !later.Redacted {
					r.report.Out = append(r.report.Out, fmt.Sprintf("%s: reply: %s", page.doc.Name, beginning(later.Body)))
				}
			}
			return nil // a dry run has begun nothing
		}
	}
	if !there {
		return nil
	}
	return r.tell(ctx, page, name, t, d)
}

// begin posts the first comment of a thread.
func (r *run) begin(ctx context.Context, page pageOf, t site.Thread, i int, m mark) (bool, error) {
	at, shows := placeOf(page, t)
	about := t.Quote
	if shows {
		about = ""
	}
	c := t.Comments[i]
	text := marked(m, r.postOf(page, c, t.Intent, about))
	err := r.out(page, func() error { return r.o.Forge.Post(ctx, r.pull, at, text) }, "comment at %s: %s", at, beginning(c.Body))
	return err == nil, err
}

// begun reads the discussions again, after one was begun.
func (r *run) begun(ctx context.Context, m mark) (d Discussion, ok bool, err error) {
	if r.o.Dry {
		return d, false, nil
	}
	if err := r.readTalks(ctx); err != nil {
		return d, false, err
	}
	if p, posted := r.posted[m.key()]; posted {
		return p.talk, true, nil
	}
	return d, false, fmt.Errorf("%s was posted, and the forge does not list it as a comment of the account of the token; name that account with --account, or every run would post it again", m.Page)
}

// editOut carries an edit or a redaction of what was posted.
func (r *run) editOut(ctx context.Context, page pageOf, t site.Thread, i int, was post) error {
	c := t.Comments[i]
	intent, about := "", ""
	if was.first && i == 0 {
		intent = t.Intent
		// Whether its place shows what it is about was settled when it was posted.
		if _, shows := placeOf(page, t); !shows {
			about = t.Quote
		}
	}
	text := r.postOf(page, c, intent, about)
	other := r.postOf(page, c, intent, otherwise(about, t.Quote))
	if hashed(text) == was.Text || hashed(other) == was.Text {
		return nil
	}
	return r.out(page, func() error { return r.o.Forge.Edit(ctx, was.comment, marked(was.mark, text)) }, "edit: %s", beginning(c.Body))
}

func otherwise(about, quote string) string {
	if about == "" {
		return quote
	}
	return ""
}

// verdictOut says at the forge what somebody decided on the page. It is words there:
// the account of the bridge approves nothing.
func (r *run) verdictOut(ctx context.Context, page pageOf, name string, v site.Verdict) error {
	if v.Stale || strings.HasPrefix(v.AuthorID, r.pull.accounts()) {
		return nil
	}
	m := mark{Kind: "verdict", Page: name, ID: hashed(v.AuthorID + "\n" + v.Verdict + "\n" + v.Revision + "\n" + v.At.UTC().Format(time.RFC3339Nano))}
	if _, posted := r.posted[m.key()]; posted {
		return nil
	}
	return r.out(page, func() error { return r.o.Forge.Post(ctx, r.pull, Place{}, marked(m, r.verdictWords(page, v))) }, "verdict of %s: %s", v.Author, v.Verdict)
}
