package build

import (
	"maps"
	"slices"
	"strings"

	"lockstep/site"
	"lockstep/site/model"
)

// introduce gives a list the text of its folder's README or index.
func (t *Tree) introduce(p *site.Page) {
	d := t.intros[p.Path]
	if d == nil {
		return
	}
	p.Source, p.Meta, p.Heading, p.Outline, p.Words, p.Findings = d.Source, d.Meta, d.Heading, d.Outline, d.Words, d.Findings
	p.History = t.history.Files[d.Source]
	if d.Title != "" && t.config.Titles[p.Section] == "" {
		p.Title = d.Title
	}
	if d.Summary != "" {
		p.Summary = d.Summary
	}
	t.bySource[d.Source] = p
}

func (t *Tree) addModel() {
	if t.model == nil || t.model.Empty() {
		return
	}
	t.play()
	pages, err := t.model.Pages()
	if err != nil {
		t.Findings = append(t.Findings, site.Finding{File: t.config.Model[0], Rule: "model", Message: "its pages cannot be written: " + err.Error()})
		return
	}
	for _, p := range pages {
		t.add(p, nil)
	}
	t.values = model.PagePath
}

// addSections makes a list page for each folder that has pages and no page of
// its own, and a home page where there is none.
func (t *Tree) addSections() {
	lists := make(map[string][]*site.Page)
	for _, p := range t.Pages {
		list := "/" + p.Section + "/"
		if p.Section != "" && p.Path != list && p.Kind != site.KindDecision {
			lists[list] = append(lists[list], p)
		}
	}
	for _, list := range slices.Sorted(maps.Keys(lists)) {
		if t.byPath[list] != nil {
			continue
		}
		section := strings.Trim(list, "/")
		p := &site.Page{Kind: site.KindSection, Section: section, Path: list, Title: t.sectionTitle(section, titled(section)), Pages: lists[list]}
		t.introduce(p)
		t.add(p, t.intros[list])
	}
	if t.byPath["/"] == nil {
		p := &site.Page{Kind: site.KindSection, Path: "/", Title: t.config.Title, Summary: t.config.Tagline}
		for _, other := range t.Pages {
			if other.Path == "/"+other.Section+"/" || other.Section == "" {
				p.Pages = append(p.Pages, other)
			}
		}
		t.add(p, nil)
	}
}

func (t *Tree) sectionTitle(section, otherwise string) string {
	if title := t.config.Titles[section]; title != "" {
		return title
	}
	return otherwise
}

// titled makes a title of a file name.
func titled(name string) string {
	name = strings.TrimSpace(strings.NewReplacer("-", " ", "_", " ").Replace(orderPrefix.ReplaceAllString(name, "")))
	if name == "" || name == "." {
		return "Documents"
	}
	return site.Capital(name)
}
