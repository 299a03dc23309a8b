package serve

import (
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lockstep/site/build"
)

// TestServe_code: a change in the code that takes a name away is shown at the page that
// names it, and one that changes no name disturbs no reader.
func TestServe_code(t *testing.T) {
	dir := t.TempDir()
	save(t, dir, "lockstep.yaml", "strict: true\ntitle: Example\ncontent: [content]\nnames:\n  - {kind: test, from: go-tests}\n")
	save(t, dir, "content/a.md", "# A\n\nProven by `TestA`.\n")
	save(t, dir, "code/a_test.go", "package a\n\nfunc TestA() {}\n")
	b, err := build.Open(dir, build.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(Options{Builder: b, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	server := httptest.NewServer(s.Handler())
	defer server.Close()
	// As a whole, since a file that is half written has lost names.
	replace := func(text string) {
		save(t, dir, "code/.new", text)
		if err := os.Rename(filepath.Join(dir, "code", ".new"), filepath.Join(dir, "code", "a_test.go")); err != nil {
			t.Fatal(err)
		}
	}
	replace("package a\n\nfunc TestA() { a() }\n")
	if s.load([]string{"code/a_test.go"}) {
		t.Error("an edit that changes no name is new to readers")
	}
	replace("package a\n\nfunc TestB() { a() }\n")
	for deadline := time.Now().Add(10 * time.Second); ; {
		resp, body := ask(t, "GET", server.URL+"/a/", nil)
		if resp.StatusCode == 200 && strings.Contains(body, "content/a.md:3") && strings.Contains(body, "TestB") {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the page still shows %s:\n%s", resp.Status, body)
		}
	}
	save(t, dir, "code/new/b_test.go", "package b\n\nfunc TestA() {}\n")
	for deadline := time.Now().Add(10 * time.Second); ; {
		if resp, body := ask(t, "GET", server.URL+"/a/", nil); resp.StatusCode == 200 && !strings.Contains(body, "problems-above") {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("a test in a new folder is not seen")
		}
	}
}
