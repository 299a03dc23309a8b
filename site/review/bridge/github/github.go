// Package github is a pull request at GitHub, by its REST API, as the documentation
// of the version 2022-11-28 describes it. It was tested against a server that speaks
// the documented shapes, and not against GitHub itself.
//
// REST does not tell whether a discussion is resolved, and cannot resolve one. A
// comment about the whole pull request has no thread, so what answers it is one more
// comment, which quotes it.
package github

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
}

var _ bridge.Forge = (*Pull)(nil)

// API is where the API of a host is.
func API(host string) string {
	if host == "github.com" {
		return "https://api.github.com"
	}
	return "https://" + host + "/api/v3"
}

// Open does not ask anything yet.
func Open(api, host, repo string, number int, token string) (*Pull, error) {
	c, err := rest.New(api, token, func(h http.Header, token string) { h.Set("Authorization", "Bearer "+token) })
	if err != nil {
		return nil, err
	}
	c.Header("Accept", "application/vnd.github+json")
	c.Header("X-GitHub-Api-Version", "2022-11-28")
	owner, name, _ := strings.Cut(repo, "/")
	return &Pull{c, host, "/repos/" + url.PathEscape(owner) + "/" + url.PathEscape(name), number}, nil
}

// Client is for tests, which do not wait.
func (p *Pull) Client() *rest.Client { return p.c }

func (p *Pull) path(format string, args ...any) string { return p.repo + fmt.Sprintf(format, args...) }

// hundred is the largest page.
var hundred = url.Values{"per_page": {"100"}}

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
	out = bridge.Pull{Scheme: "github", Host: p.host, Repo: strconv.FormatInt(pull.Base.Repo.ID, 10), Number: pull.Number, Head: pull.Head.SHA}
	var me bridge.User
	switch err := p.c.Get(ctx, "/user", nil, &me); {
	case err == nil:
		out.Me = me.Account()
	case !rest.Is(err, http.StatusForbidden): // the token of an action is of no bridge.User
		return out, err
	}
	type file struct {
		Filename string
		Previous string `json:"previous_filename"`
		Status   string
		Patch    string
	}
	files, err := rest.List[file](ctx, p.c, p.path("/pulls/%d/files", p.number), hundred)
	if err != nil {
		return out, err
	}
	for _, f := range files {
		if f.Status == "removed" {
			continue
		}
		made := bridge.File{Path: f.Filename, Old: cmp.Or(f.Previous, f.Filename), Whole: true}
		made.Lines, made.Base = bridge.Hunks(f.Patch)
		out.Files = append(out.Files, made)
	}
	return out, nil
}

type comment struct {
	ID      int64 `json:"id"`
	User    *bridge.User
	Body    string
	Created time.Time `json:"created_at"`
	Updated time.Time `json:"updated_at"`
	URL     string    `json:"html_url"`

	Path     string
	Line     *int
	Start    *int `json:"start_line"`
	Side     string
	Hunk     string `json:"diff_hunk"`
	Original *int   `json:"original_line"`
	ReplyTo  int64  `json:"in_reply_to_id"`
}

func (c comment) comment(kind string) bridge.Comment {
	return bridge.Comment{ID: kind + "-" + strconv.FormatInt(c.ID, 10), Author: c.User.Account(), Body: c.Body, Created: c.Created, Updated: c.Updated, URL: c.URL}
}

// Discussions implements [bridge.Forge].
func (p *Pull) Discussions(ctx context.Context) (all []bridge.Discussion, err error) {
	atLines, err := rest.List[comment](ctx, p.c, p.path("/pulls/%d/comments", p.number), hundred)
	if err != nil {
		return nil, err
	}
	at := make(map[int64]int)
	for _, c := range atLines {
		if i, ok := at[c.ReplyTo]; ok && c.ReplyTo != 0 {
			all[i].Comments = append(all[i].Comments, c.comment("line"))
			at[c.ID] = i
			continue
		}
		at[c.ID] = len(all)
		d := bridge.Discussion{ID: strconv.FormatInt(c.ID, 10), Path: c.Path, Old: c.Side == "LEFT", Comments: []bridge.Comment{c.comment("line")}}
		if c.Line != nil {
			d.Line = *c.Line
		}
		if c.Start != nil {
			d.First = *c.Start
		}
		if c.Original != nil {
			d.Code = bridge.LastLine(c.Hunk)
		}
		all = append(all, d)
	}
	whole, err := rest.List[comment](ctx, p.c, p.path("/issues/%d/comments", p.number), hundred)
	for _, c := range whole {
		all = append(all, bridge.Discussion{Comments: []bridge.Comment{c.comment("note")}})
	}
	return all, err
}

// Verdicts implements [bridge.Forge].
func (p *Pull) Verdicts(ctx context.Context) (all []bridge.Verdict, err error) {
	type given struct {
		ID          int64
		User        *bridge.User
		Body, State string
		Commit      string    `json:"commit_id"`
		At          time.Time `json:"submitted_at"`
		Association string    `json:"author_association"`
	}
	reviews, err := rest.List[given](ctx, p.c, p.path("/pulls/%d/reviews", p.number), hundred)
	words := map[string]event.Verdict{"APPROVED": event.Approve, "CHANGES_REQUESTED": event.RequestChanges, "COMMENTED": event.Comments}
	for _, r := range reviews {
		v, stands := words[r.State] // neither what was dismissed nor what is a draft
		if !stands || v == event.Comments && strings.TrimSpace(r.Body) == "" {
			continue
		}
		member := r.Association == "OWNER" || r.Association == "MEMBER" || r.Association == "COLLABORATOR"
		all = append(all, bridge.Verdict{ID: fmt.Sprintf("review-%d", r.ID), Author: r.User.Account(), Verdict: v, Body: r.Body, Commit: r.Commit, At: r.At, Member: member})
	}
	return all, err
}

// one is the path of one comment.
func (p *Pull) one(id string) string {
	kind, number, _ := strings.Cut(id, "-")
	if kind == "line" {
		return p.path("/pulls/comments/%s", url.PathEscape(number))
	}
	return p.path("/issues/comments/%s", url.PathEscape(number))
}

// Gone implements [bridge.Forge].
func (p *Pull) Gone(ctx context.Context, id string) (bool, error) {
	err := p.c.Get(ctx, p.one(id), nil, nil)
	if rest.Is(err, http.StatusNotFound, http.StatusGone) {
		return true, nil
	}
	return false, err
}

// Post implements [bridge.Forge].
func (p *Pull) Post(ctx context.Context, pull bridge.Pull, at bridge.Place, body string) error {
	type words map[string]any
	var err error
	if at.Line > 0 {
		err = p.c.Send(ctx, http.MethodPost, p.path("/pulls/%d/comments", p.number),
			words{"body": body, "commit_id": pull.Head, "path": at.File.Path, "line": at.Line, "side": "RIGHT"}, nil)
	} else if at.File.Path != "" {
		err = p.c.Send(ctx, http.MethodPost, p.path("/pulls/%d/comments", p.number),
			words{"body": body, "commit_id": pull.Head, "path": at.File.Path, "subject_type": "file"}, nil)
	}
	// A place that GitHub does not know has written nothing.
	if at.File.Path != "" && !rest.Is(err, http.StatusUnprocessableEntity) {
		return err
	}
	return p.c.Send(ctx, http.MethodPost, p.path("/issues/%d/comments", p.number), words{"body": body}, nil)
}

// Reply implements [bridge.Forge].
func (p *Pull) Reply(ctx context.Context, _ bridge.Pull, d bridge.Discussion, body string) error {
	if d.Path == "" {
		return p.c.Send(ctx, http.MethodPost, p.path("/issues/%d/comments", p.number), map[string]string{"body": bridge.Quoting(d, body)}, nil)
	}
	return p.c.Send(ctx, http.MethodPost, p.path("/pulls/%d/comments/%s/replies", p.number, d.ID), map[string]string{"body": body}, nil)
}

// Edit implements [bridge.Forge].
func (p *Pull) Edit(ctx context.Context, c bridge.Comment, body string) error {
	return p.c.Send(ctx, http.MethodPatch, p.one(c.ID), map[string]string{"body": body}, nil)
}

// Resolve implements [bridge.Forge].
func (p *Pull) Resolve(context.Context, bridge.Discussion, bool) error { return bridge.ErrUnsupported }
