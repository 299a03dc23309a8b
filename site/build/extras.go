package build

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"lockstep/site"
	"lockstep/site/card"
	"lockstep/site/model"
)

// writeExtras puts what is not a page: 404, feed, site map.
func (t *Tree) writeExtras(ctx context.Context, w *writer) error {
	lost := t.Site
	lost.Absolute, lost.Paths = basePath(t.Site.BaseURL), pathsPath
	data, _, err := t.Bytes(ctx, &lost, t.NotFound())
	if err != nil {
		return fmt.Errorf("render 404: %w", err)
	}
	if err := w.put("/404.html", data); err != nil {
		return err
	}
	if err := w.put(pathsPath, t.paths()); err != nil {
		return err
	}
	if err := w.put("/adr/feed.xml", t.Feed()); err != nil {
		return err
	}
	if path := t.Changes.FeedPath(); path != "" {
		if err := w.put(path, t.Changes.Feed()); err != nil {
			return err
		}
	}
	if err := w.put("/_redirects", t.redirectsFile()); err != nil {
		return err
	}
	if err := w.put("/robots.txt", t.robots(w)); err != nil {
		return err
	}
	if err := w.put("/llms.txt", t.LLMs()); err != nil {
		return err
	}
	if err := w.put("/favicon.ico", card.Icon()); err != nil {
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
	for name, data := range t.ObjectiveFiles() {
		if err := w.file(ObjectivesFolder+name, data); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(w.dir, marker), []byte("lockstep build replaces this folder as a whole.\n"), 0o644)
}

// robots lets crawlers in and shows them the site map. Below a path nobody asks for the
// file, which is said there and by a warning.
func (t *Tree) robots(w *writer) []byte {
	text := "User-agent: *\nAllow: /\n"
	if t.Site.BaseURL == "" {
		return []byte(text)
	}
	sitemap := "Sitemap: " + t.Site.BaseURL + "sitemap.xml\n"
	if below := basePath(t.Site.BaseURL); below != "/" {
		root := strings.TrimSuffix(t.Site.BaseURL, strings.TrimPrefix(below, "/"))
		text = "# Crawlers read robots.txt at " + root + "robots.txt only, and not this file. Its line for there:\n# " + sitemap + text
		w.find([]site.Finding{{File: "robots.txt", Rule: "robots", Severity: site.Warning,
			Message: "the site is published below " + below + ", and crawlers read robots.txt only at the root of a host",
			Mend:    "add the line " + strings.TrimSpace(sitemap) + " to " + root + "robots.txt, or write rules: {robots: off}"}})
	}
	return []byte(text + sitemap)
}

// pathsPath is where the list of all pages stands that page 404 asks for.
const pathsPath = "/paths.json"

// paths are the addresses and titles of all pages.
func (t *Tree) paths() []byte {
	list := make([][2]string, len(t.Pages))
	for i, p := range t.Pages {
		list[i] = [2]string{p.Path, p.Title}
	}
	data, err := json.Marshal(list)
	if err != nil {
		panic("encode JSON of plain strings: " + err.Error())
	}
	return data
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
