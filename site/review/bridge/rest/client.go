// Package rest asks the API of a forge: in JSON, over https, with a token.
//
// What a caller can rely on: the token goes to one origin and nowhere else, not
// through a redirect and not to a page of a list that lies elsewhere, and stands
// in no error. Every answer is bounded in bytes, every list in pages, and every
// request in time. A list is whole, or an error. A limit of the forge is waited
// for as long as the forge says, if that is short enough. What is read is asked
// for again where the forge is busy; what writes is sent once, since nobody can
// say whether a request that got no answer was carried out.
package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Bounds of what is read.
const (
	maxAnswer = 8 << 20 // bytes of one answer
	maxPages  = 200     // of one list
	tries     = 3       // of what only reads
	within    = 30 * time.Second
)

// Client is one API with one token. It is safe for concurrent use.
type Client struct {
	base   *url.URL
	header http.Header
	secret string
	http   *http.Client
	// Wait waits for a limit or a busy server; tests replace it.
	Wait func(ctx context.Context, d time.Duration) error
	// Patience is how long one request may wait for a limit in all.
	Patience time.Duration
	now      func() time.Time
}

// New makes a client for the API at base. Authorize puts the token where the API
// wants it.
func New(base, token string, authorize func(h http.Header, token string)) (*Client, error) {
	u, err := url.Parse(base)
	switch {
	case err != nil || u.Host == "":
		return nil, fmt.Errorf("%q is no address of an API", base)
	case u.User != nil:
		return nil, errors.New("the address of an API has no user in it: the token comes from the environment")
	case u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())):
		return nil, fmt.Errorf("%s is not https: a token is sent over http to this machine alone", u.Redacted())
	case token == "":
		return nil, errors.New("there is no token")
	case strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r >= 0x7f }):
		return nil, errors.New("the token has a blank or a control character in it: was it copied whole?")
	}
	c := &Client{base: u, header: http.Header{"User-Agent": {"lockstep-review-bridge"}, "Accept": {"application/json"}}, secret: token, Patience: time.Minute, Wait: wait, now: time.Now}
	authorize(c.header, token)
	c.http = &http.Client{Timeout: within, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return c, nil
}

// loopback says whether a host is this machine by its very name.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Header sets a header of every request.
func (c *Client) Header(name, value string) { c.header.Set(name, value) }

// Get reads one thing.
func (c *Client) Get(ctx context.Context, path string, query url.Values, out any) error {
	_, err := c.do(ctx, http.MethodGet, c.at(path, query), nil, out)
	return err
}

// Text reads what is no JSON.
func (c *Client) Text(ctx context.Context, path string) (string, error) {
	var text []byte
	_, err := c.do(ctx, http.MethodGet, c.at(path, nil), nil, &text)
	return string(text), err
}

// Send writes: in is sent as JSON, and the answer read into out unless that is nil.
func (c *Client) Send(ctx context.Context, method, path string, in, out any) error {
	data, err := json.Marshal(in)
	if err != nil {
		return err
	}
	_, err = c.do(ctx, method, c.at(path, nil), data, out)
	return err
}

// List reads all pages of a list, as the header Link leads from one to the next.
func List[T any](ctx context.Context, c *Client, path string, query url.Values) (all []T, err error) {
	next := c.at(path, query)
	for range maxPages {
		var page []T
		header, err := c.do(ctx, http.MethodGet, next, nil, &page)
		if err != nil {
			return nil, err
		}
		all = append(all, page...)
		link := nextLink(header)
		if link == "" {
			return all, nil
		}
		u, err := next.Parse(link)
		if err != nil || u.Scheme != c.base.Scheme || u.Host != c.base.Host || u.User != nil {
			return nil, fmt.Errorf("GET %s: its next page is said to be at another place than the API, and the token does not go there", path)
		}
		next = u
	}
	return nil, fmt.Errorf("GET %s: the list has more than %d pages", path, maxPages)
}

// nextLink is the next page of a list: Link: <URL>; rel="next", <URL>; rel="last".
func nextLink(h http.Header) string {
	for _, part := range strings.Split(strings.Join(h.Values("Link"), ","), ",") {
		address, parameters, _ := strings.Cut(part, ";")
		address = strings.TrimSpace(address)
		if strings.Contains(parameters, `rel="next"`) && strings.HasPrefix(address, "<") && strings.HasSuffix(address, ">") {
			return address[1 : len(address)-1]
		}
	}
	return ""
}

func (c *Client) at(path string, query url.Values) *url.URL {
	u := *c.base
	u.RawPath = ""
	full := strings.TrimSuffix(u.EscapedPath(), "/") + "/" + strings.TrimPrefix(path, "/")
	u.Path, _ = url.PathUnescape(full)
	u.RawPath = full
	u.RawQuery = query.Encode()
	return &u
}

// do sends a request, and again after what passes.
func (c *Client) do(ctx context.Context, method string, u *url.URL, body []byte, out any) (http.Header, error) {
	waited := time.Duration(0)
	for try := 1; ; try++ {
		answer, data, err := c.once(ctx, method, u, body)
		pause, why := time.Duration(0), ""
		switch {
		case err != nil:
			if method != http.MethodGet || try >= tries || ctx.Err() != nil || errors.Is(err, errLong) {
				return nil, c.clean(err)
			}
			pause = time.Duration(try) * time.Second
		case limited(answer):
			// A limit is said before anything is done, so writing may be tried again, too.
			pause, why = limitOf(answer, c.now()), "the forge limits how often it is asked"
		case answer.StatusCode >= 500 && method == http.MethodGet && try < tries:
			pause = time.Duration(try) * time.Second
		case answer.StatusCode >= 300 && answer.StatusCode < 400:
			return nil, fmt.Errorf("%s %s: it was moved; name the repository and its host as they are called now", method, u.Path)
		case answer.StatusCode < 200 || answer.StatusCode > 299:
			return nil, &Error{method, u.Path, answer.StatusCode, c.said(data)}
		default:
			if out == nil || len(bytes.TrimSpace(data)) == 0 && answer.StatusCode == http.StatusNoContent {
				return answer.Header, nil
			}
			if raw, ok := out.(*[]byte); ok {
				*raw = data
				return answer.Header, nil
			}
			if err := json.Unmarshal(data, out); err != nil {
				return nil, fmt.Errorf("%s %s: the answer is not what the API's documentation says: %w", method, u.Path, err)
			}
			return answer.Header, nil
		}
		if waited += pause; waited > c.Patience {
			if why == "" {
				why = "the forge is busy"
			}
			return nil, fmt.Errorf("%s %s: %s, and may be asked again in %s: run it again then, it goes on where it ended", method, u.Path, why, pause.Round(time.Second))
		}
		if err := c.Wait(ctx, pause); err != nil {
			return nil, err
		}
	}
}

// once sends a request and reads the answer within bounds.
func (c *Client) once(ctx context.Context, method string, u *url.URL, body []byte) (*http.Response, []byte, error) {
	r, err := http.NewRequestWithContext(ctx, method, u.String(), bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	r.Header = c.header.Clone()
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return nil, nil, err
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer+1))
	if err == nil && len(data) > maxAnswer {
		err = fmt.Errorf("%s %s: %w", method, u.Path, errLong)
	}
	return answer, data, err
}
