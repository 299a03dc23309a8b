package access

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// idp is an OpenID provider that lies as it is told.
type idp struct {
	*httptest.Server
	key   *rsa.PrivateKey
	codes map[string]url.Values // what each sign-in asked for
	// lie changes the claims, or the whole token.
	lie   func(claims map[string]any)
	token func(signed string) string
}

func newIDP(t *testing.T) *idp {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p := &idp{key: key, codes: make(map[string]url.Values)}
	mux := http.NewServeMux()
	answer := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(v)
	}
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{"issuer": p.URL, "authorization_endpoint": p.URL + "/auth", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/keys",
			"id_token_signing_alg_values_supported": []string{"RS256"}})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{"keys": []any{map[string]any{"kty": "RSA", "kid": "k", "alg": "RS256", "use": "sig",
			"n": base64.RawURLEncoding.EncodeToString(key.N.Bytes()), "e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(key.E)).Bytes())}}})
	})
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		asked, ok := p.codes[r.FormValue("code")]
		sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
		if !ok || asked.Get("code_challenge") != base64.RawURLEncoding.EncodeToString(sum[:]) || asked.Get("code_challenge_method") != "S256" {
			http.Error(w, `{"error":"invalid_grant"}`, http.StatusBadRequest)
			return
		}
		claims := map[string]any{"iss": p.URL, "aud": "lockstep", "sub": "ada-1", "name": "Ada", "email": "ada@example.org", "email_verified": true,
			"exp": time.Now().Add(time.Hour).Unix(), "iat": time.Now().Unix(), "nonce": asked.Get("nonce")}
		if p.lie != nil {
			p.lie(claims)
		}
		signed := p.sign(claims)
		if p.token != nil {
			signed = p.token(signed)
		}
		answer(w, map[string]any{"access_token": "x", "token_type": "Bearer", "id_token": signed})
	})
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	return p
}

func (p *idp) sign(claims map[string]any) string {
	body, _ := json.Marshal(claims)
	text := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RS256","kid":"k"}`)) + "." + base64.RawURLEncoding.EncodeToString(body)
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, p.key, crypto.SHA256, sum[:])
	if err != nil {
		panic(err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature)
}

// signIn goes through a whole sign-in. Change may alter the answer that the
// browser brings back.
func (p *idp) signIn(t *testing.T, client *http.Client, server string, change func(url.Values)) int {
	t.Helper()
	status, location := ask(t, client, "POST", server+"/sign-in/")
	if status != 303 {
		t.Fatalf("sign-in: %d", status)
	}
	u, err := url.Parse(strings.TrimSpace(location))
	if err != nil || !strings.HasPrefix(location, p.URL) {
		t.Fatalf("sent to %q: %v", location, err)
	}
	code := fmt.Sprint("code-", len(p.codes))
	p.codes[code] = u.Query()
	back := url.Values{"code": {code}, "state": {u.Query().Get("state")}}
	if change != nil {
		change(back)
	}
	status, _ = ask(t, client, "GET", server+"/sign-in/callback?"+back.Encode())
	return status
}

func TestOIDC(t *testing.T) {
	d, _, _, _ := doorway(t)
	provider := newIDP(t)
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	defer server.Close()
	o, err := NewOIDC(t.Context(), d, OIDCConfig{Issuer: provider.URL, ClientID: "lockstep", Base: server.URL, Role: Commenter})
	if err != nil {
		t.Fatal(err)
	}
	mux.Handle("/sign-in/", o.Handler())
	mux.HandleFunc("GET /who", func(w http.ResponseWriter, r *http.Request) {
		who, _ := d.Identify(r)
		fmt.Fprintf(w, "%s|%s|%s", who.ID, who.Email, who.Role)
	})
	who := func(client *http.Client) string {
		_, text := ask(t, client, "GET", server.URL+"/who")
		return text
	}

	ada := browser(t)
	if status := provider.signIn(t, ada, server.URL, nil); status != 303 {
		t.Fatalf("an honest sign-in: %d", status)
	}
	if got, want := who(ada), "oidc:"+provider.URL+"#ada-1|ada@example.org|commenter"; got != want {
		t.Fatalf("signed in as %s, want %s", got, want)
	}
	for _, tt := range []struct {
		name   string
		lie    func(map[string]any)
		token  func(string) string
		change func(url.Values)
	}{
		{name: "wrong state", change: func(v url.Values) { v.Set("state", "x") }},
		{name: "wrong code", change: func(v url.Values) { v.Set("code", "x") }},
		{name: "wrong nonce", lie: func(c map[string]any) { c["nonce"] = "x" }},
		{name: "no nonce", lie: func(c map[string]any) { delete(c, "nonce") }},
		{name: "another audience", lie: func(c map[string]any) { c["aud"] = "other" }},
		{name: "another issuer", lie: func(c map[string]any) { c["iss"] = "https://evil.example" }},
		{name: "expired", lie: func(c map[string]any) { c["exp"] = 1 }},
		{name: "unsigned", token: func(s string) string {
			return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + strings.Split(s, ".")[1] + "."
		}},
		{name: "changed after it was signed", token: func(s string) string {
			parts := strings.Split(s, ".")
			body, _ := base64.RawURLEncoding.DecodeString(parts[1])
			parts[1] = base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(body), "ada-1", "root1", 1)))
			return strings.Join(parts, ".")
		}},
	} {
		provider.lie, provider.token = tt.lie, tt.token
		client := browser(t)
		if status := provider.signIn(t, client, server.URL, tt.change); status < 400 || strings.HasPrefix(who(client), "oidc:") {
			t.Errorf("%s: %d, signed in as %s", tt.name, status, who(client))
		}
	}
	provider.lie, provider.token = func(c map[string]any) { c["sub"], c["email_verified"] = "eve-2", false }, nil
	eve := browser(t)
	provider.signIn(t, eve, server.URL, nil)
	if got, want := who(eve), "oidc:"+provider.URL+"#eve-2||commenter"; got != want {
		t.Errorf("the same address, another subject: %s, want %s", got, want)
	}
	provider.lie = nil

	// A sign-in that one browser began cannot be finished in another.
	mallory, victim := browser(t), browser(t)
	_, location := ask(t, mallory, "POST", server.URL+"/sign-in/")
	u, _ := url.Parse(location)
	provider.codes["stolen"] = u.Query()
	if status, _ := ask(t, victim, "GET", server.URL+"/sign-in/callback?"+url.Values{"code": {"stolen"}, "state": {u.Query().Get("state")}}.Encode()); status < 400 {
		t.Errorf("a sign-in begun elsewhere: %d", status)
	}
}
