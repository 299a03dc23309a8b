package build

import (
	"fmt"
	"slices"

	"lockstep/site"
)

// addEmbeds gives figures pages of their own, where somebody may frame them. Two texts
// may show the same moment with other lanes and words, so each has its own.
func (t *Tree) addEmbeds() {
	if len(t.config.Embed) == 0 {
		return
	}
	moved := t.Redirects()
	for _, r := range t.Runs() {
		if _, _, recorded := t.builder.recording.Find(r.Fence); !recorded {
			continue
		}
		scenario, _ := t.scenario(r.Fence)
		base := "/embed/" + r.ID()
		path := base + "/"
		for n := 2; t.byPath[path] != nil || moved[path] != ""; n++ {
			path = fmt.Sprintf("%s-%d/", base, n)
		}
		p := &site.Page{Kind: site.KindEmbed, Path: path, Title: scenario.Title, Summary: r.Words(), Shows: true, Runs: []site.RunUse{{Scenario: r.Scenario, Title: scenario.Title, From: r.Page, Anchor: r.ID(), Caption: r.Words()}}}
		t.embedded[p], t.alone[r.Page.Path+"#"+r.ID()] = r.Fence, path
		t.addAside(p)
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
