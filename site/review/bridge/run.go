package bridge

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"lockstep/site"
	"lockstep/site/review/access"
	"lockstep/site/review/offline"
	"lockstep/site/review/subject"
)

// Options say what is carried, and how.
type Options struct {
	Forge Forge
	Desk  *offline.Desk
	// Pages are those of the checkout; the pull request is about those whose sources it
	// changes. Prefix is the folder of the site in the repository: "docs/".
	Pages  []subject.Page
	Prefix string
	// SameText says whether a commit has the same sources as the checkout, reviews left
	// aside.
	SameText func(ctx context.Context, commit string) (bool, error)
	// LineAt is a line of a file at a commit; "" if that is not known.
	LineAt func(ctx context.Context, commit, file string, line int) string
	// Save keeps what came from the forge, before anything is posted there.
	Save func(ctx context.Context) error
	// Accounts are ids of accounts, beside that of the token, that have run the bridge:
	// marks in their comments count.
	Accounts []string
	Site     string // where readers reach the site; "": nowhere
	Dry      bool   // nothing is posted, and nothing saved
}

// Report is what a run has done.
type Report struct {
	In, Out []string // carried to the pages, and to the forge
	Left    []string // not carried, and why
}

type run struct {
	o      Options
	pull   Pull
	pages  []pageOf
	talks  []Discussion
	posted map[string]post // by the key of its mark
	report Report
}

// pageOf is a page that the pull request changes.
type pageOf struct {
	doc  subject.Page
	file File
}

// post is what the bridge has posted: the comment, and the discussion that it
// stands in.
type post struct {
	mark
	comment Comment
	talk    Discussion
	first   bool // it began the discussion
}

// Run carries what one side has and the other has not. The report is of what was
// done also where the error is not nil.
func Run(ctx context.Context, o Options) (Report, error) {
	r := &run{o: o, posted: make(map[string]post)}
	for _, step := range []func(context.Context) error{r.read, r.inward, r.verdicts, r.save, r.outward} {
		if err := step(ctx); err != nil {
			return r.report, err
		}
	}
	return r.report, nil
}

// read reads the pull request.
func (r *run) read(ctx context.Context) (err error) {
	if r.pull, err = r.o.Forge.Pull(ctx); err != nil {
		return fmt.Errorf("read the pull request: %w", err)
	}
	if r.pull.Me.ID == "" && len(r.o.Accounts) == 0 {
		return fmt.Errorf("%s does not say whose the token is, so nobody could tell what was posted before: name its account with --account %s", r.pull.Host, r.pull.AccountID(Account{ID: "NUMBER"}))
	}
	same, err := r.o.SameText(ctx, r.pull.Head)
	if err != nil {
		return err
	}
	if !same {
		return fmt.Errorf("the checkout is not the head of the pull request, %.10s: comments would land on other lines; check it out, with its history", r.pull.Head)
	}
	for _, d := range r.o.Pages {
		i := slices.IndexFunc(r.pull.Files, func(f File) bool { return d.Source != "" && f.Path == r.o.Prefix+d.Source })
		if i < 0 {
			continue
		}
		// A review goes on under the name under which it began.
		shown, err := r.shown(ctx, pageOf{doc: d})
		if err != nil {
			return err
		}
		d.Name = shown.Page
		r.pages = append(r.pages, pageOf{d, r.pull.Files[i]})
	}
	return r.readTalks(ctx)
}

// readTalks reads the comments, and which of them the bridge has posted.
func (r *run) readTalks(ctx context.Context) (err error) {
	if r.talks, err = r.o.Forge.Discussions(ctx); err != nil {
		return fmt.Errorf("read the comments: %w", err)
	}
	for n, t := range r.talks {
		if t.Commit != "" && t.Commit != r.pull.Head {
			same, err := r.o.SameText(ctx, t.Commit)
			if err != nil {
				return err
			}
			if !same {
				if t.Code == "" && t.Line > 0 {
					t.Code = r.o.LineAt(ctx, t.Commit, t.Path, t.Line)
				}
				t.Line, t.First = 0, 0
			}
			r.talks[n] = t
		}
		for i, c := range t.Comments {
			if m, ok := markOf(c.Body); ok && r.ours(c.Author) {
				// Should there be two, a run had no answer and another posted it again: the
				// older one is gone on with.
				if _, twice := r.posted[m.key()]; !twice {
					r.posted[m.key()] = post{m, c, t, i == 0}
				}
			}
		}
	}
	return nil
}

// ours says whether an account has run the bridge.
func (r *run) ours(a Account) bool {
	return a.ID != "" && (a.ID == r.pull.Me.ID || slices.Contains(r.o.Accounts, r.pull.AccountID(a)))
}

func (r *run) save(ctx context.Context) error {
	if r.o.Dry || len(r.report.In) == 0 {
		return nil
	}
	return r.o.Save(ctx)
}

func (r *run) in(page pageOf, format string, args ...any) {
	r.report.In = append(r.report.In, page.doc.Name+": "+fmt.Sprintf(format, args...))
}

func (r *run) left(format string, args ...any) {
	r.report.Left = append(r.report.Left, fmt.Sprintf(format, args...))
}

// out does something at the forge, unless it is only to be said.
func (r *run) out(page pageOf, act func() error, format string, args ...any) error {
	what := page.doc.Name + ": " + fmt.Sprintf(format, args...)
	if !r.o.Dry {
		if err := act(); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
	}
	r.report.Out = append(r.report.Out, what)
	return nil
}

// shown is the review of a page as it is now.
func (r *run) shown(ctx context.Context, page pageOf) (*site.Review, error) {
	return r.o.Desk.Review(ctx, page.doc, access.Actor{})
}

// thread finds the thread of a comment.
func thread(shown *site.Review, comment string) *site.Thread {
	for i, t := range shown.Threads {
		if slices.ContainsFunc(t.Comments, func(c site.Comment) bool { return c.ID == comment }) {
			return &shown.Threads[i]
		}
	}
	return nil
}

func commentIn(t *site.Thread, id string) *site.Comment {
	for i, c := range t.Comments {
		if c.ID == id {
			return &t.Comments[i]
		}
	}
	return nil
}

// beginning is enough of a text to know it by, in a line.
func beginning(text string) string {
	runes := []rune(strings.Join(strings.Fields(text), " "))
	if len(runes) > 60 {
		return string(runes[:60]) + "…"
	}
	return string(runes)
}

func when(c Comment) time.Time {
	if c.Created.IsZero() {
		return c.Updated
	}
	return c.Created
}
