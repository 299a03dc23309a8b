package serve

import (
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lockstep/site/build"
)

// readPage is what a server of the folder as it is now answers.
func readPage(t *testing.T, dir, path string) (int, string) {
	t.Helper()
	b, err := build.Open(dir, build.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(Options{Builder: b, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	answer := httptest.NewRecorder()
	s.Handler().ServeHTTP(answer, httptest.NewRequest("GET", "http://localhost"+path, nil))
	return answer.Code, answer.Body.String()
}

// TestServe_problems: whatever is wrong with a source, readers keep its text, and the
// finding stands above it; only a text that cannot be read has none.
func TestServe_problems(t *testing.T) {
	dir, _ := start(t)
	for _, tt := range []struct{ name, text, above, kept string }{
		{"dead link", "# A\n\nBefore.\n\nSee [b](b.md).\n", "the link to b.md does not exist", "Before."},
		{"front matter", "---\ntitle: a: b\n---\n\nBody of it.\n", "the front matter is not valid YAML", "Body of it."},
		{"encoding", "# A\n\nCaf\xe9 is text.\n", "the file is not valid UTF-8", "is text."},
		{"raw HTML", "# A\n\n<div>\n\n<blink>Kept.</blink>\n\n</div>\n\nAfter.\n", "the HTML element", "After."},
		{"a diagram that cannot be drawn", "# A\n\n```d2 title=\"T\" alt=\"A\"\na -> {\n```\n\nAfter.\n", "diagram", "After."},
	} {
		save(t, dir, "content/a.md", tt.text)
		resp, body := readPage(t, dir, "/a/")
		if above, below, ok := strings.Cut(body, `<article`); resp != 200 || !ok || !strings.Contains(above, `class="problems-above" open`) ||
			!strings.Contains(above, tt.above) || !strings.Contains(above, "content/a.md") || !strings.Contains(below, tt.kept) {
			t.Errorf("%s: %d\n%s", tt.name, resp, body)
		}
	}
	if os.Geteuid() != 0 {
		if err := os.Chmod(filepath.Join(dir, "content/a.md"), 0); err != nil {
			t.Fatal(err)
		}
		if resp, body := readPage(t, dir, "/a/"); resp != 500 || !strings.Contains(body, "it cannot be read") {
			t.Errorf("unreadable: %d", resp)
		}
	}
}
