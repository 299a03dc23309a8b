package main

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestReview_start: on a server without a sign-in, who has not opened the printed
// address can read and nothing else, even from this machine. So a proxy here that
// sends no headers lends its place to nobody.
func TestReview_start(t *testing.T) {
	dir := reviewedSite(t)
	s := startServer(t, dir)
	api := s.address + "/api/reviews/adr/0001-use-a-log"
	through := func(client *http.Client, method, url, body string) int {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		answer, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		return answer.StatusCode
	}
	proxy := &http.Client{} // of somebody who comes through it
	thread := `{"id":"a","body":"x"}`
	if got := through(proxy, "POST", api+"/threads", thread); got != 401 {
		t.Errorf("a comment by who has not opened the address: %d", got)
	}
	if got := through(proxy, "GET", api, ""); got != 200 {
		t.Errorf("reading: %d", got)
	}
	if got := through(proxy, "GET", s.address+"/start/"+strings.Repeat("A", 43), ""); got != 403 {
		t.Errorf("a guessed address: %d", got)
	}
	path, _ := startPaths.Load(s.address)
	r, _ := http.NewRequest("GET", s.address+path.(string), nil)
	r.Header.Set("X-Forwarded-For", "203.0.113.9")
	if answer, err := proxy.Do(r); err != nil || answer.StatusCode != 403 || len(answer.Cookies()) > 0 {
		t.Errorf("the address through a proxy that says so: %v %v", answer, err)
	}
	if got := through(reviewer, "POST", api+"/threads", thread); got != 201 {
		t.Errorf("a comment by who has opened it: %d", got)
	}
	for _, c := range reviewer.Jar.Cookies(r.URL) {
		if strings.Contains(path.(string), c.Value) {
			t.Error("the cookie is the token")
		}
		if file, err := os.ReadFile(filepath.Join(dir, "var/review/start")); err != nil || bytes.Contains(file, []byte(c.Value)) {
			t.Errorf("the disk gives the cookie away: %v", err)
		}
	}
}
