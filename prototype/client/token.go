//go:build !js

package client

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// ErrClear is the error for a request that would show its token to whoever listens on the
// way.
var ErrClear = errors.New("the token would go over the network in clear text")

// WithToken has every request show a token. It goes by https, or to this machine, and
// never to where a redirect leads; a request that would do otherwise is not made.
func WithToken(next http.RoundTripper, token string) http.RoundTripper {
	if token == "" {
		return next
	}
	return WithTokens(next, func() string { return token })
}

// WithTokens is WithToken for a token that may be replaced; it is asked for at each
// request.
func WithTokens(next http.RoundTripper, token func() string) http.RoundTripper {
	return &bearer{next, token}
}

type bearer struct {
	next  http.RoundTripper
	token func() string
}

func (b *bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	err := MayShow(r.URL)
	if r.Response != nil {
		err = fmt.Errorf("%s leads elsewhere by a redirect, where the token does not go", r.Response.Request.URL.Host)
	}
	if err != nil {
		if r.Body != nil {
			r.Body.Close()
		}
		return nil, err
	}
	with := *r
	with.Header = r.Header.Clone()
	with.Header.Set("Authorization", "Bearer "+b.token())
	return b.next.RoundTrip(&with)
}

// MayShow gives ErrClear for an address to which no token goes.
func MayShow(u *url.URL) error {
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if u.Scheme == "https" || host == "localhost" || net.ParseIP(host).IsLoopback() {
		return nil
	}
	return fmt.Errorf("%s: %w: write https://%s", u.Host, ErrClear, u.Host)
}
