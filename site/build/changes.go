package build

import (
	"slices"
	"strings"

	"lockstep/site"
	"lockstep/site/changes"
	"lockstep/site/diff"
)

// addChanges adds the pages that say what changed.
func (t *Tree) addChanges() {
	s := changes.Site{Site: t.feedSite(), Dir: t.builder.dir, Past: t.history, Origin: t.origin, Pages: t.bySource, Edited: t.edited, MaxText: maxSource, Words: t.builder.words,
		WasPage: t.published,
		Place:   func(p *site.Page) { p.Path = t.free(p.Path); t.byPath[p.Path] = p },
		Text: func(p *site.Page) ([]byte, bool) {
			d := t.documents[p]
			if d == nil {
				return nil, false
			}
			return d.text, true
		},
		Read: func(p *site.Page, text []byte) changes.Text {
			d := t.documents[p]
			parsed := t.parser.Parse(d.Source, text, d.kind)
			return changes.Text{Title: parsed.Title, Decision: parsed.Decision, Text: diff.Text{Blocks: parsed.Blocks(), Source: string(text)}}
		}}
	s.OfPage, s.OfAll = t.config.Changes.limits()
	t.Changes = changes.New(s)
}

// published says whether a file that is gone was a page, as far as can be told today.
func (t *Tree) published(names ...string) bool {
	return slices.ContainsFunc(names, func(file string) bool {
		return file != "" && !slices.ContainsFunc(strings.Split(file, "/"), skipDir) && len(t.config.pathsOf(file)) > 0 && t.redirects[t.config.pathsOf(file)[0]] == ""
	})
}
