package rest

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

const token = "very-secret-1234"

func client(t *testing.T, h http.HandlerFunc) (*Client, *[]time.Duration) {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	c, err := New(s.URL, token, func(h http.Header, token string) { h.Set("Authorization", "Bearer "+token) })
	if err != nil {
		t.Fatal(err)
	}
	var waited []time.Duration
	c.Wait = func(_ context.Context, d time.Duration) error {
		waited = append(waited, d)
		return nil
	}
	return c, &waited
}

// TestNew: a token goes over https, or to this machine, and has the form of one.
func TestNew(t *testing.T) {
	for _, tt := range []struct {
		base, token string
		ok          bool
	}{
		{"https://api.github.com", token, true},
		{"http://127.0.0.1:3000/api/v1", token, true},
		{"http://localhost:3000", token, true},
		{"http://[::1]:3000", token, true},
		{"http://api.github.com", token, false},
		{"http://localhost.example.org", token, false},
		{"http://127.0.0.1.example.org", token, false},
		{"https://ada:secret@api.github.com", token, false},
		{"ftp://127.0.0.1", token, false},
		{"api.github.com", token, false},
		{"https://api.github.com", "", false},
		{"https://api.github.com", "two words", false},
		{"https://api.github.com", "line\nbreak", false},
	} {
		_, err := New(tt.base, tt.token, func(http.Header, string) {})
		if (err == nil) != tt.ok {
			t.Errorf("New(%q, %q): %v", tt.base, tt.token, err)
		}
		if err != nil && tt.token != "" && strings.Contains(err.Error(), tt.token) {
			t.Errorf("the error has the token: %v", err)
		}
	}
}

// TestClient_elsewhere: neither a redirect nor the next page of a list takes the token
// to another place.
func TestClient_elsewhere(t *testing.T) {
	asked := 0
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		w.Write([]byte("[]"))
	}))
	defer other.Close()
	c, _ := client(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/moved" {
			http.Redirect(w, r, other.URL+"/x", http.StatusMovedPermanently)
			return
		}
		w.Header().Set("Link", `<`+other.URL+`/list?page=2>; rel="next"`)
		w.Write([]byte("[1]"))
	})
	if err := c.Get(t.Context(), "/moved", nil, nil); err == nil || !strings.Contains(err.Error(), "moved") {
		t.Errorf("a redirect: %v", err)
	}
	if all, err := List[int](t.Context(), c, "/list", nil); err == nil || len(all) != 0 {
		t.Errorf("a list that goes on elsewhere: %v, %v", all, err)
	}
	if asked != 0 {
		t.Errorf("the other server was asked %d times", asked)
	}
}

// TestClient_secret: what a forge says of a failure has no token in it, whatever it
// sends back.
func TestClient_secret(t *testing.T) {
	c, _ := client(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(400)
		fmt.Fprintf(w, `{"message":"bad header %s\u001b[31m"}`, r.Header.Get("Authorization"))
	})
	err := c.Get(t.Context(), "/x", nil, nil)
	if err == nil || strings.Contains(err.Error(), token) || strings.Contains(err.Error(), "\x1b") || !strings.Contains(err.Error(), "bad header") {
		t.Errorf("the error is %v", err)
	}
}

// TestClient_bounds: an answer, and a list, may not be endless.
func TestClient_bounds(t *testing.T) {
	pages, sent := 0, make(chan int, 1)
	c, _ := client(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/long" {
			block := []byte(`"` + strings.Repeat("a", 1<<20))
			n := 0
			for n < 8*maxAnswer {
				if _, err := w.Write(block); err != nil {
					break
				}
				n += len(block)
			}
			sent <- n
			return
		}
		pages++
		w.Header().Set("Link", `</list?page=`+fmt.Sprint(pages+1)+`>; rel="next"`)
		w.Write([]byte("[1]"))
	})
	if err := c.Get(t.Context(), "/long", nil, new(string)); err == nil || !strings.Contains(err.Error(), "more than") {
		t.Errorf("a long answer: %v", err)
	}
	if n := <-sent; n >= 8*maxAnswer {
		t.Errorf("a long answer was read to its end, %d bytes", n)
	}
	all, err := List[int](t.Context(), c, "/list", nil)
	if err == nil || all != nil || pages != maxPages {
		t.Errorf("an endless list: %d entries after %d pages, %v", len(all), pages, err)
	}
}

// TestClient_limits: a limit is waited for as the forge says, for reading and writing,
// and not longer than a run has patience.
func TestClient_limits(t *testing.T) {
	now := time.Date(2026, 11, 27, 10, 0, 0, 0, time.UTC)
	reset := fmt.Sprint(now.Add(20 * time.Second).Unix())
	for _, tt := range []struct {
		what   string
		status int
		header map[string]string
		wait   time.Duration // 0: it is an error
	}{
		{"Retry-After in seconds", 429, map[string]string{"Retry-After": "7"}, 7 * time.Second},
		{"Retry-After as a date", 429, map[string]string{"Retry-After": now.Add(9 * time.Second).Format(http.TimeFormat)}, 10 * time.Second},
		{"GitHub's 403 with nothing left", 403, map[string]string{"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset}, 21 * time.Second},
		{"GitHub's secondary limit", 403, map[string]string{"Retry-After": "30"}, 30 * time.Second},
		{"GitLab's", 429, map[string]string{"RateLimit-Reset": reset}, 21 * time.Second},
		{"no time", 429, nil, unknownLimit},
		{"at once, always", 429, map[string]string{"Retry-After": "0"}, time.Second},
		{"too long", 429, map[string]string{"Retry-After": "3600"}, 0},
		{"beyond all bounds", 429, map[string]string{"Retry-After": "99999999999999"}, 0},
		{"a refusal that is no limit", 403, map[string]string{"X-RateLimit-Remaining": "17"}, 0},
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			asked := 0
			c, waited := client(t, func(w http.ResponseWriter, r *http.Request) {
				if asked++; asked > 1 {
					w.Write([]byte("{}"))
					return
				}
				for name, value := range tt.header {
					w.Header().Set(name, value)
				}
				w.WriteHeader(tt.status)
			})
			c.now = func() time.Time { return now }
			err := c.Send(t.Context(), method, "/x", struct{}{}, nil)
			switch {
			case tt.wait > 0 && (err != nil || asked != 2 || len(*waited) != 1 || (*waited)[0] != tt.wait):
				t.Errorf("%s, %s: waited %v, asked %d times, %v", tt.what, method, *waited, asked, err)
			case tt.wait == 0 && (err == nil || asked != 1 || len(*waited) != 0):
				t.Errorf("%s, %s: waited %v, asked %d times, %v", tt.what, method, *waited, asked, err)
			}
		}
	}
	// Who always says that it is soon over is not asked without end.
	asked := 0
	c, waited := client(t, func(w http.ResponseWriter, r *http.Request) {
		if asked++; asked > 100 {
			w.Write([]byte("{}"))
			return
		}
		w.Header().Set("Retry-After", "0")
		w.WriteHeader(429)
	})
	if err := c.Get(t.Context(), "/x", nil, nil); err == nil || !strings.Contains(err.Error(), "run it again") || len(*waited) > 60 {
		t.Errorf("a limit without end: %d waits, %v", len(*waited), err)
	}
}

// TestClient_again: what reads is asked again where the forge is busy; what writes is
// sent once, since it may have been carried out.
func TestClient_again(t *testing.T) {
	for _, tt := range []struct {
		method string
		fail   func(w http.ResponseWriter)
		asked  int
		ok     bool
	}{
		{http.MethodGet, func(w http.ResponseWriter) { w.WriteHeader(502) }, 2, true},
		{http.MethodGet, func(http.ResponseWriter) { panic(http.ErrAbortHandler) }, 2, true},
		{http.MethodPost, func(w http.ResponseWriter) { w.WriteHeader(502) }, 1, false},
		{http.MethodPost, func(http.ResponseWriter) { panic(http.ErrAbortHandler) }, 1, false},
	} {
		var requests atomic.Int32
		c, _ := client(t, func(w http.ResponseWriter, r *http.Request) {
			if requests.Add(1) == 1 {
				tt.fail(w)
			}
			w.Write([]byte("{}"))
		})
		c.http.Transport = &http.Transport{DisableKeepAlives: true} // it would ask again itself
		err := c.Send(t.Context(), tt.method, "/x", struct{}{}, nil)
		if asked := int(requests.Load()); asked != tt.asked || (err == nil) != tt.ok {
			t.Errorf("%s: asked %d times, %v", tt.method, requests.Load(), err)
		}
	}
}
