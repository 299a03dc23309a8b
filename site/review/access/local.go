package access

import (
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// Local knows everybody who reaches a server on this machine as the one person
// that git knows here, with all rights. It is for servers on loopback only, and
// refuses requests that come from elsewhere. The name can be changed, for as long
// as the browser keeps a cookie.
type Local struct {
	Name, Email string
	// Start, if not nil, is what a browser must have presented.
	Start *Start
}

var _ Identifier = Local{}

const localCookie = "lockstep-name"

// Identify implements [Identifier].
func (l Local) Identify(r *http.Request) (Actor, error) {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil || !net.ParseIP(host).IsLoopback() {
		return Actor{}, ErrSignIn
	}
	// A proxy on this machine speaks for others: they are not the person here.
	if ThroughProxy(r) || l.Start != nil && !l.Start.knows(r) {
		return Actor{}, ErrSignIn
	}
	name, email := l.Name, l.Email
	if c, err := r.Cookie(localCookie); err == nil {
		if values, err := url.ParseQuery(c.Value); err == nil && validName(values.Get("name")) {
			name, email = values.Get("name"), values.Get("email")
		}
	}
	if name == "" {
		name = "Somebody on this machine"
	}
	id := "local:" + strings.ToLower(email)
	if email == "" {
		id = "local:" + name
	}
	return Actor{ID: id, Name: name, Email: email, Role: Maintainer, Local: true}, nil
}

// ThroughProxy says whether a request carries a mark of a proxy, even an empty one.
func ThroughProxy(r *http.Request) bool {
	for name := range r.Header {
		if strings.HasPrefix(name, "X-Forwarded") || slices.Contains([]string{"Forwarded", "X-Real-Ip", "Via"}, name) {
			return true
		}
	}
	return false
}

// rename keeps another name in the browser.
func rename(w http.ResponseWriter, name, email string) {
	value := url.Values{"name": {name}, "email": {email}}.Encode()
	http.SetCookie(w, &http.Cookie{Name: localCookie, Value: value, Path: "/", MaxAge: 365 * 24 * 3600, HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

// maxName bounds a name and an address, in bytes.
const maxName = 80

func validName(name string) bool {
	return strings.TrimSpace(name) != "" && utf8.ValidString(name) && len(name) <= maxName && !strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f })
}

// Person is who git knows on this machine, for commands.
func (l Local) Person() (Actor, error) {
	r, err := http.NewRequest(http.MethodGet, "/", nil)
	if err != nil {
		return Actor{}, err
	}
	r.RemoteAddr = "127.0.0.1:0"
	return Local{Name: l.Name, Email: l.Email}.Identify(r)
}
