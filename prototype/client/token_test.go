//go:build !js

package client

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"lockstep/prototype/api"
)

const canary = "token-canary"

// carried is a transport that nobody is behind, which notes what it is asked to carry.
type carried struct{ got []string }

func (c *carried) RoundTrip(r *http.Request) (*http.Response, error) {
	c.got = append(c.got, r.URL.Host+" "+r.Header.Get("Authorization"))
	return &http.Response{StatusCode: 200, Status: "200 OK", Body: io.NopCloser(strings.NewReader(`{"node":"n1"}`)), Request: r}, nil
}

// TestWithToken: a token goes by https, and by http to this machine alone; a request that
// may not show it is not made, and its error does not have it.
func TestWithToken(t *testing.T) {
	for target, may := range map[string]bool{
		"https://n1.example:7001": true, "http://127.0.0.1:7001": true, "http://127.8.9.1": true, "http://[::1]:7001": true, "http://localhost:7001": true, "http://LocalHost.:7001": true,
		"http://n1.example:7001": false, "http://10.0.0.1:7001": false, "http://localhost.evil.example": false, "http://127.0.0.1.evil.example": false, "http://0.0.0.0:7001": false,
	} {
		to := &carried{}
		_, err := New(Config{Targets: Fixed(target), Transport: WithToken(to, canary)}).Status(t.Context())
		if may && (err != nil || len(to.got) != 1 || !strings.HasSuffix(to.got[0], " Bearer "+canary)) {
			t.Errorf("%s: %v, %v", target, err, to.got)
		}
		if !may && (!errors.Is(err, ErrClear) || len(to.got) != 0) {
			t.Errorf("%s: %v, %v", target, err, to.got)
		}
		if err != nil && strings.Contains(err.Error(), canary) {
			t.Errorf("%s: the error has the token: %v", target, err)
		}
	}
	if to := new(carried); WithToken(to, "") != http.RoundTripper(to) {
		t.Error("no token is one")
	}
}

// TestWithToken_redirect: nobody is led elsewhere with a token, whoever follows redirects,
// and the request of the caller stays as it was.
func TestWithToken_redirect(t *testing.T) {
	var elsewhere []string
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		elsewhere = append(elsewhere, r.Header.Get("Authorization"))
	}))
	defer other.Close()
	first := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL+"/v1/status", http.StatusTemporaryRedirect)
	}))
	defer first.Close()
	transport := WithToken(NewTransport(), canary)
	c := New(Config{Targets: Fixed(first.URL), Transport: transport})
	_, err := c.Status(t.Context())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, sent := c.Send(ctx, "room", api.Message{ID: "1", Sender: "ann", Body: "x"})
	r, _ := http.NewRequestWithContext(t.Context(), "GET", first.URL, nil)
	_, followed := (&http.Client{Transport: transport}).Do(r)
	for _, err := range []error{err, sent, followed} {
		if err == nil || strings.Contains(err.Error(), canary) {
			t.Errorf("a redirect was followed, or the error has the token: %v", err)
		}
	}
	if len(elsewhere) > 0 || r.Header.Get("Authorization") != "" {
		t.Errorf("elsewhere came %q, and the caller's request has %q", elsewhere, r.Header.Get("Authorization"))
	}
	for _, bad := range []string{"", "://"} {
		if u, err := url.Parse(bad); err == nil && MayShow(u) == nil {
			t.Errorf("%q may be shown a token", bad)
		}
	}
}
