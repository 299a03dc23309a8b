package serve

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"

	"lockstep/site/build"
)

// TestMetrics: a program at this machine sees how the site is doing, by its own names
// alone; others do not. What promtool would say of it is nothing.
func TestMetrics(t *testing.T) {
	dir := t.TempDir()
	save(t, dir, "README.md", "# A secret plan\n\n[nowhere](nowhere.md)\n")
	b, err := build.Open(dir, build.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(Options{Builder: b, Logger: slog.New(slog.DiscardHandler), AtThisMachine: func(r *http.Request) bool { return r.RemoteAddr == "127.0.0.1:1" }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	handler := s.Handler()
	get := func(from, host, path string) (int, string) {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Host, r.RemoteAddr = host, from
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w.Code, w.Body.String()
	}
	get("10.0.0.9:1", "localhost", "/")
	get("10.0.0.9:1", "localhost", "/missing/")
	status, text := get("127.0.0.1:1", "localhost:8080", "/metrics")
	for _, line := range []string{
		`lockstep_site_answer_seconds_count{code="200"} 1`, `lockstep_site_answer_seconds_count{code="404"} 1`,
		"lockstep_site_read_seconds_count 1", "lockstep_site_readable 1", "lockstep_site_findings 1", "process_resident_memory_bytes ",
	} {
		if status != http.StatusOK || !strings.Contains(text, "\n"+line) {
			t.Errorf("%d without %q:\n%s", status, line, text)
		}
	}
	if strings.Contains(text, "secret") || strings.Contains(text, dir) || strings.Contains(text, "missing") {
		t.Errorf("it tells of pages:\n%s", text)
	}
	for from, host := range map[string]string{"10.0.0.9:1": "localhost", "127.0.0.1:1": "attacker.example"} {
		if status, text := get(from, host, "/metrics"); status < 400 || strings.Contains(text, "lockstep_site") {
			t.Errorf("from %s by the name %s: %d", from, host, status)
		}
	}
	if promtool, err := exec.LookPath("promtool"); err == nil {
		judge := exec.CommandContext(t.Context(), promtool, "check", "metrics")
		judge.Stdin = strings.NewReader(text)
		if out, err := judge.CombinedOutput(); err != nil {
			t.Errorf("promtool: %v\n%s", err, out)
		}
	}
}
