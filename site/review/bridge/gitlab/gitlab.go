// Package gitlab is a merge request at GitLab, by version 4 of its REST API, as the
// documentation describes it. It was tested against a server that speaks the
// documented shapes, and not against GitLab itself.
//
// An approval of GitLab names no commit. It is taken for the one that was the head
// when it was given, by the versions of the merge request; where GitLab does not say
// when, it is of no text.
package gitlab

import (
	"context"
	"errors"
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

// Request is a merge request.
type Request struct {
	c    *rest.Client
	host string
	at   string // "/projects/group%2Fname/merge_requests/7"
	refs refs
}

// refs are the commits of the newest version.
type refs struct {
	Base  string `json:"base_sha"`
	Head  string `json:"head_sha"`
	Start string `json:"start_sha"`
}

var _ bridge.Forge = (*Request)(nil)

// API is where the API of a host is.
func API(host string) string { return "https://" + host + "/api/v4" }

// Open does not ask anything yet.
func Open(api, host, project string, number int, token string) (*Request, error) {
	c, err := rest.New(api, token, func(h http.Header, token string) { h.Set("PRIVATE-TOKEN", token) })
	if err != nil {
		return nil, err
	}
	return &Request{c: c, host: host, at: fmt.Sprintf("/projects/%s/merge_requests/%d", url.PathEscape(project), number)}, nil
}

// Client is for tests, which do not wait.
func (m *Request) Client() *rest.Client { return m.c }

type user struct {
	ID       int64
	Username string
}

func (u user) account() bridge.Account {
	return bridge.Account{ID: strconv.FormatInt(u.ID, 10), Login: u.Username}
}

var hundred = url.Values{"per_page": {"100"}}

// Pull implements [bridge.Forge].
func (m *Request) Pull(ctx context.Context) (out bridge.Pull, err error) {
	var request struct {
		IID     int
		Project int64 `json:"project_id"`
		SHA     string
		Refs    refs `json:"diff_refs"`
	}
	if err := m.c.Get(ctx, m.at, nil, &request); err != nil {
		return out, err
	}
	m.refs = request.Refs
	out = bridge.Pull{Scheme: "gitlab", Host: m.host, Repo: strconv.FormatInt(request.Project, 10), Number: request.IID, Head: request.SHA}
	var me user
	if err := m.c.Get(ctx, "/user", nil, &me); err != nil {
		return out, err
	}
	out.Me = me.account()
	type file struct {
		Old     string `json:"old_path"`
		New     string `json:"new_path"`
		Diff    string
		Deleted bool `json:"deleted_file"`
	}
	files, err := rest.List[file](ctx, m.c, m.at+"/diffs", hundred)
	for _, f := range files {
		if f.Deleted {
			continue
		}
		made := bridge.File{Path: f.New, Old: f.Old, Whole: true}
		made.Lines, made.Base = bridge.Hunks(f.Diff)
		out.Files = append(out.Files, made)
	}
	return out, err
}

type discussion struct {
	ID    string
	Notes []note
}

type note struct {
	ID         int64
	Body       string
	Author     user
	Created    time.Time `json:"created_at"`
	Updated    time.Time `json:"updated_at"`
	System     bool
	Resolvable bool
	Resolved   bool
	By         *user     `json:"resolved_by"`
	At         time.Time `json:"resolved_at"`
	Position   *position
}

type position struct {
	Head  string `json:"head_sha"`
	Path  string `json:"new_path"`
	Old   string `json:"old_path"`
	Line  int    `json:"new_line"`
	Was   int    `json:"old_line"`
	Range *struct {
		Start struct {
			Line int `json:"new_line"`
		}
	} `json:"line_range"`
}

func (m *Request) discussions(ctx context.Context) ([]discussion, error) {
	return rest.List[discussion](ctx, m.c, m.at+"/discussions", hundred)
}

// Discussions implements [bridge.Forge].
func (m *Request) Discussions(ctx context.Context) (all []bridge.Discussion, err error) {
	listed, err := m.discussions(ctx)
	for _, d := range listed {
		out := bridge.Discussion{ID: d.ID}
		for _, n := range d.Notes {
			if n.System {
				continue
			}
			if p := n.Position; p != nil && len(out.Comments) == 0 {
				out.Path, out.Line, out.Commit, out.Old = p.Path, p.Line, p.Head, p.Line == 0 && p.Was > 0
				if p.Range != nil {
					out.First = p.Range.Start.Line
				}
			}
			if n.Resolvable && out.Settled == nil {
				settled := n.Resolved
				out.Settled, out.At = &settled, n.At
				if n.By != nil {
					out.By = n.By.account()
				}
			}
			out.Comments = append(out.Comments, bridge.Comment{ID: fmt.Sprintf("note-%d", n.ID), Author: n.Author.account(), Body: n.Body, Created: n.Created, Updated: n.Updated})
		}
		if len(out.Comments) > 0 {
			all = append(all, out)
		}
	}
	return all, err
}

// Verdicts implements [bridge.Forge]. Whoever may approve belongs to the project.
func (m *Request) Verdicts(ctx context.Context) (all []bridge.Verdict, err error) {
	var approvals struct {
		By []struct {
			User user
			At   time.Time `json:"approved_at"`
		} `json:"approved_by"`
	}
	if err := m.c.Get(ctx, m.at+"/approvals", nil, &approvals); err != nil {
		return nil, err
	}
	type version struct {
		Head    string    `json:"head_commit_sha"`
		Created time.Time `json:"created_at"`
	}
	versions, err := rest.List[version](ctx, m.c, m.at+"/versions", hundred)
	if err != nil {
		return nil, err
	}
	for _, a := range approvals.By {
		v := bridge.Verdict{ID: fmt.Sprintf("approval-%d-%d", a.User.ID, max(a.At.Unix(), 0)), Author: a.User.account(), Verdict: event.Approve, At: a.At, Member: true}
		for _, one := range versions { // the newest first
			if !a.At.IsZero() && !one.Created.After(a.At) {
				v.Commit = one.Head
				break
			}
		}
		all = append(all, v)
	}
	objections, err := m.objections(ctx)
	return append(all, objections...), err
}

// objections are the requests for changes that stand. They are of the text as it is:
// GitLab keeps them until they are taken back.
func (m *Request) objections(ctx context.Context) (all []bridge.Verdict, err error) {
	type reviewer struct {
		User    user
		State   string
		Created time.Time `json:"created_at"`
	}
	reviewers, err := rest.List[reviewer](ctx, m.c, m.at+"/reviewers", hundred)
	if rest.Is(err, http.StatusNotFound) {
		return nil, nil // versions before 14
	}
	var listed []discussion
	for _, r := range reviewers {
		if r.State != "requested_changes" {
			continue
		}
		if listed == nil {
			if listed, err = m.discussions(ctx); err != nil {
				return nil, err
			}
		}
		v := bridge.Verdict{ID: fmt.Sprintf("changes-%d", r.User.ID), Author: r.User.account(), Verdict: event.RequestChanges, Commit: m.refs.Head, At: r.Created, Member: true}
		for _, d := range listed {
			for _, n := range d.Notes {
				if n.System && n.Author.ID == r.User.ID && strings.HasPrefix(n.Body, "requested changes") {
					v.ID, v.At = fmt.Sprintf("changes-%d-%d", r.User.ID, n.ID), n.Created
				}
			}
		}
		all = append(all, v)
	}
	return all, err
}

// Gone implements [bridge.Forge].
func (m *Request) Gone(ctx context.Context, id string) (bool, error) {
	err := m.c.Get(ctx, m.note(id), nil, nil)
	if rest.Is(err, http.StatusNotFound) {
		return true, nil
	}
	return false, err
}

func (m *Request) note(id string) string {
	return m.at + "/notes/" + url.PathEscape(strings.TrimPrefix(id, "note-"))
}

// Post implements [bridge.Forge].
func (m *Request) Post(ctx context.Context, _ bridge.Pull, at bridge.Place, body string) error {
	if at.File.Path != "" {
		where := map[string]any{"position_type": "file", "base_sha": m.refs.Base, "start_sha": m.refs.Start, "head_sha": m.refs.Head, "new_path": at.File.Path, "old_path": at.File.Old}
		if at.Line > 0 {
			where["position_type"], where["new_line"] = "text", at.Line
			if was, same := at.File.Base[at.Line]; same {
				where["old_line"] = was
			}
		}
		err := m.c.Send(ctx, http.MethodPost, m.at+"/discussions", map[string]any{"body": body, "position": where}, nil)
		// A place that GitLab does not know has written nothing.
		if !rest.Is(err, http.StatusBadRequest, http.StatusUnprocessableEntity) {
			return err
		}
	}
	return m.c.Send(ctx, http.MethodPost, m.at+"/discussions", map[string]any{"body": body}, nil)
}

// Reply implements [bridge.Forge].
func (m *Request) Reply(ctx context.Context, _ bridge.Pull, d bridge.Discussion, body string) error {
	return m.c.Send(ctx, http.MethodPost, m.at+"/discussions/"+url.PathEscape(d.ID)+"/notes", map[string]string{"body": body}, nil)
}

// Edit implements [bridge.Forge].
func (m *Request) Edit(ctx context.Context, c bridge.Comment, body string) error {
	return m.c.Send(ctx, http.MethodPut, m.note(c.ID), map[string]string{"body": body}, nil)
}

// Resolve implements [bridge.Forge].
func (m *Request) Resolve(ctx context.Context, d bridge.Discussion, settled bool) error {
	if d.Settled == nil {
		return bridge.ErrUnsupported
	}
	err := m.c.Send(ctx, http.MethodPut, m.at+"/discussions/"+url.PathEscape(d.ID), map[string]bool{"resolved": settled}, nil)
	if rest.Is(err, http.StatusForbidden) {
		return errors.Join(bridge.ErrUnsupported, err)
	}
	return err
}
