package build

import (
	"strings"

	"lockstep/site"
	"lockstep/site/markdown"
)

type definition struct {
	page *site.Page
	site.Definition
}

// define collects definitions and terms. An identifier has one definition.
func (t *Tree) define() {
	for _, p := range t.log.Decisions {
		t.prefixes["ADR-"] = true
		if p.Decision.Number > 0 || strings.HasPrefix(p.Decision.ID, "ADR-") {
			if _, ok := t.definitions[p.Decision.ID]; !ok {
				t.definitions[p.Decision.ID] = definition{p, site.Definition{ID: p.Decision.ID, Title: p.Title}}
			}
		}
	}
	// A table that lists the same identifiers as headings elsewhere repeats them.
	for _, byHeading := range []bool{true, false} {
		for _, p := range t.Pages {
			d := t.documents[p]
			if d == nil || p.Kind == site.KindDecision {
				continue
			}
			for _, def := range d.Definitions {
				if strings.HasPrefix(def.ID, "ADR-") || byHeading == (def.Anchor == strings.ToLower(def.ID)) {
					continue
				}
				first, ok := t.definitions[def.ID]
				if !ok {
					t.definitions[def.ID] = definition{p, def}
					t.prefixes[markdown.PrefixOf(def.ID)] = true
				} else if byHeading && !t.config.Foreign && !(first.page == p && first.Anchor == def.Anchor) {
					t.find(p, def.Line, "duplicate-definition", "let one of them refer to the other", "%s is also defined in %s", def.ID, first.page.Source)
				}
			}
		}
	}
	var terms []site.Term
	for _, p := range t.Pages {
		if d := t.documents[p]; d != nil && p.Kind == site.KindGlossary && t.termPage == nil {
			t.termPage, terms = p, d.Terms
		}
	}
	t.terms = markdown.NewTerms(terms)
}
