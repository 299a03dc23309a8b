package access

import (
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"strings"
)

// Sessions signs people in and out of a browser: it knows who has a session, and
// answers the pages with which one begins and ends.
type Sessions struct {
	Store *Store
	// Secure is set where browsers reach the server by https: cookies then never
	// leave it.
	Secure bool
	// Local is set in local mode, where nobody signs in.
	Local *Local
	// Stylesheets are the addresses of the site's and of the one for reviews.
	Stylesheets func() []string
}

var _ Identifier = (*Sessions)(nil)

func (s *Sessions) cookie() string {
	if s.Secure {
		return "__Host-lockstep"
	}
	return "lockstep"
}

// Identify implements [Identifier].
func (s *Sessions) Identify(r *http.Request) (Actor, error) {
	if token, ok := bearer(r); ok && s.Store != nil {
		return s.Store.Token(token) // who shows a token is nobody else, whatever the browser has
	}
	if s.Store != nil {
		if c, err := r.Cookie(s.cookie()); err == nil {
			if who, err := s.Store.Session(c.Value); err == nil {
				return who, nil
			}
		}
	}
	if s.Local != nil {
		return s.Local.Identify(r)
	}
	return Actor{}, ErrSignIn
}

// Patterns are those of net/http that Handler answers.
func (s *Sessions) Patterns() []string {
	return []string{"GET /invite/{token}", "POST /invite/{token}", "GET /whoami", "POST /whoami", "POST /sign-out", "GET /start/{token}"}
}

// Handler answers them. Nothing is changed by GET: a link that a mail program
// looks at is not used up.
func (s *Sessions) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /invite/{token}", s.showInvitation)
	mux.HandleFunc("POST /invite/{token}", s.redeem)
	mux.HandleFunc("GET /whoami", s.whoami)
	mux.HandleFunc("POST /whoami", s.rename)
	mux.HandleFunc("POST /sign-out", s.signOut)
	mux.HandleFunc("GET /start/{token}", s.open)
	return mux
}

func (s *Sessions) begin(w http.ResponseWriter, token string) {
	http.SetCookie(w, &http.Cookie{Name: s.cookie(), Value: token, Path: "/", MaxAge: int(endAfter.Seconds()), Secure: s.Secure, HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

func (s *Sessions) showInvitation(w http.ResponseWriter, r *http.Request) {
	if s.Store == nil {
		s.page(w, http.StatusNotFound, doorPage{Title: "No invitation", Text: ErrInvitation.Error()})
		return
	}
	i, err := s.Store.Invitation(r.PathValue("token"))
	if err != nil {
		s.page(w, http.StatusNotFound, doorPage{Title: "No invitation", Text: "This invitation does not exist, was used, has expired or was revoked. Ask for another one."})
		return
	}
	s.page(w, http.StatusOK, doorPage{Title: "You are invited", Text: "To review here as " + i.Name + ", " + i.Role + ". The link works once, for this browser.",
		Action: "/invite/" + url.PathEscape(r.PathValue("token")), Button: "Begin as " + i.Name})
}

func (s *Sessions) redeem(w http.ResponseWriter, r *http.Request) {
	if s.Store == nil {
		http.NotFound(w, r)
		return
	}
	to := "/reviews/"
	if i, err := s.Store.Invitation(r.PathValue("token")); err == nil && i.Path != "" {
		to = i.Path
	}
	token, err := s.Store.Redeem(r.PathValue("token"))
	switch {
	case errors.Is(err, ErrInvitation):
		s.page(w, http.StatusGone, doorPage{Title: "No invitation", Text: "This invitation does not exist, was used, has expired or was revoked. Ask for another one."})
	case err != nil:
		s.page(w, http.StatusInternalServerError, doorPage{Title: "Not now", Text: "The invitation could not be used. Try again."})
	default:
		s.endOld(r)
		s.begin(w, token)
		http.Redirect(w, r, to, http.StatusSeeOther)
	}
}

// endOld ends the session that a browser had before it signed in anew.
func (s *Sessions) endOld(r *http.Request) {
	if c, err := r.Cookie(s.cookie()); err == nil {
		s.Store.End(c.Value)
	}
}

func (s *Sessions) whoami(w http.ResponseWriter, r *http.Request) {
	who, err := s.Identify(r)
	switch {
	case err != nil && s.Local != nil:
		s.page(w, http.StatusOK, doorPage{Title: "Nobody is known here", Text: openPrinted})
	case err != nil:
		s.page(w, http.StatusOK, doorPage{Title: "Nobody is signed in", Text: "Open the invitation that you were sent."})
	case who.Local:
		s.page(w, http.StatusOK, doorPage{Title: "You are " + who.Name, Text: "This server answers this machine only, so nobody signs in. The name is git's; another one is kept in this browser.",
			Action: "/whoami", Button: "Use this name", Name: who.Name, Email: who.Email, Rename: true})
	default:
		s.page(w, http.StatusOK, doorPage{Title: "You are " + who.Name, Text: "Your role is " + who.Role.String() + ".", Action: "/sign-out", Button: "Sign out"})
	}
}

func (s *Sessions) rename(w http.ResponseWriter, r *http.Request) {
	who, err := s.Identify(r)
	if err != nil || !who.Local {
		s.page(w, http.StatusForbidden, doorPage{Title: "Not here", Text: "Names can be changed in local mode only."})
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, 4<<10)
	name, email := strings.TrimSpace(r.PostFormValue("name")), strings.TrimSpace(r.PostFormValue("email"))
	if !validName(name) || email != "" && !validName(email) {
		s.page(w, http.StatusBadRequest, doorPage{Title: "That is no name", Text: "A name has 1 to 80 characters.", Action: "/whoami", Button: "Use this name", Name: name, Email: email, Rename: true})
		return
	}
	rename(w, name, email)
	http.Redirect(w, r, "/whoami", http.StatusSeeOther)
}

func (s *Sessions) signOut(w http.ResponseWriter, r *http.Request) {
	if s.Store != nil {
		s.endOld(r)
	}
	http.SetCookie(w, &http.Cookie{Name: s.cookie(), Path: "/", MaxAge: -1, Secure: s.Secure, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

type doorPage struct {
	Title, Text, Action, Button string
	Stylesheets                 []string
	Name, Email                 string
	Rename                      bool
}

var doorTemplate = template.Must(template.New("door").Parse(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<title>{{.Title}}</title>{{range .Stylesheets}}<link rel="stylesheet" href="{{.}}">{{end}}</head>
<body><div class="frame alone"><main><article class="article"><header class="page-head"><h1>{{.Title}}</h1><p class="lede">{{.Text}}</p></header>
<div class="review">{{if .Action}}<form method="post" action="{{.Action}}">{{if .Rename}}
<label>Name <input type="text" name="name" value="{{.Name}}" maxlength="80" required autocomplete="name"></label>
<label>E-mail, if you like <input type="text" name="email" value="{{.Email}}" maxlength="80" autocomplete="email"></label>{{end}}
<button type="submit">{{.Button}}</button></form>{{end}}
<p><a href="/reviews/">Open threads</a></p></div></article></main></div></body></html>
`))

func (s *Sessions) page(w http.ResponseWriter, status int, p doorPage) {
	if s.Stylesheets != nil {
		p.Stylesheets = s.Stylesheets()
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	doorTemplate.Execute(w, p)
}
