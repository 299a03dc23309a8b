package build

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"lockstep/site"
	"lockstep/site/model"
	"lockstep/site/view"
)

// writeExtras puts what is not a page: 404, feed, site map.
func (t *Tree) writeExtras(ctx context.Context, w *writer) error {
	lost := t.Site
	lost.Absolute = basePath(t.Site.BaseURL)
	data, _, err := t.Bytes(ctx, &lost, t.NotFound())
	if err != nil {
		return fmt.Errorf("render 404: %w", err)
	}
	if err := w.put("/404.html", data); err != nil {
		return err
	}
	if err := w.put("/adr/feed.xml", t.Feed()); err != nil {
		return err
	}
	if err := w.put("/_redirects", t.redirectsFile()); err != nil {
		return err
	}
	robots := "User-agent: *\nAllow: /\n"
	if t.Site.BaseURL != "" {
		robots += "Sitemap: " + t.Site.BaseURL + "sitemap.xml\n"
	}
	if err := w.put("/robots.txt", []byte(robots)); err != nil {
		return err
	}
	if err := w.put("/sitemap.xml", t.Sitemap()); err != nil {
		return err
	}
	if t.sheet != nil {
		if err := w.put(model.SheetPath, t.sheet); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(w.dir, marker), []byte("lockstep build replaces this folder as a whole.\n"), 0o644)
}

// basePath is the path of the base URL, for links that cannot be relative.
func basePath(base string) string {
	_, rest, ok := strings.Cut(base, "://")
	if !ok {
		return "/"
	}
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		return rest[i:]
	}
	return "/"
}

// redirectPage works on a host that knows nothing of redirects.
func redirectPage(s *view.Site, short, full string) []byte {
	to := escapePath(site.Rel(short, full))
	canonical := to
	if s.BaseURL != "" {
		canonical = strings.TrimSuffix(s.BaseURL, "/") + escapePath(full)
	}
	return []byte(`<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Moved</title>` +
		`<meta http-equiv="refresh" content="0; url=` + to + `"><link rel="canonical" href="` + canonical + `"></head>` +
		`<body><main><h1>Moved</h1><p>This decision is at <a href="` + to + `">its full address</a>.</p></main></body></html>` + "\n")
}
