// Package gitea is a pull request at Gitea or Forgejo, by version 1 of their REST
// API, as its description says. It was tested against a server that speaks the
// documented shapes, and not against a real one.
//
// The comments at one line of a file are one discussion there. A comment about the
// whole pull request has no thread, so what answers it quotes it. Gitea can resolve
// a discussion since 1.26, and Forgejo cannot.
package gitea

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"lockstep/site/review/bridge"
	"lockstep/site/review/bridge/rest"
	"lockstep/site/review/event"
)

// Pull is a pull request.
type Pull struct {
	c      *rest.Client
	host   string
	repo   string // "/repos/owner/name"
	number int
	places map[string]comment // by discussion, where answers to it go
}

var _ bridge.Forge = (*Pull)(nil)

// API is where the API of a host is.
func API(host string) string { return "https://" + host + "/api/v1" }

// Open does not ask anything yet.
func Open(api, host, repo string, number int, token string) (*Pull, error) {
	c, err := rest.New(api, token, func(h http.Header, token string) { h.Set("Authorization", "token "+token) })
	if err != nil {
		return nil, err
	}
	owner, name, _ := strings.Cut(repo, "/")
	return &Pull{c: c, host: host, repo: "/repos/" + url.PathEscape(owner) + "/" + url.PathEscape(name), number: number, places: make(map[string]comment)}, nil
}

// Client is for tests, which do not wait.
func (p *Pull) Client() *rest.Client { return p.c }

func (p *Pull) path(format string, args ...any) string { return p.repo + fmt.Sprintf(format, args...) }

var fifty = url.Values{"limit": {"50"}}

// Pull implements [bridge.Forge].
func (p *Pull) Pull(ctx context.Context) (out bridge.Pull, err error) {
	var pull struct {
		Number int
		Head   struct{ SHA string }
		Base   struct{ Repo struct{ ID int64 } }
	}
	if err := p.c.Get(ctx, p.path("/pulls/%d", p.number), nil, &pull); err != nil {
		return out, err
	}
	out = bridge.Pull{Scheme: "gitea", Host: p.host, Repo: strconv.FormatInt(pull.Base.Repo.ID, 10), Number: pull.Number, Head: pull.Head.SHA}
	var me bridge.User
	switch err := p.c.Get(ctx, "/user", nil, &me); {
	case err == nil:
		out.Me = me.Account()
	case !rest.Is(err, http.StatusForbidden): // a token that may not read its bridge.User
		return out, err
	}
	type file struct {
		Filename string
		Previous string `json:"previous_filename"`
		Status   string
	}
	files, err := rest.List[file](ctx, p.c, p.path("/pulls/%d/files", p.number), fifty)
	if err != nil {
		return out, err
	}
	diff, err := p.c.Text(ctx, p.path("/pulls/%d.diff", p.number))
	if err != nil {
		return out, err
	}
	patches := patchesOf(diff)
	for _, f := range files {
		if f.Status == "deleted" {
			continue
		}
		made := bridge.File{Path: f.Filename, Old: cmp.Or(f.Previous, f.Filename)}
		made.Lines, made.Base = bridge.Hunks(patches[f.Filename])
		out.Files = append(out.Files, made)
	}
	return out, nil
}

// patchesOf parts a diff by the new names of its files. A name that git writes in
// quotes is left out: comments on it stand at the whole.
func patchesOf(diff string) map[string]string {
	patches := make(map[string]string)
	for part := range strings.SplitSeq("\n"+diff, "\ndiff --git ") {
		head, rest, ok := strings.Cut(part, "\n@@ ")
		if !ok {
			continue
		}
		for line := range strings.SplitSeq(head, "\n") {
			if name, ok := strings.CutPrefix(line, "+++ b/"); ok {
				patches[strings.TrimRight(name, "\t\r")] = "@@ " + rest
			}
		}
	}
	return patches
}

type comment struct {
	ID       int64
	User     *bridge.User
	Body     string
	Created  time.Time `json:"created_at"`
	Updated  time.Time `json:"updated_at"`
	URL      string    `json:"html_url"`
	Resolver *bridge.User
	Path     string
	Line     int    `json:"position"`
	Was      int    `json:"original_position"`
	Hunk     string `json:"diff_hunk"`
}

func (c comment) comment(kind string) bridge.Comment {
	return bridge.Comment{ID: kind + "-" + strconv.FormatInt(c.ID, 10), Author: c.User.Account(), Body: c.Body, Created: c.Created, Updated: c.Updated, URL: c.URL}
}

type given struct {
	ID        int64
	User      *bridge.User
	State     string
	Body      string
	Commit    string `json:"commit_id"`
	Official  bool
	Dismissed bool
	At        time.Time `json:"submitted_at"`
	Count     int       `json:"comments_count"`
}

func (p *Pull) reviews(ctx context.Context) ([]given, error) {
	return rest.List[given](ctx, p.c, p.path("/pulls/%d/reviews", p.number), fifty)
}

// Discussions implements [bridge.Forge].
func (p *Pull) Discussions(ctx context.Context) (all []bridge.Discussion, err error) {
	reviews, err := p.reviews(ctx)
	if err != nil {
		return nil, err
	}
	at := make(map[string]int)
	for _, r := range reviews {
		if r.State == "PENDING" || r.Count == 0 {
			continue
		}
		var comments []comment
		if err := p.c.Get(ctx, p.path("/pulls/%d/reviews/%d/comments", p.number, r.ID), nil, &comments); err != nil {
			return nil, err
		}
		for _, c := range comments {
			place := fmt.Sprintf("%s\n%d\n%d", c.Path, c.Line, c.Was)
			i, ok := at[place]
			if !ok {
				i = len(all)
				at[place] = i
				settled := c.Resolver != nil
				d := bridge.Discussion{ID: strconv.FormatInt(c.ID, 10), Path: c.Path, Line: c.Line, Old: c.Line == 0 && c.Was > 0, Commit: r.Commit, Code: bridge.LastLine(c.Hunk), Settled: &settled}
				if settled {
					d.By = c.Resolver.Account()
				}
				p.places[d.ID] = c
				all = append(all, d)
			}
			all[i].Comments = append(all[i].Comments, c.comment("line"))
		}
	}
	var whole []comment
	if err := p.c.Get(ctx, p.path("/issues/%d/comments", p.number), nil, &whole); err != nil {
		return nil, err
	}
	for _, c := range whole {
		all = append(all, bridge.Discussion{Comments: []bridge.Comment{c.comment("note")}})
	}
	return all, nil
}

// Verdicts implements [bridge.Forge].
func (p *Pull) Verdicts(ctx context.Context) (all []bridge.Verdict, err error) {
	reviews, err := p.reviews(ctx)
	words := map[string]event.Verdict{"APPROVED": event.Approve, "REQUEST_CHANGES": event.RequestChanges, "COMMENT": event.Comments}
	for _, r := range reviews {
		v, stands := words[r.State]
		if !stands || r.Dismissed || v == event.Comments && strings.TrimSpace(r.Body) == "" {
			continue
		}
		all = append(all, bridge.Verdict{ID: fmt.Sprintf("review-%d", r.ID), Author: r.User.Account(), Verdict: v, Body: r.Body, Commit: r.Commit, At: r.At, Member: r.Official})
	}
	return all, err
}

func (p *Pull) one(id string) string {
	_, number, _ := strings.Cut(id, "-")
	return p.path("/issues/comments/%s", url.PathEscape(number))
}

// Gone implements [bridge.Forge].
func (p *Pull) Gone(ctx context.Context, id string) (bool, error) {
	err := p.c.Get(ctx, p.one(id), nil, nil)
	if rest.Is(err, http.StatusNotFound) {
		return true, nil
	}
	return false, err
}

// Post implements [bridge.Forge].
func (p *Pull) Post(ctx context.Context, pull bridge.Pull, at bridge.Place, body string) error {
	if at.Line == 0 {
		return p.say(ctx, body)
	}
	return p.atLine(ctx, pull, at.File.Path, at.Line, 0, body)
}

func (p *Pull) say(ctx context.Context, body string) error {
	return p.c.Send(ctx, http.MethodPost, p.path("/issues/%d/comments", p.number), map[string]string{"body": body}, nil)
}

// atLine comments in the form of a review: a comment alone has no place in the API.
func (p *Pull) atLine(ctx context.Context, pull bridge.Pull, path string, line, was int, body string) error {
	type at map[string]any
	return p.c.Send(ctx, http.MethodPost, p.path("/pulls/%d/reviews", p.number),
		at{"event": "COMMENT", "commit_id": pull.Head, "body": "", "comments": []at{{"path": path, "body": body, "new_position": line, "old_position": was}}}, nil)
}

// Reply implements [bridge.Forge]: at the same line is in the same discussion.
func (p *Pull) Reply(ctx context.Context, pull bridge.Pull, d bridge.Discussion, body string) error {
	if d.Path == "" {
		return p.say(ctx, bridge.Quoting(d, body))
	}
	at := p.places[d.ID]
	return p.atLine(ctx, pull, d.Path, at.Line, at.Was, body)
}

// Edit implements [bridge.Forge].
func (p *Pull) Edit(ctx context.Context, c bridge.Comment, body string) error {
	return p.c.Send(ctx, http.MethodPatch, p.one(c.ID), map[string]string{"body": body}, nil)
}

// Resolve implements [bridge.Forge].
func (p *Pull) Resolve(ctx context.Context, d bridge.Discussion, settled bool) error {
	if d.Settled == nil {
		return bridge.ErrUnsupported
	}
	verb := "resolve"
	if !settled {
		verb = "unresolve"
	}
	err := p.c.Send(ctx, http.MethodPost, p.path("/pulls/comments/%s/%s", d.ID, verb), struct{}{}, nil)
	if rest.Is(err, http.StatusNotFound, http.StatusMethodNotAllowed) {
		return bridge.ErrUnsupported
	}
	return err
}
