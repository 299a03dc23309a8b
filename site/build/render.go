package build

import (
	"bytes"
	"context"
	"io"

	"lockstep/site"
	"lockstep/site/view"
)

// Render writes one page. S is the tree's Site, or a changed copy of it.
func (t *Tree) Render(ctx context.Context, w io.Writer, s *view.Site, p *site.Page, review *site.Review) ([]site.Finding, error) {
	rendered, findings := t.Fill(p)
	if review != nil && rendered.Revision != "" {
		rendered.Review = review
	}
	return findings, view.Page(s, rendered).Render(ctx, w)
}

// Fill gives a copy of the page with its body. The findings are those that only
// a rendering can make.
func (t *Tree) Fill(p *site.Page) (*site.Page, []site.Finding) {
	d := t.documents[p]
	if d == nil {
		return p, nil
	}
	filled := *p
	var findings []site.Finding
	parsed := t.parser.Parse(d.Source, d.text, d.kind)
	filled.Body, findings = parsed.Render(resolver{t, p})
	filled.Blocks, filled.Revision = parsed.Blocks(), parsed.Revision()
	filled.Review = t.exportedReview(p)
	return &filled, findings
}

// Blocks is the canonical text of a page and its revision; nothing for pages that
// have no source.
func (t *Tree) Blocks(p *site.Page) ([]site.Block, string) {
	d := t.documents[p]
	if d == nil {
		return nil, ""
	}
	parsed := t.parser.Parse(d.Source, d.text, d.kind)
	return parsed.Blocks(), parsed.Revision()
}

// Bytes is Render into memory, with the review that was exported.
func (t *Tree) Bytes(ctx context.Context, s *view.Site, p *site.Page) ([]byte, []site.Finding, error) {
	return t.BytesWith(ctx, s, p, nil)
}

// BytesWith is Bytes with a live review, if there is one.
func (t *Tree) BytesWith(ctx context.Context, s *view.Site, p *site.Page, review *site.Review) ([]byte, []site.Finding, error) {
	var buf bytes.Buffer
	findings, err := t.Render(ctx, &buf, s, p, review)
	return buf.Bytes(), findings, err
}

// NotFound is the page for addresses that lead nowhere.
func (t *Tree) NotFound() *site.Page {
	return &site.Page{Kind: site.KindNotFound, Path: "/404.html", Title: "There is no such page"}
}

// Redirect gives the path of the full page for a short address of a decision:
// "/adr/7/" or "/adr/0007/".
func (t *Tree) Redirects() map[string]string {
	redirects := make(map[string]string)
	for _, p := range t.log.Decisions {
		if p.Decision.Number == 0 && p.Decision.ID != "ADR-0000" {
			continue
		}
		for _, short := range shortPaths(p.Decision.Number) {
			if t.byPath[short] == nil && redirects[short] == "" {
				redirects[short] = p.Path
			}
		}
	}
	return redirects
}

// Files are the files of the tree that pages show or link to, other than pages,
// sorted.
func (t *Tree) Files() []string { return t.files }
