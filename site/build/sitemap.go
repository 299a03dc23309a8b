package build

import (
	"encoding/xml"
	"strings"
	"time"

	"lockstep/site"
	"lockstep/site/feed"
)

type urlSet struct {
	XMLName xml.Name  `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
	URLs    []siteURL `xml:"url"`
}

type siteURL struct {
	Loc     string `xml:"loc"`
	LastMod string `xml:"lastmod,omitempty"`
}

// Sitemap lists every page. Its addresses are absolute when the base URL is
// known, as the format demands.
func (t *Tree) Sitemap() []byte {
	var set urlSet
	for _, p := range t.Pages {
		u := siteURL{Loc: strings.TrimSuffix(t.Site.BaseURL, "/") + site.Escape(p.Path)}
		if !p.History.Updated.IsZero() {
			u.LastMod = p.History.Updated.UTC().Format(time.DateOnly)
		}
		set.URLs = append(set.URLs, u)
	}
	return feed.Marshal(set)
}
