// Package bridgetest has small servers that speak what the documentation of the APIs
// of GitHub, GitLab and Gitea says, as far as a review needs it, and refuse what it
// says that they refuse: a wrong token, a field that is missing, a line that the diff
// does not show, pages that are too long, and more requests than are allowed. They
// are for tests, and are no forges.
package bridgetest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"lockstep/site/review/bridge"
)

// Token is what the servers let in.
const Token = "secret-token-1234"

// User is an account.
type User struct {
	ID    int64
	Login string
}

// The accounts: the bridge comments as Bot.
var (
	Bot   = User{41, "review-bot"}
	Octo  = User{583231, "octocat"}
	Hubot = User{77, "hubot"}
)

// File is a file that the pull request changes.
type File struct{ Path, Old, Patch string }

// Comment is what somebody has written.
type Comment struct {
	ID       int64
	User     User
	Body     string
	At       time.Time
	Edited   time.Time
	Path     string // "": about the whole
	Line     int    // 0: outdated, or about the file
	First    int
	Was      int // the line that it was written at
	Code     string
	Commit   string
	Thread   string // of GitLab
	Root     int64  // the comment that it answers; its own id, if none
	File     bool
	Resolver *User
	Review   int64
	System   bool
}

// Review is a verdict.
type Review struct {
	ID          int64
	User        User
	State, Body string
	Commit      string
	At          time.Time
	Member      bool
	Dismissed   bool
}

// Server is what the three have in common.
type Server struct {
	*httptest.Server
	Repo   string // "owner/name"
	Number int
	// Before, if not nil, may answer a request itself, by returning true; After is called
	// when a request was carried out and may break off the answer by a panic.
	Before func(w http.ResponseWriter, r *http.Request) bool
	After  func(r *http.Request)

	mu       sync.Mutex
	Head     string
	Files    []File
	Comments []*Comment
	Reviews  []*Review
	Requests []string
	Nameless bool // the token is of no user
	old      bool // a version that cannot resolve
	next     int64
	now      time.Time
	max      int // entries of a page, whatever is asked for
}

func start(t *testing.T, head string, files []File) *Server {
	return &Server{Repo: "owner/name", Number: 7, Head: head, Files: files, next: 1000, now: time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC), max: 2}
}

// SetAfter sets After while requests may be under way.
func (s *Server) SetAfter(after func(*http.Request)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.After = after
}

func (s *Server) serve(t *testing.T, header, value string, mux *http.ServeMux) {
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.Requests = append(s.Requests, r.Method+" "+r.URL.Path)
		before, after := s.Before, s.After
		s.mu.Unlock()
		if r.Header.Get(header) != value {
			fail(w, http.StatusUnauthorized, "Bad credentials")
			return
		}
		if r.Method != http.MethodGet && r.Header.Get("Content-Type") != "application/json" {
			fail(w, http.StatusUnsupportedMediaType, "JSON is needed")
			return
		}
		if before != nil && before(w, r) {
			return
		}
		mux.ServeHTTP(w, r)
		if after != nil {
			after(r)
		}
	}))
	t.Cleanup(s.Close)
}

// Lock lets a test look at the server while nobody asks it.
func (s *Server) Lock() func() {
	s.mu.Lock()
	return s.mu.Unlock
}

// Writes counts the requests that were to change something.
func (s *Server) Writes() (n int) {
	defer s.Lock()()
	for _, r := range s.Requests {
		if !strings.HasPrefix(r, "GET ") {
			n++
		}
	}
	return n
}

func (s *Server) id() int64 {
	s.next++
	s.now = s.now.Add(time.Minute)
	return s.next
}

func (s *Server) add(c Comment) *Comment {
	c.ID = s.id()
	c.At, c.Edited = s.now, s.now
	if c.Root == 0 {
		c.Root = c.ID
	}
	if c.Thread == "" {
		c.Thread = fmt.Sprintf("%040x", c.ID)
	}
	c.Was = c.Line
	s.Comments = append(s.Comments, &c)
	return &c
}

// Say comments at a line of a file, or at the whole if path is "".
func (s *Server) Say(u User, path string, line int, body string) *Comment {
	defer s.Lock()()
	c := s.add(Comment{User: u, Body: body, Path: path, Line: line, Commit: s.Head})
	if path != "" {
		c.Review = s.review(Review{User: u, State: "COMMENT", Commit: s.Head}).ID
	}
	return c
}

// Answer goes on with a discussion.
func (s *Server) Answer(u User, to *Comment, body string) *Comment {
	defer s.Lock()()
	c := s.add(Comment{User: u, Body: body, Path: to.Path, Line: to.Line, Commit: to.Commit, Root: to.Root, Thread: to.Thread})
	c.Was = to.Was
	if to.Path != "" {
		c.Review = s.review(Review{User: u, State: "COMMENT", Commit: s.Head}).ID
	}
	return c
}

// Edit changes what somebody has written.
func (s *Server) Edit(c *Comment, body string) {
	defer s.Lock()()
	s.id()
	c.Body, c.Edited = body, s.now
}

// Delete deletes a comment.
func (s *Server) Delete(c *Comment) {
	defer s.Lock()()
	s.Comments = slices.DeleteFunc(s.Comments, func(o *Comment) bool { return o == c })
}

// Settle marks a discussion as settled, or not.
func (s *Server) Settle(u User, c *Comment, settled bool) {
	defer s.Lock()()
	s.settle(c, u, settled)
}

func (s *Server) settle(c *Comment, u User, settled bool) {
	for _, o := range s.Comments {
		if o.Thread == c.Thread || o == c {
			if o.Resolver = nil; settled {
				o.Resolver = &u
			}
		}
	}
}

// Judge gives a verdict, in the words of the forge.
func (s *Server) Judge(u User, state, body, commit string) *Review {
	defer s.Lock()()
	return s.review(Review{User: u, State: state, Body: body, Commit: commit, Member: u != Hubot})
}

func (s *Server) review(r Review) *Review {
	r.ID = s.id()
	r.At = s.now
	s.Reviews = append(s.Reviews, &r)
	return &r
}

// Posted are the comments of the bridge.
func (s *Server) Posted() (all []*Comment) {
	defer s.Lock()()
	for _, c := range s.Comments {
		if c.User == Bot && !c.System {
			all = append(all, c)
		}
	}
	return all
}

func (s *Server) find(id string) *Comment {
	for _, c := range s.Comments {
		if strconv.FormatInt(c.ID, 10) == id {
			return c
		}
	}
	return nil
}

// shows says whether the diff shows a line of the new text, and where it was.
func (s *Server) shows(path string, line int) (shown bool, was int) {
	for _, f := range s.Files {
		if f.Path == path {
			lines, base := bridge.Hunks(f.Patch)
			return lines[line], base[line]
		}
	}
	return false, 0
}

func (s *Server) changes(path string) bool {
	return slices.ContainsFunc(s.Files, func(f File) bool { return f.Path == path })
}

type object map[string]any

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v)
}

func fail(w http.ResponseWriter, status int, message string) {
	answer(w, status, object{"message": message, "documentation_url": "https://example.org"})
}

// page answers with one page of a list, and says in Link where the next is.
func page[T any](s *Server, w http.ResponseWriter, r *http.Request, size string, all []T) {
	q := r.URL.Query()
	n, _ := strconv.Atoi(q.Get("page"))
	per, _ := strconv.Atoi(q.Get(size))
	n, per = max(n, 1), min(max(per, 1), s.max)
	begin, end := min((n-1)*per, len(all)), min(n*per, len(all))
	if end < len(all) {
		q.Set("page", strconv.Itoa(n+1))
		next, last := *r.URL, *r.URL
		next.RawQuery = q.Encode()
		q.Set("page", strconv.Itoa((len(all)+per-1)/per))
		last.RawQuery = q.Encode()
		w.Header().Set("Link", fmt.Sprintf(`<http://%s%s>; rel="next", <http://%s%s>; rel="last"`, r.Host, next.RequestURI(), r.Host, last.RequestURI()))
	}
	out := all[begin:end]
	if out == nil {
		out = []T{}
	}
	answer(w, http.StatusOK, out)
}

// read reads a request; fields that are not known are ignored, as forges do.
func read(w http.ResponseWriter, r *http.Request) (in object, ok bool) {
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		fail(w, http.StatusBadRequest, "Problems parsing JSON")
		return nil, false
	}
	return in, true
}

func (o object) text(name string) string { s, _ := o[name].(string); return s }

func (o object) number(name string) int { n, _ := o[name].(float64); return int(n) }

// filled refuses a body that is empty or longer than forges take.
func filled(w http.ResponseWriter, body string, status int) bool {
	if strings.TrimSpace(body) == "" || len([]rune(body)) > 65536 {
		fail(w, status, "Validation Failed: body is missing or too long")
		return false
	}
	return true
}
