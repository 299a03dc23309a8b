// Package edition joins the pages of a site into one document that is read from its
// title page to its end, on paper too.
//
// It knows pages as they are written, and not what they were made from. Each page
// becomes a chapter: ids are made unique by the chapter's own, and a link to a page of
// the edition leads to its chapter. What a reader can only use on the site, such as
// buttons and the laboratory, is left out, and a sentence says so. A link to what is not
// in the edition leads to the published site; where its address is not known, only the
// words stay.
//
// Page numbers are known when it is printed, so it is printed until they are those of
// the sheets on which things are found; see [Paginate].
package edition

import (
	"fmt"
	"regexp"
	"strings"

	"golang.org/x/net/html"

	"lockstep/site"
)

// Path is where an edition stands on its site, PDF the name of the printed one, and
// Heads its stylesheet of running heads.
const (
	Path  = "/edition/"
	PDF   = Path + "edition.pdf"
	Heads = Path + "heads.css"
)

// Source is a page and how it is written.
type Source struct {
	Page *site.Page
	HTML []byte // the whole document
}

// Part is the chapters of one section of the site.
type Part struct {
	Title    string
	Chapters []*Chapter
}

// Chapter is a page of the site.
type Chapter struct {
	ID     string // of its place in the edition
	Number string // "2.3", or that of a decision: "ADR-0007"
	Title  string
	// Headings are those of the first level, with ids of the edition; none for a
	// decision, since all have the same.
	Headings []site.Heading

	body string // with marks where the numbers of pages come
}

// Edition is a whole document.
type Edition struct {
	Parts []Part
	Left  []*site.Page // what is not in it
}

// Join makes an edition of pages in reading order. Title names a section of the site;
// outside is the address of a rooted path on the published site, or "".
func Join(sources []Source, title func(section string) string, outside func(path string) string) (*Edition, error) {
	e := &Edition{}
	j := joiner{chapters: make(map[string]*place), outside: outside}
	var included []*place
	for _, s := range sources {
		if lists(s.Page) {
			continue
		}
		if looksUp(s.Page) {
			e.Left = append(e.Left, s.Page)
			continue
		}
		article, err := articleOf(s.HTML)
		if err != nil {
			return nil, fmt.Errorf("join %s: %w", s.Page.Path, err)
		}
		p := &place{page: s.Page, article: article, ids: make(map[string]bool), chapter: &Chapter{ID: fmt.Sprintf("e%d", len(included)+1), Title: s.Page.Title}}
		trim(p)
		collect(article, p.ids)
		j.chapters[s.Page.Path] = p
		included = append(included, p)
	}
	parts := make(map[string]int)
	for _, p := range included {
		i, known := parts[p.page.Section]
		if !known {
			i = len(e.Parts)
			parts[p.page.Section] = i
			e.Parts = append(e.Parts, Part{Title: title(p.page.Section)})
		}
		part := &e.Parts[i]
		part.Chapters = append(part.Chapters, p.chapter)
		p.chapter.Number = fmt.Sprintf("%d.%d", i+1, len(part.Chapters))
		if p.page.Kind == site.KindDecision && p.page.Decision != nil {
			p.chapter.Number = p.page.Decision.ID
		} else {
			for _, h := range p.page.Outline {
				if p.ids[h.ID] {
					p.chapter.Headings = append(p.chapter.Headings, site.Heading{Level: h.Level, ID: p.id(h.ID), Text: h.Text})
				}
			}
		}
	}
	for _, p := range included {
		body, err := j.rewrite(p)
		if err != nil {
			return nil, fmt.Errorf("join %s: %w", p.page.Path, err)
		}
		p.chapter.body = body
	}
	return e, nil
}

// lists are pages that only lead to others, as the contents do.
func lists(p *site.Page) bool {
	switch p.Kind {
	case site.KindSearch, site.KindIndex, site.KindNotFound, site.KindReviews:
		return true
	case site.KindSection:
		return p.Source == ""
	}
	return false
}

// looksUp are pages of recorded data, and the index of what other pages show.
func looksUp(p *site.Page) bool {
	return p.Kind == site.KindModel && (p.Path == "/"+p.Section+"/" || strings.Contains(p.Path, "/evidence/"))
}

// mark is where the number of a page comes, and the id of what is on it.
var mark = regexp.MustCompile(`<span data-page="([^"]+)"></span>`)

// Body is a chapter. Numbers are the pages by id; without them references have none.
func (c *Chapter) Body(numbers Numbers) site.HTML {
	return site.HTML(mark.ReplaceAllStringFunc(c.body, func(found string) string {
		if numbers == nil {
			return ""
		}
		return `<span class="page-of">, page ` + numbers.Of(mark.FindStringSubmatch(found)[1]) + `</span>`
	}))
}

// Destinations are the ids whose pages are shown.
func (e *Edition) Destinations() (ids []string) {
	for _, part := range e.Parts {
		for _, c := range part.Chapters {
			ids = append(ids, c.ID)
			for _, h := range c.Headings {
				ids = append(ids, h.ID)
			}
			for _, found := range mark.FindAllStringSubmatch(c.body, -1) {
				ids = append(ids, html.UnescapeString(found[1]))
			}
		}
	}
	return ids
}

// Stylesheet gives each chapter a running head, and each sheet its number.
func (e *Edition) Stylesheet(title string) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "@page { size: A4; margin: 20mm 18mm 18mm; @top-right { content: %s; font: 8pt sans-serif; color: #555 } @bottom-center { content: counter(page); font: 8pt sans-serif; color: #555 } }\n", quoted(title))
	b.WriteString("@page cover { @top-right { content: none } @bottom-center { content: none } }\n")
	for _, part := range e.Parts {
		for _, c := range part.Chapters {
			fmt.Fprintf(&b, "#%[1]s { page: %[1]s }\n@page %[1]s { @top-left { content: %[2]s; font: 8pt sans-serif; color: #555 } }\n", c.ID, quoted(c.Number+"  "+c.Title))
		}
	}
	return []byte(b.String())
}

// quoted is a text as a string of CSS, without anything that could end it.
func quoted(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		if r < ' ' || strings.ContainsRune(`"\<>{}`, r) {
			fmt.Fprintf(&b, `\%x `, r)
			continue
		}
		b.WriteRune(r)
	}
	b.WriteByte('"')
	return b.String()
}
