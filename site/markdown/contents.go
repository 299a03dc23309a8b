package markdown

import (
	"html"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"
	xhtml "golang.org/x/net/html"

	"lockstep/site"
)

var (
	contentsMark = regexp.MustCompile(`(?i)^(?:\[toc\]|\[\[_?toc_?\]\]|\{:\s*toc\s*\}|\[toc:?\s*[\w= -]*\])$`)
	kramdownTOC  = regexp.MustCompile(`^\{:\s*[^}]*\btoc\b[^}]*\}$`)
	// attributeList says how what is above it looks, and perhaps its id.
	attributeList = regexp.MustCompile(`^\{:\s*((?:[.#][\w-]+|[\w-]+="[^"]*"|\s)+)\}$`)
	// attributeID is an id in such a list, or a value, in which there is none.
	attributeID = regexp.MustCompile(`="[^"]*"|='[^']*'|=[^\s"']+|#([^\s.#{}="']+)`)
)

// contents puts a table of contents where an author asked for one, and takes attribute
// lists of kramdown out of the text. What stands in it is known when the headings are.
func (d *Document) contents() {
	var paragraphs, lists []ast.Node
	ast.Walk(d.root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n.Kind() {
		case ast.KindParagraph, ast.KindTextBlock:
			if n.Lines() != nil && n.Lines().Len() > 0 {
				paragraphs = append(paragraphs, n)
			}
			return ast.WalkSkipChildren, nil
		case ast.KindList:
			lists = append(lists, n)
		}
		return ast.WalkContinue, nil
	})
	for _, n := range lists { // "* any text", and below it "{:toc}"
		item := n.FirstChild()
		if item == nil || item.NextSibling() != nil || item.FirstChild() == nil || item.FirstChild().NextSibling() != nil {
			continue
		}
		block := item.FirstChild()
		if (block.Kind() == ast.KindTextBlock || block.Kind() == ast.KindParagraph) && block.Lines().Len() == 2 && kramdownTOC.MatchString(d.rawLine(block, 1)) {
			d.putContents(n)
		}
	}
	for _, n := range paragraphs {
		last := d.rawLine(n, n.Lines().Len()-1)
		switch {
		case n.Kind() == ast.KindParagraph && n.Lines().Len() == 1 && contentsMark.MatchString(last):
			d.putContents(n)
		case strings.HasPrefix(last, "{:") && attributeList.MatchString(last):
			d.attributeList(n, attributeList.FindStringSubmatch(last)[1], dialectKramdown)
		case d.isMkDocs && len(last) > 0 && len(last) == len(mkdocsAttributes.FindString(last)):
			d.attributeList(n, mkdocsAttributes.FindStringSubmatch(last)[1], dialectAttributes)
		}
	}
}

func (d *Document) putContents(n ast.Node) {
	d.speaks(dialectContents)
	at, _ := start(n)
	replace(n, &element{name: "toc", at: at})
}

// attributeList takes the last line of a block away, and gives its id to what it is
// about: the block above where it stands alone, else its own block.
func (d *Document) attributeList(n ast.Node, list, dialect string) {
	d.speaks(dialect)
	about := n
	if n.Lines().Len() == 1 {
		if about = n.PreviousSibling(); about == nil || n.Kind() != ast.KindParagraph {
			return
		}
		n.Parent().RemoveChild(n.Parent(), n)
	} else {
		last := n.Lines().At(n.Lines().Len() - 1).Start
		for _, c := range children(n) {
			if at, ok := start(c); ok && at >= last {
				n.RemoveChild(n, c)
			}
		}
		if t, ok := n.LastChild().(*ast.Text); ok {
			t.SetSoftLineBreak(false)
		}
	}
	id := idInList(list)
	if id == "" {
		return
	}
	if _, given := about.AttributeString("id"); !given && about.Kind() == ast.KindHeading {
		about.SetAttributeString("id", []byte(id))
		return
	}
	anchor := &element{name: "a", attrs: []xhtml.Attribute{attribute("id", id)}}
	about.Parent().InsertBefore(about.Parent(), about, anchor)
}

// idInList is the id that a list of attributes gives, or "".
func idInList(list string) string {
	for _, m := range attributeID.FindAllStringSubmatch(list, -1) {
		if m[1] != "" {
			return m[1]
		}
	}
	return ""
}

// toc writes the headings of the page as a list of links.
func (p *page) toc(w util.BufWriter) {
	if len(p.d.Outline) == 0 {
		return
	}
	w.WriteString(`<nav class="toc" aria-label="` + p.label("Contents") + `">`)
	writeOutline(w, p.d.Outline)
	w.WriteString("</nav>\n")
}

func writeOutline(w util.BufWriter, headings []site.Heading) {
	w.WriteString("<ul>")
	for _, h := range headings {
		w.WriteString(`<li><a href="#` + html.EscapeString(h.ID) + `">` + html.EscapeString(strings.TrimSpace(h.Text)) + "</a>")
		if len(h.Children) > 0 {
			writeOutline(w, h.Children)
		}
		w.WriteString("</li>")
	}
	w.WriteString("</ul>")
}
