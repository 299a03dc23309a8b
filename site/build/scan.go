package build

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"lockstep/site"
	"lockstep/site/markdown"
	"lockstep/site/review"
)

// source is a Markdown file and its place on the site.
type source struct {
	file    string // below the root
	kind    site.Kind
	path    string // of its page; "" for the introduction of a list
	section string
	intro   string // the path of the list that it introduces, or ""
	size    int64
	changed time.Time
}

const maxSource = 2 << 20

// scan finds every source, in reading order.
func (b *Builder) scan() (sources []source, findings []site.Finding) {
	seen := make(map[string]bool)
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
	for _, folder := range b.config.ADR {
		b.walk(folder, func(s source) {
			name := path.Base(s.file)
			switch {
			case isIndex(name) && path.Dir(s.file) == folder:
				s.kind, s.intro, s.section = site.KindLog, "/adr/", "adr"
			case isIndex(name): // of a folder beside the records
				below := strings.TrimPrefix(path.Dir(s.file), folder+"/")
				s.kind, s.path, s.section = site.KindDocument, "/adr/"+markdown.Slug(strings.ReplaceAll(below, "/", "-"))+"/", "adr"
			case isRecord(name):
				placeRecord(&s)
			case isTemplate(name) || slices.Contains(b.config.Content, folder):
				return
			case b.speaksOfStatus(s):
				// A record that somebody gave no number; its name is what it has.
				placeRecord(&s)
			default: // notes beside the records
				s.kind, s.path, s.section = site.KindDocument, "/adr/"+slug(name)+"/", "adr"
			}
			add(s)
		}, &findings)
	}
	for i, folder := range b.config.Content {
		b.walk(folder, func(s source) {
			b.place(&s, folder, i == 0 && b.config.Home == "")
			add(s)
		}, &findings)
	}
	if b.config.Foreign {
		b.addRoot(add, sources)
	}
	slices.SortStableFunc(sources, func(x, y source) int { return strings.Compare(x.file, y.file) })
	taken := make(map[string]string)
	for _, s := range sources {
		if s.path == "" {
			continue
		}
		if first, ok := taken[s.path]; ok {
			findings = append(findings, site.Finding{File: s.file, Rule: "duplicate-path",
				Message: fmt.Sprintf("its page would be %s, which is that of %s", s.path, first), Mend: "rename one of the files"})
		}
		taken[s.path] = s.file
	}
	return slices.DeleteFunc(sources, func(s source) bool { return s.path != "" && taken[s.path] != s.file }), findings
}

func placeRecord(s *source) {
	s.kind, s.path, s.section = site.KindDecision, "/adr/"+markdown.Slug(stem(path.Base(s.file)))+"/", "adr"
}

var statusLine = regexp.MustCompile(`(?im)^(#{1,3}[ \t]+status[ \t]*$|[-*]?[ \t]*\**status\**[ \t]*:)`)

func (b *Builder) speaksOfStatus(s source) bool {
	if s.size > maxSource {
		return false
	}
	data, err := b.root.ReadFile(s.file)
	return err == nil && statusLine.Match(data)
}

// addRoot adds the texts at the root of a repository that does not say what its
// texts are: README links to them. Where their name is taken they stay out.
func (b *Builder) addRoot(add func(source), sources []source) {
	taken := make(map[string]bool)
	for _, s := range sources {
		taken[s.path] = true
	}
	entries, err := fs.ReadDir(b.root.FS(), ".")
	if err != nil {
		return
	}
	for _, e := range entries {
		path := "/" + slug(e.Name()) + "/"
		if !isMarkdown(e.Name()) || isIndex(e.Name()) || isTemplate(e.Name()) || taken[path] || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		if s, ok := b.stat(e.Name()); ok && s.size <= maxSource {
			s.kind, s.path, s.section = site.KindDocument, path, ""
			taken[path] = true
			add(s)
		}
	}
}

var orderPrefix = regexp.MustCompile(`^\d{1,3}[-_. ]+`)

func stem(name string) string { return strings.TrimSuffix(name, path.Ext(name)) }

func slug(name string) string {
	s := markdown.Slug(orderPrefix.ReplaceAllString(stem(name), ""))
	if s == "" {
		return markdown.Slug(stem(name))
	}
	return s
}

// place decides kind and path of a file in a content folder. Numbers before a
// name give the order and are not part of the path.
func (b *Builder) place(s *source, folder string, home bool) {
	rel := strings.TrimPrefix(s.file, folder+"/")
	if folder == "." {
		rel = s.file
	}
	dirs := strings.Split(path.Dir(rel), "/")
	name := path.Base(rel)
	var elements []string
	for _, dir := range dirs {
		if dir != "." {
			elements = append(elements, slug(dir))
		}
	}
	if len(elements) > 0 {
		s.section = elements[0]
	}
	prefix := "/" + strings.Join(elements, "/")
	if prefix != "/" {
		prefix += "/"
	}
	s.kind = site.KindDocument
	switch {
	case isIndex(name) && len(elements) == 0 && home:
		s.kind, s.path = site.KindHome, "/"
	case isIndex(name) && len(elements) == 0:
		s.path, s.section = "/"+slug(path.Base(folder))+"/", slug(path.Base(folder))
	case isIndex(name) && len(elements) == 1:
		s.kind, s.intro = site.KindSection, prefix
	case isIndex(name):
		s.path = prefix
	default:
		s.path = prefix + slug(name) + "/"
		// Each text at the top of our own content is a part of the site; elsewhere
		// they are a heap, which is listed as one.
		if len(elements) == 0 && !b.config.Foreign {
			s.section = slug(name)
		}
	}
	if len(elements) > 0 && (s.section == "runbook" || s.section == "runbooks") && s.path != "" {
		s.kind = site.KindRunbook
	}
	if len(elements) == 0 && s.path != "" {
		switch {
		case slug(name) == "glossary":
			s.kind = site.KindGlossary
		case s.section == "sources" && !b.config.Foreign:
			s.kind = site.KindSources
		case s.section == "lab" && !b.config.Foreign:
			s.kind = site.KindLab
		}
	}
}

// walk visits the Markdown files of a folder.
func (b *Builder) walk(folder string, visit func(source), findings *[]site.Finding) {
	fs.WalkDir(b.root.FS(), folder, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil
		}
		if d.IsDir() {
			if p != folder && (skipDir(d.Name()) || b.isReview(p) || (slices.Contains(b.config.ADR, p) && !slices.Contains(b.config.ADR, folder))) {
				return fs.SkipDir
			}
			return nil
		}
		if !isMarkdown(d.Name()) {
			return nil
		}
		s, ok := b.stat(p)
		if !ok {
			return nil
		}
		if s.size > maxSource {
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
	for _, name := range []string{review.EventsFolder, review.EventsFile, review.SummaryFile} {
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
