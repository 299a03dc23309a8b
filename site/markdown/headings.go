package markdown

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"

	"lockstep/site"
)

// headings gives every heading an id, takes the title from the first h1, and
// makes the outline. Ids come from the text nodes, so that a link's address or
// an emphasis does not end up in them, and keep letters of every script.
func (d *Document) headings() {
	var flat []site.Heading
	ast.Walk(d.root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		level := levelOf(n)
		if !entering || level == 0 {
			return ast.WalkContinue, nil
		}
		text := d.text(n)
		if level == 1 && d.title == nil && n.Parent() == d.root && text != "" {
			d.title = n
			d.Title = d.titleText(n)
			if d.TitleID = idOf(n); d.TitleID == "" {
				d.TitleID = Slug(d.anchorText(n, text))
			}
			return ast.WalkSkipChildren, nil
		}
		id := idOf(n)
		explicit := id != ""
		if !explicit {
			id = Slug(d.anchorText(n, text))
		}
		id = d.claim(id, explicit, d.line(n))
		n.SetAttributeString("id", []byte(id))
		if n.Parent() == d.root {
			flat = append(flat, site.Heading{Level: max(level, 2), ID: id, Text: text})
		}
		return ast.WalkSkipChildren, nil
	})
	if d.Meta.Title != "" {
		if !restates(d.Title, d.Meta.Title) {
			d.Heading = d.Title
		}
		d.Title = d.Meta.Title
	}
	d.Summary = d.Meta.Summary
	if d.Summary == "" {
		d.Summary = d.firstParagraph()
	}
	d.Outline, _ = nest(flat, 0)
}

// restates says whether the first heading says what the front matter calls the page, but
// for a number before it.
func restates(heading, title string) bool {
	plain := func(s string) string { return Slug(numberBefore.ReplaceAllString(s, "")) }
	a, b := Slug(heading), Slug(title)
	return a == "" || a == b || a == plain(title) || plain(heading) == b
}

var numberBefore = regexp.MustCompile(`(?i)^\[?(?:[a-z]{2,8}[-_ #]*)?\d+\]?[\s:.)–—-]*`)

// titleText is the text of the title without what its pictures say, which stay
// on the page, unless they are all that it has.
func (d *Document) titleText(n ast.Node) string {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if len(pictures(c)) == 0 {
			d.appendNode(&b, c)
		}
	}
	if text := strings.Join(strings.Fields(b.String()), " "); text != "" {
		return text
	}
	return d.text(n)
}

// pictures lists the pictures below a node, or the node if it is one.
func pictures(n ast.Node) (all []ast.Node) {
	ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if e, ok := n.(*element); entering && (n.Kind() == ast.KindImage || ok && e.name == "img") {
			all = append(all, n)
		}
		return ast.WalkContinue, nil
	})
	return all
}

// levelOf is 1 to 6 for a heading, in Markdown or raw HTML, and 0 for the rest.
func levelOf(n ast.Node) int {
	switch n := n.(type) {
	case *ast.Heading:
		return n.Level
	case *element:
		if isHeading(n.name) {
			return int(n.name[1] - '0')
		}
	}
	return 0
}

// idOf is the id that a heading has, or that its author gave it.
func idOf(n ast.Node) string {
	if given, ok := n.AttributeString("id"); ok {
		if b, ok := given.([]byte); ok {
			return string(b)
		}
	}
	if e, ok := n.(*element); ok {
		return e.attr("id")
	}
	return ""
}

// claim makes an id unique. An id that is asked for twice by name is always a
// fault; a heading's text that repeats is one where the text was written for us,
// because its id would depend on the order of headings.
func (d *Document) claim(id string, explicit bool, line int) string {
	if id == "" {
		id = "section"
	}
	first, taken := d.ids[id]
	// Git hosts and other generators count the title, so a heading that repeats it is the
	// second of its name, and a link to the first means the title.
	title := id == d.TitleID && !explicit
	if !taken && !title {
		d.ids[id] = line
		return id
	}
	if taken && (explicit || d.strict) {
		_, first = d.Place(first)
		d.findf(line, "duplicate-id", "change the heading, or give it an id of its own: ## Heading {#other-id}",
			"the id %q is already taken on line %d", id, first)
	}
	for i := 1; ; i++ {
		next := fmt.Sprintf("%s-%d", id, i)
		if _, taken := d.ids[next]; !taken {
			d.ids[next] = line
			return next
		}
	}
}

// Slug is the id of a heading with that text: lower case, letters, digits,
// hyphens and underscores kept, spaces as hyphens, as Git hosts do it.
func Slug(text string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(strings.TrimSpace(text)) {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r), r == '-', r == '_':
			b.WriteRune(r)
		case unicode.IsSpace(r):
			b.WriteByte('-')
		}
	}
	return b.String()
}

// nest makes a tree of headings from index i on, until one is above level.
func nest(flat []site.Heading, above int) (tree []site.Heading, used int) {
	for used < len(flat) {
		h := flat[used]
		if h.Level <= above {
			break
		}
		used++
		children, n := nest(flat[used:], h.Level)
		used += n
		h.Children = children
		tree = append(tree, h)
	}
	return tree, used
}

// firstParagraph is the start of the text, for lists of pages.
func (d *Document) firstParagraph() string {
	for n := d.root.FirstChild(); n != nil; n = n.NextSibling() {
		if n.Kind() != ast.KindParagraph || onlyImages(n) {
			continue
		}
		if text := d.text(n); text != "" {
			return shorten(text, 240)
		}
	}
	return ""
}

// onlyImages is true for the rows of badges at the top of many READMEs.
func onlyImages(n ast.Node) bool {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Image:
		case *element:
			if c.name != "img" && !onlyImages(c) {
				return false
			}
		case *ast.Link:
			if !onlyImages(c) {
				return false
			}
		case *ast.Text:
			if !c.Segment.IsEmpty() && c.Segment.Len() > 1 {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// shorten cuts at a sentence, or at a word, before max bytes.
func shorten(s string, max int) string {
	if len(s) <= max {
		return s
	}
	cut := s[:max]
	if i := strings.LastIndex(cut, ". "); i > max/3 {
		return cut[:i+1]
	}
	if i := strings.LastIndexByte(cut, ' '); i > 0 {
		return strings.TrimRight(cut[:i], ",;:") + "…"
	}
	return strings.ToValidUTF8(cut, "") + "…"
}
