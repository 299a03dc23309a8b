package model

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"strings"

	"lockstep/site"
)

// PagePath lists all values, and sourcesPath is where cited inputs come from.
const (
	PagePath    = "/model/"
	sourcesPath = "/sources/"
)

//go:embed page.html
var pageHTML string

var pageTemplate = template.Must(template.New("model").Parse(pageHTML))

// Citation is a source that an input names.
type Citation struct {
	ID   string // of an entry of the sources page
	File string
	Line int
}

// Citations are the sources that cited inputs name, so that a checker which
// knows the sources page can say which of them are missing there.
func (m *Model) Citations() []Citation {
	var list []Citation
	for _, g := range m.groups {
		for _, e := range g.entries {
			if e.expr == nil && e.source != "" && !strings.Contains(e.source, ":") {
				list = append(list, Citation{ID: e.source, File: e.file, Line: e.line})
			}
		}
	}
	return list
}

// Pages shows every value with what it is computed from: a page for each group and
// for each run, and before them one that lists everything. Each value has one
// address, see [Model.Anchor], and its name as an id on the list as well, where
// links to a single large page may still lead.
func (m *Model) Pages() (pages []*site.Page, err error) {
	index := m.indexView()
	list := &site.Page{Path: PagePath, Title: "The model",
		Summary: fmt.Sprintf("Where the numbers come from: %d inputs with their ranges and grounds, %d formulas, %d recorded runs.", index.Inputs, index.Formulas, len(m.runs))}
	for _, g := range index.Groups {
		list.Outline = append(list.Outline, site.Heading{Level: 2, ID: g.ID, Text: g.Title})
	}
	if len(m.runs) > 0 {
		list.Outline = append(list.Outline, site.Heading{Level: 2, ID: "evidence", Text: "Evidence"})
	}
	panel, err := m.playOf(PagePath, nil)
	if err != nil {
		return nil, err
	}
	index.Play = template.HTML(panel)
	if err := m.write(list, "index", index); err != nil {
		return nil, err
	}
	pages = append(pages, list)
	for _, g := range m.groups {
		p := &site.Page{Data: g.file, Path: m.groupPath(g), Title: g.title, Summary: fmt.Sprintf("Part of the model: %d values, each with what it rests on.", len(g.entries))}
		v := m.groupView(g)
		if panel, err = m.playOf(p.Path, g); err != nil {
			return nil, err
		}
		v.Play = template.HTML(panel)
		if err := m.write(p, "group", v); err != nil {
			return nil, err
		}
		pages = append(pages, p)
	}
	for _, r := range m.runs {
		p := &site.Page{Data: r.file, Path: r.pagePath(), Title: "Evidence: " + r.id, Summary: "What the experiment " + r.id + " wrote down, with what is needed to repeat it."}
		v := r.view()
		v.Aged = m.ages[r.id]
		if err := m.write(p, "run", v); err != nil {
			return nil, err
		}
		pages = append(pages, p)
	}
	for i, p := range pages {
		p.Kind, p.Section, p.Meta.Order = site.KindModel, "model", i
		p.Plays = m.player != nil && m.Playable() && i <= len(m.groups)
	}
	return pages, nil
}

func (m *Model) write(p *site.Page, name string, view any) error {
	var body bytes.Buffer
	if err := pageTemplate.ExecuteTemplate(&body, name, view); err != nil {
		return fmt.Errorf("render %s: %w", p.Path, err)
	}
	p.Body = site.HTML(body.String())
	return nil
}
