package bridgetest

import (
	"fmt"
	"net/http"
	"testing"
	"time"
)

// GitLab is a server of the shape of gitlab.com.
func GitLab(t *testing.T, head string, files []File) *Server {
	s := start(t, head, files)
	s.Repo = "group/sub/name"
	at := "/projects/{project}/merge_requests/{number}"
	mux := http.NewServeMux()
	route := func(pattern string, h http.HandlerFunc) {
		s.route(mux, pattern, func(w http.ResponseWriter, r *http.Request) {
			if r.PathValue("project") != s.Repo {
				fail(w, 404, "404 Project Not Found")
				return
			}
			h(w, r)
		})
	}
	mux.HandleFunc("GET /user", func(w http.ResponseWriter, _ *http.Request) { answer(w, 200, s.glUser(Bot)) })
	route("GET "+at, func(w http.ResponseWriter, _ *http.Request) {
		answer(w, 200, object{"iid": s.Number, "id": 5, "project_id": 99, "state": "opened", "sha": s.Head, "diff_refs": object{"base_sha": "base", "start_sha": "start", "head_sha": s.Head}})
	})
	route("GET "+at+"/diffs", func(w http.ResponseWriter, r *http.Request) {
		var all []object
		for _, f := range s.Files {
			all = append(all, object{"new_path": f.Path, "old_path": f.Old, "diff": f.Patch, "new_file": false, "deleted_file": false})
		}
		page(s, w, r, "per_page", all)
	})
	route("GET "+at+"/discussions", func(w http.ResponseWriter, r *http.Request) { page(s, w, r, "per_page", s.glDiscussions()) })
	route("GET "+at+"/versions", func(w http.ResponseWriter, r *http.Request) {
		page(s, w, r, "per_page", []object{{"id": 1, "head_commit_sha": s.Head, "base_commit_sha": "base", "created_at": time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)}})
	})
	route("GET "+at+"/approvals", func(w http.ResponseWriter, _ *http.Request) {
		by := []object{}
		for _, v := range s.Reviews {
			if v.State == "APPROVED" && !v.Dismissed {
				o := object{"user": s.glUser(v.User), "approved_at": v.At}
				if v.Commit == "" {
					delete(o, "approved_at") // versions before 18
				}
				by = append(by, o)
			}
		}
		answer(w, 200, object{"approved_by": by})
	})
	route("GET "+at+"/reviewers", func(w http.ResponseWriter, r *http.Request) {
		var all []object
		for _, v := range s.Reviews {
			if v.State == "CHANGES_REQUESTED" && !v.Dismissed {
				all = append(all, object{"user": s.glUser(v.User), "state": "requested_changes", "created_at": v.At})
			}
		}
		page(s, w, r, "per_page", all)
	})
	route("POST "+at+"/discussions", s.glDiscuss)
	route("POST "+at+"/discussions/{id}/notes", func(w http.ResponseWriter, r *http.Request) {
		in, ok := read(w, r)
		if !ok || !filled(w, in.text("body"), 400) {
			return
		}
		for _, to := range s.Comments {
			if to.Thread == r.PathValue("id") {
				answer(w, 201, s.gl(s.add(Comment{User: Bot, Body: in.text("body"), Path: to.Path, Line: to.Line, Commit: to.Commit, Root: to.Root, Thread: to.Thread, Resolver: to.Resolver})))
				return
			}
		}
		fail(w, 404, "404 Discussion Not Found")
	})
	route("PUT "+at+"/discussions/{id}", func(w http.ResponseWriter, r *http.Request) {
		in, ok := read(w, r)
		settled, is := in["resolved"].(bool)
		if !ok || !is {
			fail(w, 400, "resolved is missing")
			return
		}
		for _, c := range s.Comments {
			if c.Thread == r.PathValue("id") {
				s.settle(c, Bot, settled)
				answer(w, 200, object{"id": c.Thread})
				return
			}
		}
		fail(w, 404, "404 Discussion Not Found")
	})
	route("GET "+at+"/notes/{id}", func(w http.ResponseWriter, r *http.Request) {
		if c := s.find(r.PathValue("id")); c != nil {
			answer(w, 200, s.gl(c))
			return
		}
		fail(w, 404, "404 Not found")
	})
	route("PUT "+at+"/notes/{id}", func(w http.ResponseWriter, r *http.Request) {
		in, ok := read(w, r)
		c := s.find(r.PathValue("id"))
		switch {
		case !ok || !filled(w, in.text("body"), 400):
		case c == nil:
			fail(w, 404, "404 Not found")
		case c.User != Bot:
			fail(w, 403, "403 Forbidden")
		default:
			c.Body, c.Edited = in.text("body"), s.now
			answer(w, 200, s.gl(c))
		}
	})
	s.serve(t, "PRIVATE-TOKEN", Token, mux)
	return s
}

func (s *Server) glUser(u User) object {
	return object{"id": u.ID, "username": u.Login, "name": "Ada"} // anybody may call themselves so
}

func (s *Server) gl(c *Comment) object {
	o := object{"id": c.ID, "body": c.Body, "author": s.glUser(c.User), "created_at": c.At, "updated_at": c.Edited, "system": c.System, "resolvable": !c.System, "resolved": c.Resolver != nil}
	if c.Resolver != nil {
		o["resolved_by"], o["resolved_at"] = s.glUser(*c.Resolver), s.now
	}
	if c.Path != "" {
		p := object{"base_sha": "base", "start_sha": "start", "head_sha": c.Commit, "new_path": c.Path, "old_path": c.Path, "position_type": "text"}
		if c.Line > 0 {
			p["new_line"] = c.Line
		}
		o["type"], o["position"] = "DiffNote", p
	}
	return o
}

func (s *Server) glDiscussions() (all []object) {
	at := make(map[string]int)
	for _, c := range s.Comments {
		i, ok := at[c.Thread]
		if !ok {
			i = len(all)
			at[c.Thread] = i
			all = append(all, object{"id": c.Thread, "individual_note": false, "notes": []object{}})
		}
		all[i]["notes"] = append(all[i]["notes"].([]object), s.gl(c))
	}
	return all
}

func (s *Server) glDiscuss(w http.ResponseWriter, r *http.Request) {
	in, ok := read(w, r)
	if !ok || !filled(w, in.text("body"), 400) {
		return
	}
	c := Comment{User: Bot, Body: in.text("body")}
	if p, there := in["position"].(map[string]any); there {
		p := object(p)
		for _, name := range []string{"position_type", "base_sha", "start_sha", "head_sha", "new_path", "old_path"} {
			if p.text(name) == "" {
				fail(w, 400, name+" is missing")
				return
			}
		}
		c.Path, c.Line, c.Commit = p.text("new_path"), p.number("new_line"), p.text("head_sha")
		shown, was := s.shows(c.Path, c.Line)
		bad := p.text("position_type") == "text" && (!shown || was != p.number("old_line"))
		if bad || c.Commit != s.Head || !s.changes(c.Path) {
			fail(w, 400, fmt.Sprintf("400 Bad request - Note {:line_code=>[\"can't be blank\", %q]}", "must be a valid line code"))
			return
		}
	}
	c2 := s.add(c)
	answer(w, 201, object{"id": c2.Thread, "notes": []object{s.gl(c2)}})
}
