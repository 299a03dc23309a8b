package build

import (
	"slices"
	"strings"

	"lockstep/site"
	"lockstep/site/markdown"
)

// isRecordID says whether an identifier is for a record to have.
func (t *Tree) isRecordID(id string) bool {
	prefix := site.PrefixOf(id)
	return prefix == "ADR-" || slices.ContainsFunc(t.series, func(s joined) bool { return s.Prefix == prefix })
}

// isKind says whether what looks like a definition is one. "V1: the first version" is
// a heading; a letter before a number is a kind of reference only in texts that were
// written for this generator, and never the letter of versions.
func (t *Tree) isKind(def site.Definition) bool {
	prefix := site.PrefixOf(def.ID)
	return strings.HasSuffix(prefix, "-") || t.config.Strict && prefix != "V"
}

type definition struct {
	page *site.Page
	site.Definition
}

// define collects definitions and terms. An identifier has one definition.
func (t *Tree) define() {
	for _, p := range t.decisions {
		prefix := site.PrefixOf(p.Decision.ID)
		if numbered := strings.HasSuffix(prefix, "-") && strings.ToUpper(prefix) == prefix && len(prefix) < len(p.Decision.ID); numbered && (p.Decision.Number > 0 || prefix == "ADR-") {
			t.prefixes[prefix] = true
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
				if t.isRecordID(def.ID) || !t.isKind(def) || byHeading == (def.Anchor == strings.ToLower(def.ID)) {
					continue
				}
				first, ok := t.definitions[def.ID]
				if !ok {
					t.definitions[def.ID] = definition{p, def}
					t.prefixes[site.PrefixOf(def.ID)] = true
				} else if byHeading && t.config.Strict && !(first.page == p && first.Anchor == def.Anchor) {
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
