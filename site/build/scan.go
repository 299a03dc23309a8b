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
func (b *Builder) scan() (sources []source, findings []site.Finding) {
	seen := make(map[string]bool)
	b.left = make(map[string]string)
	add := func(s source) {
		if !seen[s.file] {
			seen[s.file] = true
			sources = append(sources, s)
		}
	}
	if b.config.Home != "" {
		if s, ok := b.stat(b.config.Home); ok {
			s.kind, s.path = site.KindHome, "/"
			add(s)
		}
	}
	for _, series := range b.config.series {
		b.walk(series.Folder, func(s source) {
			if b.placeRecord(&s, series) {
				add(s)
			}
		}, &findings)
	}
	for i, folder := range b.config.Content {
		b.walk(folder, func(s source) {
			if b.config.found && path.Dir(s.file) == "." && isTemplate(s.file) {
				b.left[s.file] = aTemplate // for pull requests and issues
				return
			}
			b.config.place(&s, folder, i == 0 && b.config.Home == "")
			add(s)
		}, &findings)
	}
	sources = b.withoutNames(sources)
	for _, s := range sources {
		delete(b.left, s.file)
	}
	clashes := b.address(sources)
	slices.SortStableFunc(sources, func(x, y source) int { return strings.Compare(x.file, y.file) })
	return sources, append(findings, clashes...)
}

// walk visits the Markdown files of a folder.
func (b *Builder) walk(folder string, visit func(source), findings *[]site.Finding) {
	fs.WalkDir(b.root.FS(), folder, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil
		}
		if d.IsDir() {
			if p != folder && (holdsNoTexts(b.root.FS(), p) || b.isReview(p) || slices.Contains(b.config.ADR, p)) {
				return fs.SkipDir
			}
			return nil
		}
		if !isMarkdown(d.Name()) {
			return nil
		}
		s, ok := b.stat(p)
		if !ok {
			b.left[p] = leadsAway
			return nil
		}
		if s.size > maxSource {
			if b.left[p] != "" {
				return nil
			}
			b.left[p] = tooLarge
			*findings = append(*findings, site.Finding{File: p, Rule: "too-large",
				Message: fmt.Sprintf("it has %d bytes; at most %d are read", s.size, maxSource), Mend: "split it"})
			return nil
		}
		visit(s)
		return nil
	})
}

// isReview: the folder of an exported review is shown on the page that it is
// about, and is no page of its own.
func (b *Builder) isReview(folder string) bool {
	if path.Dir(folder) != b.config.reviewFolder() {
		return false
	}
	for _, name := range []string{repo.EventsFolder, repo.EventsFile, repo.SummaryFile} {
		if _, err := b.root.Lstat(path.Join(folder, name)); err == nil {
			return true
		}
	}
	return false
}

// stat looks at a regular file below the root; a link that leads out of it is
// not followed.
func (b *Builder) stat(p string) (source, bool) {
	info, err := b.root.Stat(p)
	if err != nil || !info.Mode().IsRegular() {
		return source{}, false
	}
	return source{file: p, size: info.Size(), changed: info.ModTime()}, true
}
