package view

import (
	"strings"
	"time"

	"lockstep/site"
)

// absolute is the address of a rooted path where the site is published.
func (s *Site) absolute(path string) string {
	return strings.TrimSuffix(s.BaseURL, "/") + path
}

// ogType says whether a page is a text or a place to choose from.
func ogType(p *site.Page) string {
	switch p.Kind {
	case site.KindHome, site.KindSection, site.KindLog, site.KindGraph, site.KindLists, site.KindLab, site.KindReviews, site.KindMilestones, site.KindBugs:
		return "website"
	}
	return "article"
}

// pictureWords say what the picture of a page shows.
func pictureWords(s *Site, p *site.Page) string {
	if p.Decision != nil {
		return s.Title + ", " + p.Decision.ID + ", " + p.Decision.Status.Word() + ": " + p.Title
	}
	return s.Title + ": " + p.Title
}

// linkedData is a page in the words of schema.org: a text, and the way to it where the
// address of the site is known.
func (s *Site) linkedData(p *site.Page) map[string]any {
	text := map[string]any{"@type": "TechArticle", "headline": p.Title, "inLanguage": "en", "isPartOf": map[string]any{"@type": "WebSite", "name": s.Title}}
	if ogType(p) == "website" {
		text["@type"] = "CollectionPage"
		text["name"] = p.Title
		delete(text, "headline")
	}
	set := func(key, value string) {
		if value != "" {
			text[key] = value
		}
	}
	set("description", p.Summary)
	set("url", s.canonical(p))
	set("datePublished", Published(p))
	if !p.History.Updated.IsZero() {
		set("dateModified", p.History.Updated.UTC().Format(time.RFC3339))
	}
	authors := p.Meta.Authors
	if p.Decision != nil && len(authors) == 0 {
		authors = p.Decision.Deciders
	}
	var people []map[string]any
	for _, name := range authors {
		people = append(people, map[string]any{"@type": "Person", "name": name})
	}
	if people != nil {
		text["author"] = people
	}
	if len(p.Meta.Tags) > 0 {
		text["keywords"] = p.Meta.Tags
	}
	if s.BaseURL == "" {
		text["@context"] = "https://schema.org"
		return text
	}
	text["isPartOf"].(map[string]any)["url"] = s.absolute("/")
	if p.Picture != "" {
		text["image"] = s.absolute(p.Picture)
	}
	return map[string]any{"@context": "https://schema.org", "@graph": []any{text, s.trail(p)}}
}

// trail is the way from the home page to a page.
func (s *Site) trail(p *site.Page) map[string]any {
	var items []map[string]any
	add := func(name, path string) {
		items = append(items, map[string]any{"@type": "ListItem", "position": len(items) + 1, "name": name, "item": s.absolute(path)})
	}
	add(s.Title, "/")
	if name, path := s.kicker(p); path != "" && path != p.Path {
		add(name, path)
	}
	if p.Path != "/" {
		add(p.Title, p.Path)
	}
	return map[string]any{"@type": "BreadcrumbList", "itemListElement": items}
}

// Published is the day on which a page says that it was written or decided, else that
// of its first commit, as RFC 3339 has it; "" if neither is known.
func Published(p *site.Page) string {
	date := p.Meta.Date
	if p.Decision != nil && p.Decision.Date != "" {
		date = p.Decision.Date
	}
	if _, err := time.Parse(time.DateOnly, date); err == nil {
		return date + "T00:00:00Z"
	}
	if !p.History.Created.IsZero() {
		return p.History.Created.UTC().Format(time.RFC3339)
	}
	return ""
}
