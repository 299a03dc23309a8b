package serve

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"lockstep/site/build"
)

// TestServe_edition: the site as one document is what a build would write of it, and all
// pages lead there.
func TestServe_edition(t *testing.T) {
	dir := t.TempDir()
	save(t, dir, "lockstep.yaml", "title: Example\ncontent: [content]\nadr: [adr]\n")
	save(t, dir, "content/a.md", "# A\n\nSee [the decision](../adr/0007-x.md).\n")
	save(t, dir, "content/lab.md", "# Laboratory\n\nPress.\n")
	save(t, dir, "adr/0007-x.md", "---\nstatus: accepted\n---\n# X\n")
	address := startIn(t, dir)
	b, err := build.Open(dir, build.Options{Edition: true})
	if err != nil {
		t.Fatal(err)
	}
	tree, err := b.Load()
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "out")
	if _, err := tree.Write(t.Context(), out); err != nil {
		t.Fatal(err)
	}
	for path, kind := range map[string]string{"/edition/": "text/html", "/edition/heads.css": "text/css"} {
		file := filepath.Join(out, path)
		if strings.HasSuffix(path, "/") {
			file = filepath.Join(file, "index.html")
		}
		built, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		answer, body := ask(t, "GET", address+path, nil)
		if answer.StatusCode != 200 || !strings.HasPrefix(answer.Header.Get("Content-Type"), kind) || body != string(built) {
			t.Errorf("%s: %s, %s, and not what a build writes:\n%s\n%s", path, answer.Status, answer.Header.Get("Content-Type"), body, built)
		}
	}
	if _, body := ask(t, "GET", address+"/a/", nil); !strings.Contains(body, `<a href="../edition/" data-whole>`) {
		t.Error("no page leads to the document, which browsers would not fetch ahead")
	}
	if answer, _ := ask(t, "GET", address+"/edition", nil); answer.StatusCode != 301 || answer.Header.Get("Location") != "/edition/" {
		t.Errorf("without the slash: %s to %s", answer.Status, answer.Header.Get("Location"))
	}
}

// TestServe_edition_taken: a page at the address of the document stays there.
func TestServe_edition_taken(t *testing.T) {
	dir := t.TempDir()
	save(t, dir, "lockstep.yaml", "title: Example\ncontent: [content]\n")
	save(t, dir, "content/edition.md", "# Our editions\n")
	address := startIn(t, dir)
	if answer, body := ask(t, "GET", address+"/edition/", nil); answer.StatusCode != 200 || !strings.Contains(body, "Our editions</h1>") || strings.Contains(body, "as one document") {
		t.Errorf("the page at the address of the document: %s\n%s", answer.Status, body)
	}
}

// TestServe_edition_once: the document is made once for each state of the sources, and
// while somebody makes it, sources are read and who leaves does not wait.
func TestServe_edition_once(t *testing.T) {
	dir := t.TempDir()
	save(t, dir, "lockstep.yaml", "title: Example\ncontent: [content]\n")
	save(t, dir, "content/a.md", "# A\n\nFirst text.\n")
	b, err := build.Open(dir, build.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(Options{Builder: b, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	first, err := s.join(t.Context())
	if err != nil || !bytes.Contains(first.document, []byte("First text.")) {
		t.Fatalf("the document is %v, %v", first, err)
	}
	if again, err := s.join(t.Context()); again != first || err != nil {
		t.Errorf("the document of the same sources was made again: %v", err)
	}

	s.joining <- struct{}{} // somebody makes it
	save(t, dir, "content/a.md", "# A\n\nSecond text.\n")
	s.load(nil)
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, err := s.join(gone); !errors.Is(err, context.Canceled) {
		t.Errorf("who left waited, and got %v", err)
	}
	<-s.joining
	second, err := s.join(t.Context())
	if err != nil || !bytes.Contains(second.document, []byte("Second text.")) {
		t.Errorf("after an edit the document is %v, %v", second, err)
	}
	save(t, dir, "content/a.md", "# A\n\nThird text.\n")
	s.load(nil)
	s.reading <- struct{}{}
	if _, _, err := s.state.Load().tree.Edition(gone, s.reading.take); !errors.Is(err, context.Canceled) {
		t.Errorf("for nobody the document was made on: %v", err)
	}
	s.reading.give()
}

// TestServe_edition_rests: the document is made on when sources have been read.
func TestServe_edition_rests(t *testing.T) {
	dir := t.TempDir()
	save(t, dir, "lockstep.yaml", "title: Example\ncontent: [content]\n")
	save(t, dir, "content/a.md", "# A\n\nFirst text.\n")
	b, err := build.Open(dir, build.Options{})
	if err != nil {
		t.Fatal(err)
	}
	tree, err := b.Load()
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		s := &Server{reading: make(turn, 1), joining: make(turn, 1)}
		s.state.Store(&state{tree: tree})
		s.reading <- struct{}{}
		made := make(chan error, 1)
		go func() {
			_, err := s.join(t.Context())
			made <- err
		}()
		synctest.Wait()
		select {
		case err := <-made:
			t.Fatalf("the document was made while sources were read: %v", err)
		default:
		}
		s.reading.give()
		if err := <-made; err != nil {
			t.Error(err)
		}
	})
}
