package bridge

import (
	"context"
	"strings"

	"lockstep/site/review"
	"lockstep/site/review/access"
	"lockstep/site/review/event"
	"lockstep/site/review/offline"
)

// verdicts carries what accounts said of the whole to each page that the pull
// request changes, and takes back what they took back.
func (r *run) verdicts(ctx context.Context) error {
	if len(r.pages) == 0 {
		return nil
	}
	all, err := r.o.Forge.Verdicts(ctx)
	if err != nil {
		return err
	}
	stand := make(map[string]bool)
	for _, v := range all {
		if m, ok := markOf(v.Body); ok && r.ours(v.Author) && m.Kind != "" {
			continue
		}
		stand["verdict::"+r.pull.idOf(v.ID)] = true
		if !v.Member {
			if err := r.outsider(ctx, v); err != nil {
				return err
			}
			continue
		}
		for _, page := range r.pages {
			if err := r.verdict(ctx, page, v); err != nil {
				return err
			}
		}
	}
	for _, page := range r.pages {
		if err := r.withdrawn(ctx, page, stand); err != nil {
			return err
		}
	}
	return nil
}

// outsider carries the words of an account whose verdict the forge does not count,
// as words.
func (r *run) outsider(ctx context.Context, v Verdict) error {
	if v.Verdict != event.Comments {
		r.left("%s of %s does not count at the forge either: the account may not merge there", v.Verdict, v.Author.Login)
	}
	if strings.TrimSpace(v.Body) == "" {
		return nil
	}
	return r.talk(ctx, Discussion{ID: v.ID, Comments: []Comment{{ID: v.ID, Author: v.Author, Body: v.Body, Created: v.At}}})
}

func (r *run) verdict(ctx context.Context, page pageOf, v Verdict) error {
	author := r.pull.actor(v.Author, access.Reviewer)
	id := r.pull.idOf(v.ID)
	events, err := r.o.Desk.Events(ctx, page.doc.Name)
	if err != nil {
		return err
	}
	for _, e := range events {
		if e.ID == "verdict::"+id && e.Actor.ID == author.ID {
			return nil
		}
	}
	if v.Verdict != event.Comments {
		same, err := r.ofThisText(ctx, v)
		if err != nil {
			return err
		}
		if !same {
			r.left("%s: %s by %s is of the commit %.10s, and the text has changed since, or nobody knows: let them look again", page.doc.Name, v.Verdict, author.Name, v.Commit)
			return nil
		}
	}
	shown, err := r.shown(ctx, page)
	if err != nil {
		return err
	}
	if v.Verdict == event.Approve && shown.Blockers > 0 {
		r.left("%s: the approval by %s waits: a blocking thread is open", page.doc.Name, author.Name)
		return nil
	}
	r.o.Desk.At(v.At)
	err = r.o.Desk.SubmitVerdict(ctx, author, page.doc, review.VerdictRequest{ID: id, Verdict: v.Verdict, Body: v.Body, Revision: page.doc.Revision})
	if why, no := offline.Refused(err); no {
		r.left("%s: %s by %s: %s", page.doc.Name, v.Verdict, author.Name, why)
		return nil
	}
	if err == nil {
		r.in(page, "%s: %s, unsigned", author.Name, v.Verdict)
	}
	return err
}

// ofThisText says whether a verdict is of the text that the checkout has.
func (r *run) ofThisText(ctx context.Context, v Verdict) (bool, error) {
	if v.Commit == "" || v.Commit == r.pull.Head {
		return v.Commit != "", nil
	}
	return r.o.SameText(ctx, v.Commit)
}

// withdrawn takes back verdicts of accounts that stand on the page and no longer at
// the forge.
func (r *run) withdrawn(ctx context.Context, page pageOf, stand map[string]bool) error {
	events, err := r.o.Desk.Events(ctx, page.doc.Name)
	if err != nil {
		return err
	}
	newest := make(map[string]event.Event)
	for _, e := range events {
		if e.Type == event.ReviewWithdrawn || e.Type == event.ReviewSubmitted && e.Verdict != event.Comments {
			newest[e.Actor.ID] = e
		}
	}
	shown, err := r.shown(ctx, page)
	if err != nil {
		return err
	}
	for _, v := range shown.Verdicts {
		e, ok := newest[v.AuthorID]
		id, ours := strings.CutPrefix(e.ID, "verdict::"+r.pull.prefix())
		if !ok || !ours || stand["verdict::"+r.pull.prefix()+id] || e.Type != event.ReviewSubmitted || v.Verdict == string(event.Comments) || !strings.HasPrefix(v.AuthorID, r.pull.accounts()) {
			continue
		}
		who := access.Actor{ID: v.AuthorID, Name: v.Author, Role: access.Reviewer}
		r.o.Desk.At(v.At)
		if err := r.o.Desk.SubmitVerdict(ctx, who, page.doc, review.VerdictRequest{ID: r.pull.prefix() + id + ".w", Verdict: event.Withdraw}); err != nil {
			return err
		}
		r.in(page, "%s took back: %s", v.Author, v.Verdict)
	}
	return nil
}
