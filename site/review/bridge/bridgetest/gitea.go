package bridgetest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// Gitea is a server of the shape of Gitea 1.26; old is one that cannot resolve a
// discussion, as Forgejo.
func Gitea(t *testing.T, head string, files []File, old bool) *Server {
	s := start(t, head, files)
	s.old = old
	repo := "/repos/{owner}/{name}"
	mux := http.NewServeMux()
	mux.HandleFunc("GET /user", func(w http.ResponseWriter, _ *http.Request) { answer(w, 200, s.ghUser(Bot)) })
	s.route(mux, "GET "+repo+"/pulls/{number}", func(w http.ResponseWriter, r *http.Request) {
		answer(w, 200, object{"number": s.Number, "state": "open", "head": object{"sha": s.Head}, "base": object{"sha": "b", "repo": object{"id": 99}}})
	})
	mux.HandleFunc("GET "+repo+"/pulls/7.diff", func(w http.ResponseWriter, _ *http.Request) {
		defer s.Lock()()
		for _, f := range s.Files {
			fmt.Fprintf(w, "diff --git a/%s b/%s\nindex 1..2 100644\n--- a/%s\n+++ b/%s\n%s\n", f.Old, f.Path, f.Old, f.Path, strings.TrimRight(f.Patch, "\n"))
		}
	})
	s.route(mux, "GET "+repo+"/pulls/{number}/files", func(w http.ResponseWriter, r *http.Request) {
		var all []object
		for _, f := range s.Files {
			all = append(all, object{"filename": f.Path, "status": "changed"})
		}
		page(s, w, r, "limit", all)
	})
	s.route(mux, "GET "+repo+"/pulls/{number}/reviews", func(w http.ResponseWriter, r *http.Request) {
		var all []object
		for _, v := range s.Reviews {
			state := strings.Replace(v.State, "CHANGES_REQUESTED", "REQUEST_CHANGES", 1)
			n := len(s.reviewComments(v.ID))
			all = append(all, object{"id": v.ID, "user": s.ghUser(v.User), "body": v.Body, "state": state, "commit_id": v.Commit, "submitted_at": v.At, "official": v.Member && state != "COMMENT", "dismissed": v.Dismissed, "comments_count": n})
		}
		page(s, w, r, "limit", all)
	})
	s.route(mux, "GET "+repo+"/pulls/{number}/reviews/{id}/comments", func(w http.ResponseWriter, r *http.Request) {
		out := []object{}
		for _, v := range s.Reviews {
			if fmt.Sprint(v.ID) == r.PathValue("id") {
				for _, c := range s.reviewComments(v.ID) {
					out = append(out, s.gt(c))
				}
				answer(w, 200, out)
				return
			}
		}
		fail(w, 404, "Not Found")
	})
	s.route(mux, "GET "+repo+"/issues/{number}/comments", func(w http.ResponseWriter, r *http.Request) {
		out := []object{}
		for _, c := range s.Comments {
			if c.Path == "" {
				out = append(out, s.gt(c))
			}
		}
		answer(w, 200, out)
	})
	s.route(mux, "POST "+repo+"/issues/{number}/comments", func(w http.ResponseWriter, r *http.Request) {
		if in, ok := read(w, r); ok && filled(w, in.text("body"), 422) {
			answer(w, 201, s.gt(s.add(Comment{User: Bot, Body: in.text("body")})))
		}
	})
	s.route(mux, "POST "+repo+"/pulls/{number}/reviews", s.gtReview)
	s.route(mux, "GET "+repo+"/issues/comments/{id}", func(w http.ResponseWriter, r *http.Request) {
		switch c := s.find(r.PathValue("id")); {
		case c == nil:
			fail(w, 404, "Not Found")
		case c.Path != "":
			w.WriteHeader(http.StatusNoContent) // it is none of this kind, and it is there
		default:
			answer(w, 200, s.gt(c))
		}
	})
	s.route(mux, "PATCH "+repo+"/issues/comments/{id}", func(w http.ResponseWriter, r *http.Request) {
		in, ok := read(w, r)
		c := s.find(r.PathValue("id"))
		switch {
		case !ok || !filled(w, in.text("body"), 422):
		case c == nil:
			fail(w, 404, "Not Found")
		case c.User != Bot:
			fail(w, 403, "Forbidden")
		default:
			c.Body, c.Edited = in.text("body"), s.now
			answer(w, 200, s.gt(c))
		}
	})
	for verb, settled := range map[string]bool{"resolve": true, "unresolve": false} {
		s.route(mux, "POST "+repo+"/pulls/comments/{id}/"+verb, func(w http.ResponseWriter, r *http.Request) {
			c := s.find(r.PathValue("id"))
			switch {
			case s.old:
				fail(w, 405, "Method Not Allowed")
			case c == nil || c.Path == "":
				fail(w, 404, "Not Found")
			default:
				s.settle(c, Bot, settled)
				w.WriteHeader(http.StatusNoContent)
			}
		})
	}
	s.serve(t, "Authorization", "token "+Token, mux)
	return s
}

func (s *Server) reviewComments(id int64) (all []*Comment) {
	for _, c := range s.Comments {
		if c.Review == id {
			all = append(all, c)
		}
	}
	return all
}

func (s *Server) gt(c *Comment) object {
	o := object{"id": c.ID, "user": s.ghUser(c.User), "body": c.Body, "created_at": c.At, "updated_at": c.Edited, "html_url": fmt.Sprintf("https://forge.example/c/%d", c.ID)}
	if c.Path != "" {
		o["path"], o["position"], o["original_position"], o["diff_hunk"], o["pull_request_review_id"], o["resolver"] = c.Path, c.Was, 0, "@@ -1,1 +1,1 @@\n "+c.Code, c.Review, nil
		if c.Resolver != nil {
			o["resolver"] = s.ghUser(*c.Resolver)
		}
	}
	return o
}

func (s *Server) gtReview(w http.ResponseWriter, r *http.Request) {
	in, ok := read(w, r)
	if !ok {
		return
	}
	comments, _ := in["comments"].([]any)
	if in.text("event") != "COMMENT" || in.text("body") == "" && len(comments) == 0 {
		fail(w, 422, "review event COMMENT requires a body or a comment")
		return
	}
	v := s.review(Review{User: Bot, State: "COMMENT", Commit: in.text("commit_id"), Body: in.text("body")})
	for _, one := range comments {
		one := object(one.(map[string]any))
		if !s.changes(one.text("path")) || one.number("new_position") == 0 || !filled(w, one.text("body"), 422) {
			fail(w, 500, "no such file or line")
			return
		}
		s.add(Comment{User: Bot, Body: one.text("body"), Path: one.text("path"), Line: one.number("new_position"), Review: v.ID, Commit: v.Commit})
	}
	answer(w, 200, object{"id": v.ID, "state": "COMMENT"})
}
