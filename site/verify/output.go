package verify

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"lockstep/site"
	"lockstep/site/run"
)

// MaxTransfer is the budget of a page, in compressed bytes of its markup,
// stylesheets and scripts. Fonts and pictures come on top.
const MaxTransfer = 60 << 10

// notFound is shown at any address, so its links cannot be relative.
const notFound = "/404.html"

// Output judges a tree of files. Findings name files of the tree. What lies below
// one of the foreign paths ("/files/") came along as it is: pages may lead there,
// and it is not judged itself.
func Output(tree fs.FS, foreign ...string) ([]site.Finding, error) {
	o := &output{foreign: foreign, files: make(map[string]bool), pages: make(map[string]*page), weights: make(map[string]int)}
	if err := o.read(tree); err != nil {
		return nil, fmt.Errorf("read output tree: %w", err)
	}
	var findings []site.Finding
	for _, p := range o.pages {
		o.judge(p)
		findings = append(findings, p.findings...)
	}
	site.SortFindings(findings)
	return findings, nil
}

type output struct {
	foreign []string
	files   map[string]bool // rooted
	pages   map[string]*page
	weights map[string]int // of stylesheets and scripts, compressed
}

// read looks at every file; pages are taken apart in parallel.
func (o *output) read(tree fs.FS) error {
	var names []string
	err := fs.WalkDir(tree, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		o.files["/"+p] = true
		if slices.ContainsFunc(o.foreign, func(prefix string) bool { return strings.HasPrefix("/"+p, prefix) }) {
			return nil
		}
		switch path.Ext(p) {
		case ".html":
			names = append(names, p)
		case ".css", ".js":
			data, err := fs.ReadFile(tree, p)
			if err != nil {
				return err
			}
			o.weights["/"+p] = compressed(data)
			if path.Ext(p) == ".css" {
				o.pages["/"+p] = readStylesheet("/"+p, data)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	pages := make([]*page, len(names))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, name := range names {
		group.Go(func() error {
			data, err := fs.ReadFile(tree, name)
			if err == nil {
				pages[i] = readPage("/"+name, data)
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for _, p := range pages {
		o.pages[p.name] = p
	}
	return nil
}

var cssURL = regexp.MustCompile(`url\(\s*["']?([^"')]+)["']?\s*\)`)

// readStylesheet notes what a stylesheet loads.
func readStylesheet(name string, data []byte) *page {
	p := &page{name: name, moved: true}
	for _, m := range cssURL.FindAllSubmatch(data, -1) {
		p.links = append(p.links, link{"url()", string(m[1])})
	}
	return p
}

// judge follows what a page refers to.
func (o *output) judge(p *page) {
	for _, id := range p.refers {
		if !p.ids[id] {
			p.find("dead-reference", "name an id of this page", "an attribute refers to the id %q, which is not on the page", id)
		}
	}
	weight := p.size
	for _, l := range p.links {
		if p.name == notFound && strings.HasPrefix(l.dest, "/") {
			continue
		}
		file, anchor, ok := p.leads(l)
		if l.tag == "script" || l.tag == "link" {
			weight += o.weights[file]
		}
		switch {
		case !ok:
		case !o.files[file]:
			p.find("dead-link", "correct the address, or add the file", "%s leads nowhere", l.dest)
		case strings.HasPrefix(anchor, run.Scheme) && o.pages[file] != nil && (o.pages[file].ids["lab"] || o.pages[file].ids["lab-empty"]):
			if err := run.CheckFragment(anchor, nil); err != nil {
				p.find("dead-anchor", "take the link again from the laboratory", "%s names no run that the laboratory could repeat: %v", l.dest, err)
			}
		case anchor != "" && anchor != "top" && o.pages[file] != nil && !o.pages[file].ids[anchor]:
			p.find("dead-anchor", "correct the anchor", "%s: there is no such anchor", l.dest)
		}
	}
	if weight > MaxTransfer && !p.moved {
		p.find("too-heavy", "split it", "the page transfers %d bytes compressed, without fonts; the budget is %d", weight, MaxTransfer)
	}
}

func compressed(data []byte) int {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write(data) // to memory: cannot fail
	w.Close()
	return b.Len()
}
