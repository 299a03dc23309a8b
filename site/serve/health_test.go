package serve

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lockstep/site/build"
)

// TestHealth: the server says that it runs, whether it can show the site, and what it
// was built from, under every name, and nothing else; pages stay with the names that
// are its own.
func TestHealth(t *testing.T) {
	dir := t.TempDir()
	save(t, dir, "lockstep.yaml", "title: Example\ncontent: [content]\n")
	save(t, dir, "content/index.md", "# A secret plan\n")
	b, err := build.Open(dir, build.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(Options{Builder: b, Logger: slog.New(slog.DiscardHandler), Version: map[string]string{"version": "v1", "commit": "abc"}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	get := func(method, host, path string) (int, string, http.Header) {
		r := httptest.NewRequest(method, path, nil)
		r.Host = host
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, r)
		return w.Code, strings.TrimSpace(w.Body.String()), w.Header()
	}
	for _, host := range []string{"localhost:8080", "10.1.2.3:8080", "load-balancer.example"} {
		for path, want := range map[string]string{
			"/healthz": `{"status":"alive"}`, "/readyz": `{"status":"ready"}`, "/version": `{"commit":"abc","version":"v1"}`,
		} {
			status, body, header := get(http.MethodGet, host, path)
			if status != http.StatusOK || body != want || !json.Valid([]byte(body)) || header.Get("Content-Type") != "application/json" || header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s of %s: %d %s %v", path, host, status, body, header)
			}
			if status, _, _ := get(http.MethodPost, "localhost", path); status != http.StatusMethodNotAllowed {
				t.Errorf("POST %s: %d, want %d", path, status, http.StatusMethodNotAllowed)
			}
		}
	}
	if status, _, _ := get(http.MethodGet, "load-balancer.example", "/"); status != http.StatusMisdirectedRequest {
		t.Errorf("a page under a strange name: %d, want %d", status, http.StatusMisdirectedRequest)
	}

	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	await := func(want int) (body string) {
		t.Helper()
		for {
			status, body, _ := get(http.MethodGet, "localhost", "/readyz")
			if status == want {
				return body
			}
			select {
			case <-time.After(10 * time.Millisecond):
			case <-ctx.Done():
				t.Fatalf("/readyz: %d %s, want %d", status, body, want)
			}
		}
	}
	if err := os.Remove(filepath.Join(dir, "content", "index.md")); err != nil {
		t.Fatal(err)
	}
	if body := await(http.StatusServiceUnavailable); strings.Contains(body, "secret") || strings.Contains(body, dir) {
		t.Errorf("/readyz tells of the sources: %s", body)
	}
	if status, _, _ := get(http.MethodGet, "localhost", "/healthz"); status != http.StatusOK {
		t.Errorf("/healthz without sources: %d", status)
	}
	save(t, dir, "content/index.md", "# A secret plan\n")
	await(http.StatusOK)
}
