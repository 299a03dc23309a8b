package access

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"

	"lockstep/durable"
)

// Start tells the browsers of whoever started the server from all other programs that
// reach it. A proxy on this machine looks like a browser on this machine; but only
// who reads the terminal has the address with the token. A browser presents it once
// and is known from then on, by a cookie that outlives the server.
type Start struct {
	token  string // of this run
	cookie string // name; browsers do not tell ports apart
	proof  string // what the cookie holds
}

// OpenStart keeps in a file what cookies are made of, so that who was let in once need
// not come again after a restart. Port is that of the server.
func OpenStart(file, port string) (*Start, error) {
	secret, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(secret) != sha256.Size {
		secret = make([]byte, sha256.Size)
		rand.Read(secret)
		err = durable.WriteFile(file, secret, 0o600)
	}
	if err != nil {
		return nil, fmt.Errorf("open the secret of local mode: %w", err)
	}
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("a browser of whoever started the server"))
	return &Start{token: newToken(), cookie: "lockstep-start-" + port, proof: hex.EncodeToString(mac.Sum(nil))}, nil
}

// Path is the path to open in a browser.
func (s *Start) Path() string { return "/start/" + s.token }

// knows says whether a request comes from a browser that has opened that path.
func (s *Start) knows(r *http.Request) bool {
	c, err := r.Cookie(s.cookie)
	return err == nil && subtle.ConstantTimeCompare([]byte(c.Value), []byte(s.proof)) == 1
}

// open lets a browser in, and leads it to the site by an address without the token.
func (s *Sessions) open(w http.ResponseWriter, r *http.Request) {
	if s.Local == nil || s.Local.Start == nil {
		http.NotFound(w, r)
		return
	}
	start := s.Local.Start
	if ThroughProxy(r) || subtle.ConstantTimeCompare([]byte(r.PathValue("token")), []byte(start.token)) != 1 {
		s.page(w, http.StatusForbidden, doorPage{Title: "That is not the address", Text: "It is of another run of the server, or it came through a proxy. " + openPrinted})
		return
	}
	http.SetCookie(w, &http.Cookie{Name: start.cookie, Value: start.proof, Path: "/", MaxAge: 365 * 24 * 3600, Secure: s.Secure, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

const openPrinted = "Open the address that lockstep serve has printed in its terminal, in this browser, once."
