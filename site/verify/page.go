package verify

import (
	"bytes"
	"fmt"
	"net/url"
	"strings"

	"golang.org/x/net/html"

	"lockstep/site"
)

// page is what is worth knowing of one HTML file.
type page struct {
	name     string // rooted: "/adr/index.html"
	ids      map[string]bool
	links    []link
	refers   []string // ids that attributes of the page name
	size     int      // compressed
	moved    bool     // a page that only redirects
	findings []site.Finding
}

type link struct{ tag, dest string }

func (p *page) find(rule, mend, format string, args ...any) {
	p.findings = append(p.findings, site.Finding{File: strings.TrimPrefix(p.name, "/"), Rule: rule, Message: fmt.Sprintf(format, args...), Mend: mend})
}

const mendPolicy = "move it into a file below static/"

// readPage takes a page apart and complains about what it says by itself.
func readPage(name string, data []byte) *page {
	p := &page{name: name, ids: make(map[string]bool), size: compressed(data)}
	headings, language, title := 0, false, false
	z := html.NewTokenizer(bytes.NewReader(data))
	for z.Next() != html.ErrorToken {
		token := z.Token()
		if token.Type != html.StartTagToken && token.Type != html.SelfClosingTagToken {
			continue
		}
		attrs := make(map[string]string, len(token.Attr))
		for _, a := range token.Attr {
			attrs[a.Key] = a.Val
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
				p.find("inline-code", mendPolicy, "<%s> has the attribute %s, which the policy blocks", token.Data, a.Key)
			}
		}
		switch token.Data {
		case "h1":
			headings++
		case "html":
			language = attrs["lang"] != ""
		case "title":
			title = true
		}
		p.element(token.Data, attrs)
	}
	if !p.moved && headings != 1 {
		p.find("headings", "give the page one title", "there are %d headings of the first level; there must be one", headings)
	}
	if !language || !title {
		p.find("document", "name both in the layout", "the page does not say its language and its title")
	}
	return p
}

// element notes what an element asks for and where it leads.
func (p *page) element(tag string, attrs map[string]string) {
	if id, ok := attrs["id"]; ok {
		if p.ids[id] {
			p.find("duplicate-id", "change one of them", "the id %q stands twice", id)
		}
		p.ids[id] = true
	}
	for _, key := range []string{"for", "headers", "popovertarget", "aria-labelledby", "aria-describedby", "aria-controls"} {
		p.refers = append(p.refers, strings.Fields(attrs[key])...)
	}
	switch tag {
	case "style":
		p.find("inline-code", mendPolicy, "there is a <style> element, which the policy blocks")
	case "iframe", "object", "embed", "base", "applet":
		if _, leads := attrs["href"]; tag == "base" && !leads {
			break // it says only where links open
		}
		p.find("inline-code", "leave it out", "there is an element <%s>, which the policy blocks", tag)
	case "script":
		if attrs["src"] == "" && attrs["type"] != "application/json" && attrs["type"] != "application/ld+json" {
			p.find("inline-code", mendPolicy, "there is an inline script, which the policy blocks")
		}
	case "img":
		if _, ok := attrs["alt"]; !ok {
			p.find("missing-alt", "say what it shows", "the picture %s has no alternative text", attrs["src"])
		}
	case "meta":
		p.moved = p.moved || strings.EqualFold(attrs["http-equiv"], "refresh")
	case "link":
		if attrs["rel"] == "canonical" || strings.Contains(attrs["href"], "://") && attrs["rel"] == "alternate" {
			return // where the site is published, which is not known here
		}
	}
	for _, key := range []string{"href", "src", "action", "poster"} {
		if dest, ok := attrs[key]; ok {
			p.links = append(p.links, link{tag, dest})
		}
	}
}

// leads says what is wrong with an address by itself, or gives the path of the
// file that it names and the anchor in it.
func (p *page) leads(l link) (file, anchor string, ok bool) {
	u, err := url.Parse(l.dest)
	switch {
	case err != nil:
		p.find("dead-link", "correct the address", "%q is not an address", l.dest)
		return "", "", false
	case u.Scheme == "http" || u.Scheme == "https" || u.Host != "":
		if l.tag != "a" {
			p.find("other-host", "bring the file into the tree", "<%s> asks %s for something", l.tag, u.Host)
		}
		return "", "", false
	case u.Scheme == "mailto" || u.Scheme == "tel":
		return "", "", false
	case u.Scheme != "":
		p.find("unsafe-url", "use an address with https, http, mailto or tel", "<%s> leads to %q", l.tag, l.dest)
		return "", "", false
	case strings.HasPrefix(u.Path, "/"):
		p.find("rooted-link", "make it relative", "%s works only where the site is at the root of its host", l.dest)
		return "", "", false
	}
	if u.Path == "" {
		return p.name, u.Fragment, true
	}
	dir := strings.Split(strings.Trim(p.name[:strings.LastIndex(p.name, "/")], "/"), "/")
	if dir[0] == "" {
		dir = nil
	}
	for _, element := range strings.Split(u.Path, "/") {
		switch {
		case element == "" || element == ".":
		case element != "..":
			dir = append(dir, element)
		case len(dir) == 0:
			p.find("dead-link", "take one ../ away", "%s leads out of the site", l.dest)
			return "", "", false
		default:
			dir = dir[:len(dir)-1]
		}
	}
	file = "/" + strings.Join(dir, "/")
	if last := u.Path[strings.LastIndex(u.Path, "/")+1:]; last == "" || last == "." || last == ".." {
		file = strings.TrimSuffix(file, "/") + "/index.html"
	}
	return file, u.Fragment, true
}
