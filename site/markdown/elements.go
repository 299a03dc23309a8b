package markdown

import (
	"fmt"
	"html"
	"strings"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer"
	goldhtml "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"

	"lockstep/site"
)

// text writes running text, with identifiers and the first use of each term as
// links.
func (p *page) text(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	t := n.(*ast.Text)
	value := t.Segment.Value(source)
	switch {
	case t.IsRaw():
		goldhtml.DefaultWriter.RawWrite(w, value)
	case p.inLink() || !referable(t):
		goldhtml.DefaultWriter.Write(w, value)
	default:
		p.linked(w, t, value)
	}
	if t.HardLineBreak() {
		w.WriteString("<br>\n")
	} else if t.SoftLineBreak() {
		w.WriteByte('\n')
	}
	return ast.WalkContinue, nil
}

func (p *page) linked(w util.BufWriter, n *ast.Text, value []byte) {
	at := 0
	plain := func(upto int) {
		p.terms(w, n, value[at:upto])
	}
	for _, m := range site.FindReferences(value) {
		href, title, ok := p.r.Reference(m.ID)
		if !ok {
			continue
		}
		plain(m.Start)
		fmt.Fprintf(w, `<a class="ref" href="%s" title="%s">%s</a>`, html.EscapeString(href), html.EscapeString(title), html.EscapeString(string(value[m.Start:m.End])))
		at = m.End
	}
	plain(len(value))
}

// terms writes text in which the first use of a term leads to the glossary.
func (p *page) terms(w util.BufWriter, n ast.Node, value []byte) {
	if !inProse(n) {
		goldhtml.DefaultWriter.Write(w, value)
		return
	}
	at := 0
	for _, f := range p.r.Terms().find(string(value), p.seen) {
		goldhtml.DefaultWriter.Write(w, value[at:f.start])
		fmt.Fprintf(w, `<a class="term" href="%s" title="%s">%s</a>`, html.EscapeString(p.r.Term(f.term)), html.EscapeString(f.term.Text), html.EscapeString(string(value[f.start:f.end])))
		at = f.end
	}
	goldhtml.DefaultWriter.Write(w, value[at:])
}

// inProse: terms are explained in paragraphs and lists, not in tables.
func inProse(n ast.Node) bool {
	for p := n.Parent(); p != nil; p = p.Parent() {
		switch p.Kind() {
		case extast.KindTable, extast.KindDefinitionTerm, ast.KindHeading:
			return false
		case ast.KindParagraph, ast.KindTextBlock:
			return true
		}
	}
	return false
}

func (p *page) heading(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	return p.headingTag(w, n, entering), nil
}

// headingTag writes a heading, and after it the link by which it is shared. The
// title of the page is the layout's; of a logo in it the page keeps the picture.
func (p *page) headingTag(w util.BufWriter, n ast.Node, entering bool) ast.WalkStatus {
	if n == p.d.title {
		if logos := pictures(n); entering && len(logos) > 0 {
			w.WriteString("<p>")
			for _, logo := range logos {
				p.anyPicture(w, logo)
			}
			w.WriteString("</p>\n")
		}
		return ast.WalkSkipChildren
	}
	level, id := max(levelOf(n), 2), html.EscapeString(idOf(n))
	if entering {
		fmt.Fprintf(w, `<h%d id="%s"`, level, id)
		blockAttributes(w, n)
		w.WriteByte('>')
	} else {
		fmt.Fprintf(w, ` <a class="permalink" href="#%s" aria-label="Link to “%s”">#</a></h%d>`+"\n", id, html.EscapeString(p.d.text(n)), level)
	}
	return ast.WalkContinue
}

// paragraph: one that is a single image with a title is a figure.
func (p *page) paragraph(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if image, ok := figure(n); ok {
		if entering {
			w.WriteString("<figure")
			blockAttributes(w, n)
			w.WriteString(">\n")
		} else {
			fmt.Fprintf(w, "\n<figcaption>%s</figcaption>\n</figure>\n", html.EscapeString(string(unescape(image.Title))))
		}
		return ast.WalkContinue, nil
	}
	if entering {
		w.WriteString("<p")
		if isTitle(n) {
			w.WriteString(` class="callout-title"`)
		}
		blockAttributes(w, n)
		w.WriteByte('>')
	} else {
		w.WriteString("</p>\n")
	}
	return ast.WalkContinue, nil
}

func figure(n ast.Node) (*ast.Image, bool) {
	image, ok := n.FirstChild().(*ast.Image)
	return image, ok && image.NextSibling() == nil && len(image.Title) > 0
}

func (p *page) link(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	l := n.(*ast.Link)
	if isWiki(n) {
		return p.wiki(w, l, entering)
	}
	dest := destination(l.Destination)
	if p.d.isValue(dest) {
		return p.number(w, n, dest, entering)
	}
	if !safeURL(dest, false) || dest == "" {
		return ast.WalkContinue, nil
	}
	if !entering {
		if p.leaveLink(n) {
			w.WriteString("</a>")
		}
		return ast.WalkContinue, nil
	}
	if !p.enterLink(n) {
		return ast.WalkContinue, nil
	}
	w.WriteString("<a")
	p.href(w, dest)
	if len(l.Title) > 0 {
		fmt.Fprintf(w, ` title="%s"`, html.EscapeString(string(unescape(l.Title))))
	}
	w.WriteByte('>')
	return ast.WalkContinue, nil
}

// number writes a figure with the way to its derivation, or the status of an entry
// that stands right here.
func (p *page) number(w util.BufWriter, n ast.Node, dest string, entering bool) (ast.WalkStatus, error) {
	if _, ok := badgeOf(dest); ok {
		if !entering {
			w.WriteString("</span>")
			return ast.WalkContinue, nil
		}
		fmt.Fprintf(w, `<span class="status %s"`, html.EscapeString(Slug(p.d.text(n))))
		if id := p.d.anchors[n]; id != "" {
			fmt.Fprintf(w, ` id="%s"`, html.EscapeString(id))
		}
		w.WriteByte('>')
		return ast.WalkContinue, nil
	}
	href, ok := p.r.Value(dest)
	switch {
	case entering && ok && p.enterLink(n):
		scheme, value, _ := strings.Cut(dest, ":")
		if age := p.r.Age(dest); age != "" {
			fmt.Fprintf(w, `<a class="number %s aged" title="Aged: %s" href="%s">`, scheme, html.EscapeString(age), html.EscapeString(href))
			break
		}
		fmt.Fprintf(w, `<a class="number %s"`, scheme)
		if scheme == "model" {
			fmt.Fprintf(w, ` data-value="%s"`, html.EscapeString(value)) // what a script computes again
		}
		fmt.Fprintf(w, ` href="%s">`, html.EscapeString(href))
	case entering:
		w.WriteString(`<span class="number">`)
	case p.leaveLink(n):
		w.WriteString("</a>")
	default:
		w.WriteString("</span>")
	}
	return ast.WalkContinue, nil
}

func (p *page) autoLink(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	a := n.(*ast.AutoLink)
	dest, label := string(a.URL(source)), string(a.Label(source))
	if a.AutoLinkType == ast.AutoLinkEmail && !strings.HasPrefix(strings.ToLower(dest), "mailto:") {
		dest = "mailto:" + dest
	}
	if !safeURL(dest, false) || p.inLink() {
		w.WriteString(html.EscapeString(label))
		return ast.WalkContinue, nil
	}
	class := ""
	if site.External(dest) {
		class = ` class="external" rel="noopener"`
	}
	fmt.Fprintf(w, `<a href="%s"%s>%s</a>`, html.EscapeString(string(util.URLEscape([]byte(dest), false))), class, html.EscapeString(label))
	return ast.WalkContinue, nil
}

func (p *page) image(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		p.anyPicture(w, n)
	}
	return ast.WalkSkipChildren, nil
}

// registerTables takes over tables, task boxes and terms: a table scrolls by
// itself on a narrow screen, and must then be reachable by keyboard.
func (p *page) registerTables(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(extast.KindTable, func(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			fmt.Fprintf(w, `<div class="table-scroll" tabindex="0" role="region" aria-label="%s"><table>`+"\n", html.EscapeString(p.tableLabel(n)))
		} else {
			w.WriteString("</table></div>\n")
		}
		return ast.WalkContinue, nil
	})
	reg.Register(extast.KindTableRow, func(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			w.WriteString("</tr>\n")
			if n.NextSibling() == nil {
				w.WriteString("</tbody>\n")
			}
			return ast.WalkContinue, nil
		}
		if id, ok := n.AttributeString("id"); ok {
			fmt.Fprintf(w, `<tr id="%s">`, html.EscapeString(string(id.([]byte))))
		} else {
			w.WriteString("<tr>")
		}
		w.WriteByte('\n')
		return ast.WalkContinue, nil
	})
	reg.Register(extast.KindTableCell, func(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		name, scope := "td", ""
		if n.Parent().Kind() == extast.KindTableHeader && n.HasChildren() { // an empty corner heads nothing
			name, scope = "th", ` scope="col"`
		}
		if !entering {
			w.WriteString("</" + name + ">\n")
			return ast.WalkContinue, nil
		}
		w.WriteString("<" + name + scope)
		if at := n.(*extast.TableCell).Alignment; at != extast.AlignNone {
			w.WriteString(` data-align="` + at.String() + `"`)
		}
		blockAttributes(w, n)
		w.WriteByte('>')
		return ast.WalkContinue, nil
	})
	reg.Register(extast.KindTaskCheckBox, func(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			checked, label := "", "to do"
			if n.(*extast.TaskCheckBox).IsChecked {
				checked, label = " checked", "done"
			}
			fmt.Fprintf(w, `<input type="checkbox" disabled%s aria-label="%s"> `, checked, label)
		}
		return ast.WalkContinue, nil
	})
	reg.Register(extast.KindDefinitionTerm, func(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			w.WriteString("</dt>\n")
			return ast.WalkContinue, nil
		}
		w.WriteString("<dt")
		if id := p.d.anchors[n]; id != "" {
			fmt.Fprintf(w, ` id="%s"`, html.EscapeString(id))
		}
		blockAttributes(w, n)
		w.WriteByte('>')
		return ast.WalkContinue, nil
	})
}

// tableLabel names a table by its columns.
func (p *page) tableLabel(n ast.Node) string {
	var names []string
	if header := n.FirstChild(); header != nil {
		for cell := header.FirstChild(); cell != nil; cell = cell.NextSibling() {
			if name := p.d.text(cell); name != "" {
				names = append(names, name)
			}
		}
	}
	return p.label("Table") + ": " + strings.Join(names, ", ")
}
