package access

import (
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"strings"
)

// Door lets people in and out of a browser: it knows who has a session, and
// answers the pages with which one begins and ends.
type Door struct {
	Store *Store
	// Secure is set where browsers reach the server by https: cookies then never
	// leave it.
	Secure bool
	// Local is set in local mode, where nobody signs in.
	Local *Local
	// Stylesheet is the address of the site's.
	Stylesheet func() string
}

var _ Identifier = (*Door)(nil)

func (d *Door) cookie() string {
	if d.Secure {
		return "__Host-lockstep"
	}
	return "lockstep"
}

// Identify implements [Identifier].
func (d *Door) Identify(r *http.Request) (Actor, error) {
	if token, ok := bearer(r); ok && d.Store != nil {
		return d.Store.Token(token) // who shows a token is nobody else, whatever the browser has
	}
	if d.Store != nil {
		if c, err := r.Cookie(d.cookie()); err == nil {
			if who, err := d.Store.Session(c.Value); err == nil {
				return who, nil
			}
		}
	}
	if d.Local != nil {
		return d.Local.Identify(r)
	}
	return Actor{}, ErrSignIn
}

// Patterns are those of net/http that the door answers.
func (d *Door) Patterns() []string {
	return []string{"GET /invite/{token}", "POST /invite/{token}", "GET /whoami", "POST /whoami", "POST /sign-out"}
}

// Handler answers them. Nothing is changed by GET: a link that a mail program
// looks at is not used up.
func (d *Door) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /invite/{token}", d.showInvitation)
	mux.HandleFunc("POST /invite/{token}", d.redeem)
	mux.HandleFunc("GET /whoami", d.whoami)
	mux.HandleFunc("POST /whoami", d.rename)
	mux.HandleFunc("POST /sign-out", d.signOut)
	return mux
}

func (d *Door) begin(w http.ResponseWriter, token string) {
	http.SetCookie(w, &http.Cookie{Name: d.cookie(), Value: token, Path: "/", MaxAge: int(endAfter.Seconds()), Secure: d.Secure, HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

func (d *Door) showInvitation(w http.ResponseWriter, r *http.Request) {
	if d.Store == nil {
		d.page(w, http.StatusNotFound, doorPage{Title: "No invitation", Text: ErrInvitation.Error()})
		return
	}
	i, err := d.Store.Invitation(r.PathValue("token"))
	if err != nil {
		d.page(w, http.StatusNotFound, doorPage{Title: "No invitation", Text: "This invitation does not exist, was used, has expired or was revoked. Ask for another one."})
		return
	}
	d.page(w, http.StatusOK, doorPage{Title: "You are invited", Text: "To review here as " + i.Name + ", " + i.Role + ". The link works once, for this browser.",
		Action: "/invite/" + url.PathEscape(r.PathValue("token")), Button: "Begin as " + i.Name})
}

func (d *Door) redeem(w http.ResponseWriter, r *http.Request) {
	if d.Store == nil {
		http.NotFound(w, r)
		return
	}
	token, err := d.Store.Redeem(r.PathValue("token"))
	switch {
	case errors.Is(err, ErrInvitation):
		d.page(w, http.StatusGone, doorPage{Title: "No invitation", Text: "This invitation does not exist, was used, has expired or was revoked. Ask for another one."})
	case err != nil:
		d.page(w, http.StatusInternalServerError, doorPage{Title: "Not now", Text: "The invitation could not be used. Try again."})
	default:
		d.endOld(r)
		d.begin(w, token)
		http.Redirect(w, r, "/reviews/", http.StatusSeeOther)
	}
}

// endOld ends the session that a browser had before it signed in anew.
func (d *Door) endOld(r *http.Request) {
	if c, err := r.Cookie(d.cookie()); err == nil {
		d.Store.End(c.Value)
	}
}

func (d *Door) whoami(w http.ResponseWriter, r *http.Request) {
	who, err := d.Identify(r)
	switch {
	case err != nil:
		d.page(w, http.StatusOK, doorPage{Title: "Nobody is signed in", Text: "Open the invitation that you were sent."})
	case who.Local:
		d.page(w, http.StatusOK, doorPage{Title: "You are " + who.Name, Text: "This server answers this machine only, so nobody signs in. The name is git's; another one is kept in this browser.",
			Action: "/whoami", Button: "Use this name", Name: who.Name, Email: who.Email, Rename: true})
	default:
		d.page(w, http.StatusOK, doorPage{Title: "You are " + who.Name, Text: "Your role is " + who.Role.String() + ".", Action: "/sign-out", Button: "Sign out"})
	}
}

func (d *Door) rename(w http.ResponseWriter, r *http.Request) {
	who, err := d.Identify(r)
	if err != nil || !who.Local {
		d.page(w, http.StatusForbidden, doorPage{Title: "Not here", Text: "Names can be changed in local mode only."})
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, 4<<10)
	name, email := strings.TrimSpace(r.PostFormValue("name")), strings.TrimSpace(r.PostFormValue("email"))
	if !validName(name) || email != "" && !validName(email) {
		d.page(w, http.StatusBadRequest, doorPage{Title: "That is no name", Text: "A name has 1 to 80 characters.", Action: "/whoami", Button: "Use this name", Name: name, Email: email, Rename: true})
		return
	}
	rename(w, name, email)
	http.Redirect(w, r, "/whoami", http.StatusSeeOther)
}

func (d *Door) signOut(w http.ResponseWriter, r *http.Request) {
	if d.Store != nil {
		d.endOld(r)
	}
	http.SetCookie(w, &http.Cookie{Name: d.cookie(), Path: "/", MaxAge: -1, Secure: d.Secure, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

type doorPage struct {
	Title, Text, Action, Button, Stylesheet string
	Name, Email                             string
	Rename                                  bool
}

var doorTemplate = template.Must(template.New("door").Parse(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<title>{{.Title}}</title><link rel="stylesheet" href="{{.Stylesheet}}"></head>
<body><div class="frame alone"><main id="content"><article class="article"><header class="page-head"><h1>{{.Title}}</h1><p class="lede">{{.Text}}</p></header>
<div class="review">{{if .Action}}<form method="post" action="{{.Action}}">{{if .Rename}}
<label>Name <input type="text" name="name" value="{{.Name}}" maxlength="80" required autocomplete="name"></label>
<label>E-mail, if you like <input type="text" name="email" value="{{.Email}}" maxlength="80" autocomplete="email"></label>{{end}}
<button type="submit">{{.Button}}</button></form>{{end}}
<p><a href="/reviews/">Open threads</a></p></div></article></main></div></body></html>
`))

func (d *Door) page(w http.ResponseWriter, status int, p doorPage) {
	if d.Stylesheet != nil {
		p.Stylesheet = d.Stylesheet()
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	doorTemplate.Execute(w, p)
}
