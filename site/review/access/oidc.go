package access

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// OIDC signs people in at an OpenID provider. The library checks the token's
// issuer, audience, expiry and signature; state, nonce and PKCE are checked here.
// A person is issuer and subject together, never an e-mail address, which may be
// given to somebody else tomorrow.
type OIDC struct {
	sessions *Sessions
	role     Role
	provider *oidc.Provider
	verifier *oidc.IDTokenVerifier
	oauth    oauth2.Config
	now      func() time.Time

	mu      sync.Mutex
	pending map[string]pending // by state
}

// pending is a sign-in that has begun in some browser.
type pending struct {
	nonce, verifier, browser string
	until                    time.Time
}

// OIDCConfig is what an operator gives.
type OIDCConfig struct {
	Issuer, ClientID, ClientSecret string
	// Base is where browsers reach this server: "https://review.example.org".
	Base string
	Role Role // of everybody who can sign in
	Now  func() time.Time
}

const (
	signInWithin = 10 * time.Minute
	maxPending   = 5000
)

// NewOIDC asks the provider for its configuration.
func NewOIDC(ctx context.Context, sessions *Sessions, c OIDCConfig) (*OIDC, error) {
	if sessions.Store == nil || c.ClientID == "" || !strings.HasPrefix(c.Base, "http") {
		return nil, errors.New("sign-in by OpenID needs a client id and the address at which browsers reach this server")
	}
	provider, err := oidc.NewProvider(ctx, c.Issuer)
	if err != nil {
		return nil, fmt.Errorf("ask the OpenID provider %s: %w", c.Issuer, err)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return &OIDC{sessions: sessions, role: c.Role, provider: provider, now: c.Now, pending: make(map[string]pending),
		verifier: provider.Verifier(&oidc.Config{ClientID: c.ClientID, Now: c.Now}),
		oauth: oauth2.Config{ClientID: c.ClientID, ClientSecret: c.ClientSecret, Endpoint: provider.Endpoint(),
			RedirectURL: strings.TrimSuffix(c.Base, "/") + "/sign-in/callback", Scopes: []string{oidc.ScopeOpenID, "profile", "email"}}}, nil
}

// Patterns are those of net/http that it answers.
func (o *OIDC) Patterns() []string {
	return []string{"GET /sign-in/{$}", "POST /sign-in/{$}", "GET /sign-in/callback"}
}

// Handler answers them.
func (o *OIDC) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /sign-in/{$}", func(w http.ResponseWriter, r *http.Request) {
		o.sessions.page(w, http.StatusOK, doorPage{Title: "Sign in", Text: "You will be sent to " + o.provider.Endpoint().AuthURL + " and back.", Action: "/sign-in/", Button: "Sign in"})
	})
	mux.HandleFunc("POST /sign-in/{$}", o.begin)
	mux.HandleFunc("GET /sign-in/callback", o.callback)
	return mux
}

func (o *OIDC) cookie() string { return o.sessions.cookie() + "-sign-in" }

// begin sends the browser to the provider. The browser keeps a secret of its own,
// so that nobody can finish a sign-in that another browser began.
func (o *OIDC) begin(w http.ResponseWriter, r *http.Request) {
	state, browser := newToken(), newToken()
	p := pending{nonce: newToken(), verifier: oauth2.GenerateVerifier(), browser: hashOf(browser), until: o.now().Add(signInWithin)}
	o.mu.Lock()
	for state, old := range o.pending {
		if o.now().After(old.until) {
			delete(o.pending, state)
		}
	}
	full := len(o.pending) >= maxPending
	if !full {
		o.pending[state] = p
	}
	o.mu.Unlock()
	if full {
		o.refuse(w, http.StatusServiceUnavailable, "Too many people are signing in. Try again in a few minutes.")
		return
	}
	http.SetCookie(w, &http.Cookie{Name: o.cookie(), Value: browser, Path: "/", MaxAge: int(signInWithin.Seconds()), Secure: o.sessions.Secure, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	http.Redirect(w, r, o.oauth.AuthCodeURL(state, oidc.Nonce(p.nonce), oauth2.S256ChallengeOption(p.verifier)), http.StatusSeeOther)
}

func (o *OIDC) refuse(w http.ResponseWriter, status int, text string) {
	o.sessions.page(w, status, doorPage{Title: "Not signed in", Text: text, Action: "/sign-in/", Button: "Try again"})
}

// callback finishes a sign-in. A state is used once, whatever comes of it.
func (o *OIDC) callback(w http.ResponseWriter, r *http.Request) {
	state := r.URL.Query().Get("state")
	o.mu.Lock()
	p, ok := o.pending[state]
	delete(o.pending, state)
	o.mu.Unlock()
	c, err := r.Cookie(o.cookie())
	if !ok || err != nil || o.now().After(p.until) || subtle.ConstantTimeCompare([]byte(hashOf(c.Value)), []byte(p.browser)) != 1 {
		o.refuse(w, http.StatusBadRequest, "This sign-in was not begun in this browser, or too long ago.")
		return
	}
	who, err := o.identify(r.Context(), p, r.URL.Query().Get("code"))
	if err != nil {
		o.refuse(w, http.StatusForbidden, "The provider's answer could not be believed.")
		return
	}
	token, err := o.sessions.Store.begin(who, "")
	if err != nil {
		o.refuse(w, http.StatusInternalServerError, "The session could not be kept.")
		return
	}
	o.sessions.endOld(r)
	http.SetCookie(w, &http.Cookie{Name: o.cookie(), Path: "/", MaxAge: -1, Secure: o.sessions.Secure, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	o.sessions.begin(w, token)
	http.Redirect(w, r, "/reviews/", http.StatusSeeOther)
}

func (o *OIDC) identify(ctx context.Context, p pending, code string) (Actor, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	answer, err := o.oauth.Exchange(ctx, code, oauth2.VerifierOption(p.verifier))
	if err != nil {
		return Actor{}, fmt.Errorf("exchange the code: %w", err)
	}
	raw, ok := answer.Extra("id_token").(string)
	if !ok {
		return Actor{}, errors.New("the provider sent no id token")
	}
	token, err := o.verifier.Verify(ctx, raw)
	if err != nil {
		return Actor{}, fmt.Errorf("verify the id token: %w", err)
	}
	if subtle.ConstantTimeCompare([]byte(token.Nonce), []byte(p.nonce)) != 1 {
		return Actor{}, errors.New("the id token was made for another sign-in")
	}
	var claims struct {
		Name      string `json:"name"`
		Preferred string `json:"preferred_username"`
		Email     string `json:"email"`
		Verified  bool   `json:"email_verified"`
	}
	if err := token.Claims(&claims); err != nil {
		return Actor{}, fmt.Errorf("read the id token: %w", err)
	}
	who := Actor{ID: "oidc:" + token.Issuer + "#" + token.Subject, Name: claims.Name, Role: o.role, Anew: true}
	if !validName(who.Name) {
		who.Name = claims.Preferred
	}
	if !validName(who.Name) {
		who.Name = "Somebody"
	}
	if claims.Verified {
		who.Email = claims.Email
	}
	return who, nil
}
