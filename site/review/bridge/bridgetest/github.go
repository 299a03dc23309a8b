package bridgetest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// GitHub is a server of the shape of api.github.com.
func GitHub(t *testing.T, head string, files []File) *Server {
	s := start(t, head, files)
	mux := http.NewServeMux()
	repo := "/repos/{owner}/{name}"
	mux.HandleFunc("GET /user", func(w http.ResponseWriter, _ *http.Request) {
		if s.Nameless {
			fail(w, http.StatusForbidden, "Resource not accessible by integration")
			return
		}
		answer(w, 200, s.ghUser(Bot))
	})
	s.route(mux, "GET "+repo+"/pulls/{number}", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, 200, object{"number": s.Number, "state": "open", "head": object{"sha": s.Head}, "base": object{"sha": "b", "repo": object{"id": 99, "full_name": s.Repo}}})
	})
	s.route(mux, "GET "+repo+"/pulls/{number}/files", func(w http.ResponseWriter, r *http.Request) {
		var all []object
		for _, f := range s.Files {
			all = append(all, object{"filename": f.Path, "previous_filename": f.Old, "status": "modified", "patch": f.Patch})
		}
		page(s, w, r, "per_page", all)
	})
	s.route(mux, "GET "+repo+"/pulls/{number}/comments", func(w http.ResponseWriter, r *http.Request) { page(s, w, r, "per_page", s.ghComments(true)) })
	s.route(mux, "GET "+repo+"/issues/{number}/comments", func(w http.ResponseWriter, r *http.Request) { page(s, w, r, "per_page", s.ghComments(false)) })
	s.route(mux, "GET "+repo+"/pulls/{number}/reviews", func(w http.ResponseWriter, r *http.Request) {
		var all []object
		for _, v := range s.Reviews {
			state, association := v.State, "NONE"
			if state == "COMMENT" {
				state = "COMMENTED"
			}
			if v.Dismissed {
				state = "DISMISSED"
			}
			if v.Member {
				association = "MEMBER"
			}
			all = append(all, object{"id": v.ID, "user": s.ghUser(v.User), "body": v.Body, "state": state, "commit_id": v.Commit, "submitted_at": v.At, "author_association": association})
		}
		page(s, w, r, "per_page", all)
	})
	s.route(mux, "POST "+repo+"/pulls/{number}/comments", s.ghComment)
	s.route(mux, "POST "+repo+"/pulls/{number}/comments/{id}/replies", func(w http.ResponseWriter, r *http.Request) {
		in, ok := read(w, r)
		to := s.find(r.PathValue("id"))
		switch {
		case !ok || !filled(w, in.text("body"), 422):
		case to == nil || to.Path == "":
			fail(w, 404, "Not Found")
		case to.Root != to.ID:
			fail(w, 422, "Replies to replies are not supported")
		default:
			c := s.add(Comment{User: Bot, Body: in.text("body"), Path: to.Path, Line: to.Line, Root: to.ID, Commit: s.Head})
			answer(w, 201, s.gh(c))
		}
	})
	s.route(mux, "POST "+repo+"/issues/{number}/comments", func(w http.ResponseWriter, r *http.Request) {
		if in, ok := read(w, r); ok && filled(w, in.text("body"), 422) {
			answer(w, 201, s.gh(s.add(Comment{User: Bot, Body: in.text("body")})))
		}
	})
	for _, kind := range []string{"pulls", "issues"} {
		one := repo + "/" + kind + "/comments/{id}"
		found := func(w http.ResponseWriter, r *http.Request) *Comment {
			c := s.find(r.PathValue("id"))
			if c == nil || (c.Path != "") != (kind == "pulls") {
				fail(w, 404, "Not Found")
				return nil
			}
			return c
		}
		s.route(mux, "GET "+one, func(w http.ResponseWriter, r *http.Request) {
			if c := found(w, r); c != nil {
				answer(w, 200, s.gh(c))
			}
		})
		s.route(mux, "PATCH "+one, func(w http.ResponseWriter, r *http.Request) {
			in, ok := read(w, r)
			if c := found(w, r); c != nil && ok && filled(w, in.text("body"), 422) {
				if c.User != Bot {
					fail(w, 403, "Must be the author")
					return
				}
				c.Body, c.Edited = in.text("body"), s.now
				answer(w, 200, s.gh(c))
			}
		})
	}
	s.serve(t, "Authorization", "Bearer "+Token, mux)
	return s
}

// route adds a handler that has the server to itself. Another repository is not
// there.
func (s *Server) route(mux *http.ServeMux, pattern string, h http.HandlerFunc) {
	mux.HandleFunc(strings.ReplaceAll(pattern, "{number}", fmt.Sprint(s.Number)), func(w http.ResponseWriter, r *http.Request) {
		defer s.Lock()()
		if r.PathValue("owner") != "" && r.PathValue("owner")+"/"+r.PathValue("name") != s.Repo {
			fail(w, 404, "Not Found")
			return
		}
		h(w, r)
	})
}

func (s *Server) ghUser(u User) object {
	return object{"id": u.ID, "login": u.Login, "type": "User"}
}

func (s *Server) gh(c *Comment) object {
	o := object{"id": c.ID, "user": s.ghUser(c.User), "body": c.Body, "created_at": c.At, "updated_at": c.Edited, "html_url": fmt.Sprintf("https://forge.example/c/%d", c.ID)}
	if c.Path == "" {
		return o
	}
	o["path"], o["commit_id"], o["original_commit_id"], o["side"], o["line"], o["start_line"] = c.Path, s.Head, c.Commit, "RIGHT", nil, nil
	o["subject_type"], o["diff_hunk"] = "line", "@@ -1,1 +1,1 @@\n "+c.Code
	if c.File {
		o["subject_type"], o["diff_hunk"] = "file", ""
	} else {
		o["original_line"] = c.Was
	}
	if c.Line > 0 {
		o["line"] = c.Line
	}
	if c.First > 0 {
		o["start_line"] = c.First
	}
	if c.Root != c.ID {
		o["in_reply_to_id"] = c.Root
	}
	return o
}

func (s *Server) ghComments(lines bool) (all []object) {
	for _, c := range s.Comments {
		if (c.Path != "") == lines {
			all = append(all, s.gh(c))
		}
	}
	return all
}

func (s *Server) ghComment(w http.ResponseWriter, r *http.Request) {
	in, ok := read(w, r)
	if !ok || !filled(w, in.text("body"), 422) {
		return
	}
	c := Comment{User: Bot, Body: in.text("body"), Path: in.text("path"), Line: in.number("line"), Commit: in.text("commit_id"), File: in.text("subject_type") == "file"}
	shown, _ := s.shows(c.Path, c.Line)
	switch {
	case c.Commit == "" || c.Path == "" || !s.changes(c.Path):
		fail(w, 422, "Validation Failed: commit_id and path are needed")
	case c.Commit != s.Head:
		fail(w, 422, "Validation Failed: commit_id is not part of the pull request")
	case c.File && in["line"] == nil:
		answer(w, 201, s.gh(s.add(c)))
	case !shown || !slices.Contains([]string{"RIGHT", "LEFT"}, in.text("side")):
		fail(w, 422, "Validation Failed: pull_request_review_thread.line must be part of the diff")
	default:
		answer(w, 201, s.gh(s.add(c)))
	}
}
