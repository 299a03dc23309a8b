package build

import (
	"cmp"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"lockstep/site"
	"lockstep/site/review/repo"
)

// source is a Markdown file and its place on the site.
type source struct {
	file    string // below the root
	kind    site.Kind
	path    string // of its page; "" for the introduction of a list
	section string
	intro   string // the path of the list that it introduces, or ""
	beside  string // the file that says what a record's text does not, or ""
	size    int64
	changed time.Time
}

// asks is the address that a source would have.
func (s source) asks() string { return cmp.Or(s.path, s.intro) }

const maxSource = 2 << 20

// scan finds every source, in reading order, and notes why a text that it met is
// none.
func (a *texts) scan() {
	var sources []source
	seen := make(map[string]bool)
	add := func(s source) {
		if !seen[s.file] {
			seen[s.file] = true
			sources = append(sources, s)
		}
	}
	if a.config.Home != "" {
		if s, ok := a.stat(a.config.Home); ok {
			s.kind, s.path = site.KindHome, "/"
			add(s)
		}
	}
	for _, series := range a.config.series {
		a.walk(series.Folder, func(s source) {
			if a.placeRecord(&s, series) {
				add(s)
			}
		})
	}
	for i, folder := range a.config.Content {
		a.walk(folder, func(s source) {
			if a.config.found && path.Dir(s.file) == "." && isTemplate(s.file) {
				a.left[s.file] = aTemplate // for pull requests and issues
				return
			}
			a.config.place(&s, folder, i == 0 && a.config.Home == "")
			add(s)
		})
	}
	sources = a.withoutNames(sources)
	for _, s := range sources {
		delete(a.left, s.file)
	}
	a.address(sources)
	slices.SortStableFunc(sources, func(x, y source) int { return strings.Compare(x.file, y.file) })
	a.sources = sources
}

// walk visits the Markdown files of a folder.
func (a *texts) walk(folder string, visit func(source)) {
	fs.WalkDir(a.root.FS(), folder, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil
		}
		if d.IsDir() {
			if p != folder && (holdsNoTexts(a.root.FS(), p) || a.isReview(p) || slices.Contains(a.config.ADR, p)) {
				return fs.SkipDir
			}
			return nil
		}
		if !isMarkdown(d.Name()) {
			return nil
		}
		s, ok := a.stat(p)
		if !ok {
			a.left[p] = leadsAway
			return nil
		}
		if s.size > maxSource {
			if a.left[p] != "" {
				return nil
			}
			a.left[p] = tooLarge
			a.findings = append(a.findings, site.Finding{File: p, Rule: "too-large",
				Message: fmt.Sprintf("it has %d bytes; at most %d are read", s.size, maxSource), Mend: "split it"})
			return nil
		}
		visit(s)
		return nil
	})
}

// isReview: the folder of an exported review is shown on the page that it is
// about, and is no page of its own.
func (a *texts) isReview(folder string) bool {
	if path.Dir(folder) != a.config.reviewFolder() {
		return false
	}
	for _, name := range []string{repo.EventsFolder, repo.EventsFile, repo.SummaryFile} {
		if _, err := a.root.Lstat(path.Join(folder, name)); err == nil {
			return true
		}
	}
	return false
}

// stat looks at a regular file below the root; a link that leads out of it is
// not followed.
func (a *texts) stat(p string) (source, bool) {
	info, err := a.root.Stat(p)
	if err != nil || !info.Mode().IsRegular() {
		return source{}, false
	}
	return source{file: p, size: info.Size(), changed: info.ModTime()}, true
}
