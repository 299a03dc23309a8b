package build

import (
	"bytes"
	"context"
	"io"

	"lockstep/site"
	"lockstep/site/markdown"
	"lockstep/site/view"
)

// Render writes one page. S is the tree's Site, or a changed copy of it. ReviewOf
// gives the live review of a page; with nil, pages show what was exported.
func (t *Tree) Render(ctx context.Context, w io.Writer, s *view.Site, p *site.Page, reviewOf func(*site.Page) *site.Review) ([]site.Finding, error) {
	findings, _, err := t.render(ctx, w, s, p, reviewOf)
	return findings, err
}

// render is Render that gives the parsed text too, nil for a page without one.
func (t *Tree) render(ctx context.Context, w io.Writer, s *view.Site, p *site.Page, reviewOf func(*site.Page) *site.Review) ([]site.Finding, *markdown.Document, error) {
	if reviewOf == nil {
		reviewOf = t.exportedReview
	}
	rendered, parsed, findings := t.fill(p)
	switch {
	case p.Kind == site.KindLog:
		rendered = t.withStanding(rendered, reviewOf)
	case parsed != nil:
		rendered.Review = reviewOf(p)
	}
	if p.Kind == site.KindEmbed {
		return findings, parsed, view.Embed(s, rendered).Render(ctx, w)
	}
	return findings, parsed, view.Page(s, rendered).Render(ctx, w)
}

// withStanding adds to the log where the review of each decision stands.
func (t *Tree) withStanding(p *site.Page, reviewOf func(*site.Page) *site.Review) *site.Page {
	filled := *p
	filled.Standing = make(map[string]*site.Review)
	for _, d := range t.decisions {
		if r := reviewOf(d); r != nil && r.AsOf > 0 {
			filled.Standing[d.Path] = r
		}
	}
	return &filled
}

// Fill gives a copy of the page with its body. The findings are those that only
// a rendering can make.
func (t *Tree) Fill(p *site.Page) (*site.Page, []site.Finding) {
	filled, _, findings := t.fill(p)
	return filled, findings
}

func (t *Tree) fill(p *site.Page) (*site.Page, *markdown.Document, []site.Finding) {
	d := t.documents[p]
	switch {
	case p.Kind == site.KindEmbed:
		return t.fillEmbed(p), nil, nil
	case d == nil:
		return t.Changes.Fill(p), nil, nil
	}
	filled := *p
	var findings []site.Finding
	parsed := t.parser.Parse(d.Source, d.text, d.kind)
	filled.Body, findings = parsed.Render(resolver{t, p})
	for i, f := range findings {
		findings[i] = parsed.Placed(f)
	}
	filled.Blocks = parsed.Blocks()
	return &filled, parsed, findings
}

// Blocks is the canonical text of a page and its revision; nothing for pages that
// have no source.
func (t *Tree) Blocks(p *site.Page) ([]site.Block, string) {
	d := t.documents[p]
	if d == nil {
		return nil, ""
	}
	parsed := t.parser.Parse(d.Source, d.text, d.kind)
	return parsed.Blocks(), parsed.RevisionWith(shown{t, p})
}

// Bytes is Render into memory, with the reviews that were exported.
func (t *Tree) Bytes(ctx context.Context, s *view.Site, p *site.Page) ([]byte, []site.Finding, error) {
	return t.BytesWith(ctx, s, p, nil)
}

// BytesWith is Bytes with live reviews; see [Tree.Render].
func (t *Tree) BytesWith(ctx context.Context, s *view.Site, p *site.Page, reviewOf func(*site.Page) *site.Review) ([]byte, []site.Finding, error) {
	var buf bytes.Buffer
	findings, err := t.Render(ctx, &buf, s, p, reviewOf)
	return buf.Bytes(), findings, err
}

// NotFound is the page for addresses that lead nowhere.
func (t *Tree) NotFound() *site.Page {
	return &site.Page{Kind: site.KindNotFound, Path: "/404.html", Title: "There is no such page"}
}

// Files are the files of the tree that pages show or link to, other than pages,
// sorted.
func (t *Tree) Files() []string { return t.files }
