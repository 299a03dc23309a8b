package markdown

import (
	"strings"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"

	"lockstep/site"
)

// glossary reads the terms of a glossary page: definition lists, in which
// several terms before one description are spellings of the same thing.
func (d *Document) glossary() {
	ast.Walk(d.root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		first, ok := n.(*extast.DefinitionTerm)
		if !entering || !ok {
			return ast.WalkContinue, nil
		}
		if n.PreviousSibling() != nil && n.PreviousSibling().Kind() == extast.KindDefinitionTerm {
			return ast.WalkContinue, nil
		}
		term := site.Term{Name: d.text(first), Line: d.line(first)}
		next := n.NextSibling()
		for ; next != nil && next.Kind() == extast.KindDefinitionTerm; next = next.NextSibling() {
			term.Aliases = append(term.Aliases, d.text(next))
		}
		if next != nil {
			term.Text = firstSentence(d.text(next))
		}
		term.Anchor = d.claim(Slug(term.Name), false, term.Line)
		d.anchors[n] = term.Anchor
		d.Terms = append(d.Terms, term)
		return ast.WalkContinue, nil
	})
}

func firstSentence(s string) string {
	if i := strings.Index(s, ". "); i >= 0 {
		return s[:i+1]
	}
	return s
}
