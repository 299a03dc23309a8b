package build

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"

	"lockstep/site/edition"
	"lockstep/site/view"
)

// Printer makes a PDF of the document at an address.
type Printer func(ctx context.Context, address string) ([]byte, error)

// hasEdition says whether the tree is written as one document too.
func (t *Tree) hasEdition() bool { return t.builder.options.Edition || t.builder.options.Print != nil }

// writeEdition joins the pages, and prints them where somebody can.
func (t *Tree) writeEdition(ctx context.Context, w *writer, sources []edition.Source) error {
	if p := t.byPath[edition.Path]; p != nil {
		return fmt.Errorf("write edition: %s has its address, %s; rename the file", cmp.Or(p.Source, p.Title), edition.Path)
	}
	t.builder.progress("join", 0, 1)
	e, err := t.joinEdition(sources)
	if err != nil {
		return err
	}
	document, err := t.editionWith(ctx, e, nil)
	if err != nil {
		return err
	}
	if err := w.put(edition.Path+"index.html", document); err != nil {
		return err
	}
	if err := w.put(edition.Heads, e.Stylesheet(t.Site.Title)); err != nil {
		return err
	}
	t.builder.progress("join", 1, 1)
	if t.builder.options.Print == nil {
		return nil
	}
	printed, err := t.print(ctx, w.dir, e)
	if err != nil {
		return err
	}
	return w.put(edition.PDF, printed)
}

// joinEdition makes one document of pages as they are written.
func (t *Tree) joinEdition(sources []edition.Source) (*edition.Edition, error) {
	return edition.Join(sources, func(section string) string {
		for _, s := range t.Site.Nav {
			if s.Path == "/"+section+"/" {
				return s.Title
			}
		}
		if section == "" {
			return "Introduction"
		}
		return titled(section)
	}, func(path string) string {
		if t.Site.BaseURL == "" {
			return ""
		}
		return strings.TrimSuffix(t.Site.BaseURL, "/") + path
	})
}

// Edition is the site as one document, and its stylesheet, as a build writes them. Pages
// are rendered one after another, each after a call of turn, so that who has something
// more urgent to do finds a processor free.
func (t *Tree) Edition(ctx context.Context, turn func(context.Context) error) (document, heads []byte, err error) {
	around := t.Site
	around.Live = nil
	sources := make([]edition.Source, len(t.Pages))
	for i, p := range t.Pages {
		if err := turn(ctx); err != nil {
			return nil, nil, err
		}
		data, _, err := t.Bytes(ctx, &around, p)
		if err != nil {
			return nil, nil, fmt.Errorf("render %s: %w", p.Path, err)
		}
		sources[i] = edition.Source{Page: p, HTML: data}
	}
	e, err := t.joinEdition(sources)
	if err != nil {
		return nil, nil, err
	}
	document, err = t.editionWith(ctx, e, nil)
	return document, e.Stylesheet(t.Site.Title), err
}

func (t *Tree) editionWith(ctx context.Context, e *edition.Edition, numbers edition.Numbers) ([]byte, error) {
	var buf bytes.Buffer
	if err := view.Edition(&t.Site, e, numbers).Render(ctx, &buf); err != nil {
		return nil, fmt.Errorf("render edition: %w", err)
	}
	return buf.Bytes(), nil
}

// print shows the tree that is being written to a browser on this machine, until the page
// numbers are true.
func (t *Tree) print(ctx context.Context, dir string, e *edition.Edition) ([]byte, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("print edition: %w", err)
	}
	var document []byte
	mux := http.NewServeMux()
	mux.Handle("/", http.FileServer(http.Dir(dir)))
	mux.HandleFunc(edition.Path+"{$}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'")
		w.Write(document)
	})
	server := &http.Server{Handler: mux}
	go server.Serve(listener)
	defer server.Close()
	return edition.Paginate(e, func(pass int, numbers edition.Numbers) ([]byte, error) {
		t.builder.progress("print", pass-1, 2)
		var err error
		if document, err = t.editionWith(ctx, e, numbers); err != nil {
			return nil, err
		}
		data, err := t.builder.options.Print(ctx, "http://"+listener.Addr().String()+edition.Path)
		if err == nil {
			t.builder.progress("print", min(pass, 2), 2)
		}
		return data, err
	})
}
