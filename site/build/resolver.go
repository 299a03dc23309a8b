package build

import (
	"errors"
	"strings"

	"lockstep/site"
	"lockstep/site/chart"
	"lockstep/site/ledger"
	"lockstep/site/markdown"
	"lockstep/site/model"
)

// resolver answers the questions of one page's rendering.
type resolver struct {
	tree *Tree
	page *site.Page
}

var _ markdown.Resolver = resolver{}

func (r resolver) Link(dest string) (string, bool) {
	a := parseAddress(r.page.Source, dest)
	if value := r.tree.valueAt(&a); value != "" {
		if href, ok := r.Value(value); ok {
			return href, true
		}
	}
	x := r.tree.resolve(r.page, a)
	switch {
	case x.page != nil:
		to := x.page.Path
		if x.fragment != "" {
			to += "#" + x.fragment
		}
		return site.Rel(r.page.Path, to), true
	case x.file != "" && r.tree.origin.Known() && (x.folder || !markdown.IsPicture(x.file)):
		return r.tree.origin.File(x.file), true
	case x.file != "" && !x.folder:
		return site.Escape(site.Rel(r.page.Path, FilePath(x.file))), true
	case x.folder:
		return "", true
	}
	return "", false
}

func (r resolver) Reference(id string) (href, title string, ok bool) {
	def, ok := r.tree.definition(r.page.Source, site.PrefixOf(id), id)
	if !ok {
		return "", "", false
	}
	to := def.page.Path
	if def.Anchor != "" {
		to += "#" + def.Anchor
	}
	return site.Rel(r.page.Path, to), def.Title, true
}

func (r resolver) Terms() *markdown.Terms {
	if r.page == r.tree.termPage || r.tree.termPage == nil {
		return nil
	}
	return r.tree.terms
}

func (r resolver) Term(term site.Term) string {
	return site.Rel(r.page.Path, r.tree.termPage.Path+"#"+term.Anchor)
}

func (r resolver) Value(dest string) (string, bool) {
	if strings.HasPrefix(dest, ledger.Scheme) {
		return r.entry(dest)
	}
	if r.tree.model == nil {
		return "", false
	}
	to, ok := r.tree.model.Anchor(dest)
	if !ok {
		return "", false
	}
	return site.Rel(r.page.Path, to), true
}

func (r resolver) Age(dest string) string {
	if r.tree.model == nil {
		return ""
	}
	return r.tree.model.Age(dest)
}

func (r resolver) Diagram(source, title, alt string) (site.HTML, error) {
	return r.tree.builder.drawer.Draw(source, title, alt)
}

func (r resolver) Chart(source, title, alt string) (site.HTML, error) {
	if r.tree.model == nil {
		return "", errors.New("there is no model and no evidence to draw")
	}
	return chart.Draw(source, title, alt, figures{r.tree.model, r})
}

func (r resolver) Play(source, title, _ string) (site.HTML, error) {
	if r.tree.model == nil || !r.tree.model.Playable() {
		return "", errors.New("there is no model with an input that has low and high")
	}
	return r.tree.model.Play(r.page.Path, source, title)
}

// figures are the model's, as the page of the resolver refers to them.
type figures struct {
	*model.Model
	resolver resolver
}

var _ chart.Figures = figures{}

func (f figures) Address(ref string) string {
	address, _ := f.resolver.Value(ref)
	return address
}

// FilePath is where a file of the tree that is not a page stands in the output.
func FilePath(file string) string { return "/files/" + file }
