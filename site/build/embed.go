package build

import (
	"slices"

	"lockstep/site"
	"lockstep/site/run"
)

// embedPath is where a figure stands alone.
func embedPath(f run.Fence) string { return "/embed/" + f.ID() + "/" }

// addEmbeds gives figures pages of their own, where somebody may frame them.
func (t *Tree) addEmbeds() {
	if len(t.config.Embed) == 0 {
		return
	}
	for _, r := range t.Runs() {
		scenario, _ := t.scenario(r.Fence)
		p := &site.Page{Kind: site.KindEmbed, Path: embedPath(r.Fence), Title: scenario.Title, Summary: r.Words(), Shows: true, Runs: []site.RunUse{{Scenario: r.Scenario, Title: scenario.Title, From: r.Page, Anchor: r.ID(), Caption: r.Words()}}}
		if t.byPath[p.Path] == nil { // another text may show the same moment
			t.embedded[p] = r.Fence
			t.addAside(p)
		}
	}
}

// Framers are who may show a page within one of theirs, as a browser wants it said; none
// for most pages.
func (t *Tree) Framers(p *site.Page) []string {
	if p.Kind != site.KindEmbed {
		return nil
	}
	return slices.Concat([]string{"'self'"}, t.config.Embed)
}

// fillEmbed is a page with its figure.
func (t *Tree) fillEmbed(p *site.Page) *site.Page {
	filled := *p
	filled.Body, _ = resolver{t, p}.Run(t.embedded[p])
	return &filled
}
